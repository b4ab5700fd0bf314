// Numbers of the formats as the words their sources use. Unknown numbers get no invented name.

import {
  FIL_PAGE_TORNPROOF_DATA,
  FIL_PAGE_TORNPROOF_DICT,
  FIL_PAGE_TORNPROOF_STORE,
} from "../engine/format/fil";

/** A page type of InnoDB, MariaDB or ours; "" when it is none. */
export function pageTypeName(type: u32): string {
  if (type == FIL_PAGE_TORNPROOF_DATA) return "TORNPROOF_DATA";
  if (type == FIL_PAGE_TORNPROOF_DICT) return "TORNPROOF_DICT";
  if (type == FIL_PAGE_TORNPROOF_STORE) return "TORNPROOF_STORE";
  if (type >= 17853 || type == 34354 || type == 37401) return highTypeName(type);
  return type < 16 ? lowTypeName(type) : middleTypeName(type);
}

function lowTypeName(type: u32): string {
  switch (type) {
    case 0:
      return "ALLOCATED";
    case 2:
      return "UNDO_LOG";
    case 3:
      return "INODE";
    case 4:
      return "IBUF_FREE_LIST";
    case 5:
      return "IBUF_BITMAP";
    case 6:
      return "SYS";
    case 7:
      return "TRX_SYS";
    case 8:
      return "FSP_HDR";
    case 9:
      return "XDES";
    case 10:
      return "BLOB";
    case 11:
      return "ZBLOB";
    case 12:
      return "ZBLOB2";
    case 14:
      return "COMPRESSED";
    case 15:
      return "ENCRYPTED";
    default:
      return "";
  }
}

function middleTypeName(type: u32): string {
  switch (type) {
    case 16:
      return "COMPRESSED_AND_ENCRYPTED";
    case 17:
      return "ENCRYPTED_RTREE";
    case 18:
      return "SDI_BLOB";
    case 19:
      return "SDI_ZBLOB";
    case 20:
      return "LEGACY_DBLWR";
    case 21:
      return "RSEG_ARRAY";
    case 22:
      return "LOB_INDEX";
    case 23:
      return "LOB_DATA";
    case 24:
      return "LOB_FIRST";
    case 25:
      return "ZLOB_FIRST";
    case 26:
      return "ZLOB_DATA";
    case 27:
      return "ZLOB_INDEX";
    case 28:
      return "ZLOB_FRAG";
    case 29:
      return "ZLOB_FRAG_ENTRY";
    default:
      return "";
  }
}

function highTypeName(type: u32): string {
  switch (type) {
    case 17853:
      return "SDI";
    case 17854:
      return "RTREE";
    case 17855:
      return "INDEX";
    case 18:
      return "INSTANT";
    case 34354:
      return "PAGE_COMPRESSED";
    case 37401:
      return "PAGE_COMPRESSED_ENCRYPTED";
    default:
      return "";
  }
}

/** An extent state; "unknown" beyond those InnoDB has. */
export function extentStateName(state: u32): string {
  switch (state) {
    case 0:
      return "not initialized";
    case 1:
      return "free";
    case 2:
      return "free_frag";
    case 3:
      return "full_frag";
    case 4:
      return "fseg";
    case 5:
      return "fseg_frag";
    default:
      return "unknown";
  }
}

export function algorithmName(algorithm: u32): string {
  switch (algorithm) {
    case 1:
      return "crc32";
    case 2:
      return "innodb";
    case 3:
      return "none";
    case 4:
      return "full_crc32";
    case 5:
      return "crc32 of the encrypted page";
    default:
      return "unknown";
  }
}

/** How `judge` found a page. */
export function verdictName(verdict: u32): string {
  switch (verdict) {
    case 0:
      return "whole";
    case 1:
      return "empty";
    case 2:
      return "unverified";
    case 3:
      return "torn";
    default:
      return "corrupt";
  }
}

/** A redo record type, ours or InnoDB's, of those whose length is known without a dictionary. */
export function mlogName(type: u32): string {
  switch (type) {
    case 1:
      return "MLOG_1BYTE";
    case 2:
      return "MLOG_2BYTES";
    case 4:
      return "MLOG_4BYTES";
    case 8:
      return "MLOG_8BYTES";
    case 30:
      return "MLOG_WRITE_STRING";
    case 31:
      return "MLOG_MULTI_REC_END";
    case 32:
      return "MLOG_DUMMY_RECORD";
    case 33:
      return "MLOG_FILE_CREATE";
    case 35:
      return "MLOG_FILE_DELETE";
    case 59:
      return "MLOG_INIT_FILE_PAGE2";
    case 65:
      return "MLOG_FILE_EXTEND";
    case 77:
      return "MLOG_FLUSHED_TO";
    default:
      return "";
  }
}

/** A MariaDB 10.8 redo record, by the top four bits of its first byte. */
export function mariadbRecordName(kind: u32): string {
  switch (kind) {
    case 0:
      return "FREE_PAGE";
    case 1:
      return "INIT_PAGE";
    case 2:
      return "EXTENDED";
    case 3:
      return "WRITE";
    case 4:
      return "MEMSET";
    case 5:
      return "MEMMOVE";
    case 6:
      return "RESERVED";
    case 7:
      return "OPTION";
    case 8:
      return "FILE_CREATE";
    case 9:
      return "FILE_DELETE";
    case 10:
      return "FILE_RENAME";
    case 11:
      return "FILE_MODIFY";
    case 15:
      return "FILE_CHECKPOINT";
    default:
      return "";
  }
}
