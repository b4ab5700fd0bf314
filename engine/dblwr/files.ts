// Makes the doublewrite files what the settings want: created, of full size, durable. Each file is
// removed first if it stands there in another size; recovery has taken what it needed by then.

import { DETECT_BLOCK_SIZE } from "../abi/arena";
import { batchesCount, DBLWR_DETECT_ONLY, doublewriteKeepsCopies } from "../abi/config";
import { doublewriteMode } from "../abi/config";
import { poison } from "../abi/failure";
import {
  AT_FILE_CREATE,
  KIND_BDBLWR,
  KIND_DBLWR,
  OP_CREATE,
  OP_DELETE,
  OP_EXTEND,
} from "../abi/io";
import { OP_SYNC, OP_SYNC_DIR } from "../abi/io";
import { OWNER_CREATE, pushRequest, tagOf } from "../abi/ring";
import { segmentFiles, segmentFileSize } from "./segment";
import { dblwrFileSize, dblwrFilesFound } from "../fil/found-files";

const STEP_DELETE: u32 = 0;
const STEP_CREATE: u32 = 1;
const STEP_GROW: u32 = 2;
const STEP_SYNC: u32 = 3;
const STEP_FOLDER: u32 = 4;

let kind: u32 = KIND_DBLWR;
let file: u32 = 0;
let filesCount: u32 = 0;
let step: u32 = 0;
let changed: bool = false;

let running: bool = false;

export function filesRunning(): bool {
  return running;
}

/** Starts; false when there is nothing to do. */
export function filesStart(): bool {
  const isDetect = doublewriteMode == DBLWR_DETECT_ONLY;
  kind = isDetect ? KIND_BDBLWR : KIND_DBLWR;
  filesCount = doublewriteKeepsCopies() ? segmentFiles() : isDetect ? 1 : 0;
  file = 0;
  changed = false;
  running = nextFile();
  return running;
}

function wantedSize(): u64 {
  if (kind == KIND_BDBLWR) return <u64>batchesCount * DETECT_BLOCK_SIZE;
  return segmentFileSize(file);
}

/** Finds the next file that is not as wanted, and starts with it; false when there is none. */
function nextFile(): bool {
  while (file < filesCount) {
    const found = dblwrFileSize(kind, file);
    if (found != wantedSize()) {
      step = found == 0 && !dblwrFilesFound(kind, file) ? STEP_CREATE : STEP_DELETE;
      request();
      return true;
    }
    file++;
  }
  if (!changed) return false;
  changed = false;
  step = STEP_FOLDER;
  request();
  return true;
}

function request(): void {
  changed = step != STEP_FOLDER;
  const op =
    step == STEP_DELETE
      ? OP_DELETE
      : step == STEP_CREATE
        ? OP_CREATE
        : step == STEP_GROW
          ? OP_EXTEND
          : step == STEP_SYNC
            ? OP_SYNC
            : OP_SYNC_DIR;
  const length = step == STEP_GROW ? <u32>wantedSize() : 0;
  const id = step == STEP_FOLDER ? 0 : file;
  pushRequest(op, kind, AT_FILE_CREATE, 0, id, 0, 0, length, tagOf(OWNER_CREATE, 0));
}

/** A request made while an existing store is opened has ended. */
export function filesRequestDone(result: i32): void {
  if (result < 0) poison(kind, file, result);
  else running = filesStep();
}

/** The request has ended well; true when another one is under way. */
export function filesStep(): bool {
  if (step == STEP_FOLDER) return false;
  if (step == STEP_SYNC) {
    file++;
    return nextFile();
  }
  step++;
  request();
  return true;
}
