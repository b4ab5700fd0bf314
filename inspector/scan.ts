// One file, window by window. The host starts the command once per window; what is known so far
// stays in memory in between. After each window the inspector says which bytes it wants next, so
// that a redo log can be followed from its checkpoint, around the end of the file and back.
//
//   UNDECIDED ── zeros ──▶ UNDECIDED ── something ──▶ the kind's own scan ──▶ done

import { takeCopies, reportCopies } from "./copy-file";
import { takeDetectRecords, reportDetect } from "./detect-file";
import { bytesAreZero } from "./innodb/judge";
import { isFullCrc32, isZip, logicalSize, physicalSize, setShape } from "./innodb/shape";
import {
  MARIADB_WRAP_TO,
  nextMariadbOffset,
  reportMariadbRedo,
  takeMariadbRedo,
} from "./mariadb-redo";
import { begin, count, end, flag, send, size, text } from "./out";
import { reportPages, setFilePages, skipEmptyPages, takePages } from "./pages";
import { startCensus } from "./census";
import { nextRedoOffset, reportRedo, takeRedo } from "./redo-file";
import {
  firstPage,
  isFromFlags,
  KIND_DETECT_ONLY,
  KIND_DOUBLEWRITE,
  KIND_MARIADB_REDO,
  KIND_REDO,
  KIND_TABLESPACE,
  KIND_UNKNOWN,
  recognize,
} from "./recognize";
import { window, windowBytes } from "./sandbox";

/** No byte is wanted any more. */
export const DONE: u64 = u64.MAX_VALUE;

let kind: u32 = KIND_UNKNOWN;

/**
 * Takes in the window and says what is wanted next. `asKind` and `asPageSize` are what the user
 * insists on; 0 leaves the decision to the content.
 */
export function scan(fileSize: u64, offset: u64, asKind: u32, asPageSize: u32): void {
  if (kind == KIND_UNKNOWN) decide(fileSize, offset, asKind, asPageSize);
  if (kind == KIND_UNKNOWN) {
    const next = offset + windowBytes;
    const isZero = bytesAreZero(window, windowBytes & ~7);
    if (isZero && windowBytes > 0 && next < fileSize) return sayNext(next);
    begin("unknown");
    flag("all_zero", isZero);
    end();
    return sayNext(DONE);
  }
  take(offset);
  const next = nextOffset(fileSize, offset);
  if (next == DONE) report(fileSize);
  sayNext(next);
}

function decide(fileSize: u64, offset: u64, asKind: u32, asPageSize: u32): void {
  if (windowBytes < 512 || (asKind == 0 && bytesAreZero(window, windowBytes & ~7))) return;
  kind = recognize(offset == 0);
  if (asPageSize != 0) setShape(asPageSize, asPageSize, isFullCrc32);
  if (asKind != 0) kind = asKind;
  if (kind == KIND_UNKNOWN) return;
  const holdsPages = kind == KIND_TABLESPACE || kind == KIND_DOUBLEWRITE;
  begin("file");
  text("kind", kindName());
  if (holdsPages) {
    count("page_size", logicalSize);
    count("physical_page_size", physicalSize);
    flag("is_full_crc32", isFullCrc32);
    flag("is_compressed", isZip());
    flag("page_size_from_page_0", isFromFlags);
    count("first_page", firstPage);
  }
  end();
  if (!holdsPages) return;
  const pages = <u32>min<u64>(fileSize / physicalSize, 0xffffffff);
  setFilePages(pages);
  startCensus(pages);
  if (kind == KIND_TABLESPACE) skipEmptyPages(<u32>(offset / physicalSize));
}

function take(offset: u64): void {
  const position = <u32>(offset / physicalSize);
  const pages = windowBytes / physicalSize;
  if (kind == KIND_TABLESPACE) takePages(position, pages);
  else if (kind == KIND_DOUBLEWRITE) takeCopies(position, pages);
  else if (kind == KIND_DETECT_ONLY) takeDetectRecords(offset);
  else if (kind == KIND_REDO) takeRedo(offset);
  else takeMariadbRedo();
}

function nextOffset(fileSize: u64, offset: u64): u64 {
  if (kind == KIND_REDO) return nextRedoOffset(fileSize);
  if (kind == KIND_MARIADB_REDO) return nextMariadbOffset(fileSize);
  const next = offset + windowBytes;
  return windowBytes == 0 || next >= fileSize ? DONE : next;
}

function report(fileSize: u64): void {
  if (kind == KIND_TABLESPACE) reportPages(<u32>(fileSize % physicalSize));
  else if (kind == KIND_DOUBLEWRITE) reportCopies(<u32>(fileSize % physicalSize));
  else if (kind == KIND_DETECT_ONLY) reportDetect();
  else if (kind == KIND_REDO) reportRedo();
  else reportMariadbRedo();
}

function sayNext(next: u64): void {
  begin("next");
  flag("done", next == DONE);
  size("offset", next == DONE ? 0 : next);
  // Where a window goes on when it meets the end of the file; 0 when it ends there.
  size("wrap_to", kind == KIND_MARIADB_REDO ? MARIADB_WRAP_TO : 0);
  end();
  send();
}

function kindName(): string {
  if (kind == KIND_TABLESPACE) return "tablespace";
  if (kind == KIND_DOUBLEWRITE) return "doublewrite";
  if (kind == KIND_DETECT_ONLY) return "detect-only";
  return kind == KIND_REDO ? "redo" : "mariadb-redo";
}
