// Notes about single file systems: what their options, flags and properties do to flush methods.

import { formatBytes } from "../units.js";
import { type Findings, isOn, writesTo } from "./findings.js";
import { type Note, note, warning } from "./note.js";

/** Returns the notes on every file system among the layers. */
export function fileSystemNotes(findings: Findings): Note[] {
  return [
    ...extNotes(findings),
    ...xfsNotes(findings),
    ...btrfsNotes(findings),
    ...zfsNotes(findings),
    ...nfsNotes(findings),
    ...macosNotes(findings),
  ];
}

function extNotes(findings: Findings): Note[] {
  if (!writesTo(findings, "ext3", "ext4")) return [];
  const options = optionsOf(findings);
  const notes: Note[] = [];
  if (options.includes("data=journal") || findings.inode?.journalsData === true) {
    notes.push(
      warning(
        "ext4",
        "data=journal: O_DIRECT is accepted and ignored, and every byte is written twice. It does " +
          "not replace doublewrite: a page of several blocks may still be committed in part.",
      ),
    );
  }
  if (options.includes("data=writeback")) {
    notes.push(
      note(
        "ext4",
        "data=writeback: a file that grew may show old bytes after a crash; syncs help.",
      ),
    );
  }
  if (options.includes("journal_async_commit")) {
    notes.push(
      warning("ext4", "journal_async_commit: a commit block may precede its data; leave it out."),
    );
  }
  return notes;
}

function xfsNotes(findings: Findings): Note[] {
  if (!writesTo(findings, "xfs")) return [];
  const hint = findings.inode?.extentSizeHint ?? 0;
  const { pageSize } = findings.request;
  const notes: Note[] = [];
  if (hint > 0) {
    const fits = hint % pageSize === 0;
    const words = fits ? "pages stay within aligned extents" : "not a multiple of a page";
    notes.push(note("xfs", `An extent size hint of ${formatBytes(hint)} is inherited: ${words}.`));
  }
  if (findings.probes?.atomicWrite.available === true && hint === 0) {
    notes.push(
      note(
        "xfs",
        "Atomic writes work. Where the device has them, an extent size hint of a page (xfs_io -c " +
          `"extsize ${pageSize / 1024}k" DIR) lets it carry them; elsewhere xfs copies on write.`,
      ),
    );
  }
  return notes;
}

function btrfsNotes(findings: Findings): Note[] {
  const notes: Note[] = [];
  if (isOn(findings, "btrfs") && !writesTo(findings, "btrfs")) {
    notes.push(
      note("btrfs", "btrfs below: every overwrite goes to a new place, so the file fragments."),
    );
  }
  if (!writesTo(findings, "btrfs")) return notes;
  const options = optionsOf(findings);
  const inPlace = findings.inode?.noCopyOnWrite === true || options.includes("nodatacow");
  const sentence = inPlace
    ? "Files here are not copied on write (NOCOW): no checksums, and a torn page is possible, so " +
      "doublewrite must stay ON."
    : "Files here are copied on write and have checksums: direct writes are buffered (from Linux " +
      "6.14 or 6.15 on), and overwrites fragment. chattr +C on an empty directory gives NOCOW.";
  notes.push(note("btrfs", sentence));
  notes.push(
    warning(
      "btrfs",
      "On btrfs nothing is reachable after a power cut until a sync, direct or not: " +
        "O_DIRECT_NO_FSYNC loses what it wrote, even on a drive with a protected cache.",
    ),
  );
  if (options.some((option) => option.startsWith("compress")) && !inPlace) {
    notes.push(note("btrfs", "Compression is on: direct writes are never direct."));
  }
  return notes;
}

function zfsNotes(findings: Findings): Note[] {
  const { zfs, request, place } = findings;
  if (zfs === null) return [];
  const notes = [recordNote(zfs.recordBytes, request.pageSize, place.mount?.source ?? "DATASET")];
  if (zfs.directIoEnabled !== null) {
    notes.push(
      note(
        "zfs",
        `OpenZFS ${zfs.version ?? ""}: the dataset's property "direct" (standard, always, ` +
          'disabled) decides over O_DIRECT; "standard" refuses what is not aligned to a memory ' +
          "page and buffers what is smaller than a record. Metadata always waits for the group.",
      ),
      warning(
        "zfs",
        "A kernel panic was reported with O_DIRECT under a multi-threaded MySQL load (openzfs " +
          "#16642, 2.3.99); fsync was not affected.",
      ),
    );
  }
  notes.push(
    note(
      "zfs",
      'The property "sync" must be "standard": "disabled" makes every sync a promise that is not ' +
        "kept. It cannot be read without the tools: zfs get sync,direct,recordsize,logbias.",
    ),
  );
  return notes;
}

function recordNote(recordBytes: number | null, pageSize: number, dataset: string): Note {
  if (recordBytes === null) return note("zfs", "The recordsize is unknown.");
  const found = `recordsize ${formatBytes(recordBytes)}, pages of ${formatBytes(pageSize)}`;
  if (recordBytes === pageSize) return note("zfs", `${found}: they match.`);
  const effect =
    recordBytes > pageSize
      ? "a page write reads and rewrites a whole record, and is never direct"
      : "a page is several records, so it can be torn";
  const advice = `zfs set recordsize=${pageSize / 1024}k ${dataset}`;
  return note("zfs", `${found}: ${effect}. For new files: ${advice}.`);
}

function nfsNotes(findings: Findings): Note[] {
  if (!isOn(findings, "nfs", "nfs4")) return [];
  const options = optionsOf(findings);
  const notes: Note[] = [];
  if (options.some((option) => option === "soft" || option === "softerr")) {
    notes.push(
      warning(
        "nfs",
        "Mounted soft: a server that is slow for long becomes an I/O error, and written pages are " +
          "lost. Mount hard.",
      ),
    );
  }
  if (options.some((option) => option === "nolock" || /^local_lock=(all|posix)/.test(option))) {
    notes.push(
      warning("nfs", "Locks are local: two servers could open the same files without noticing."),
    );
  }
  notes.push(
    note(
      "nfs",
      "A sync ends when the server says so. A server that exports async says so too early, and " +
        "no client can see that.",
    ),
  );
  return notes;
}

function macosNotes({ platform }: Findings): Note[] {
  if (platform !== "darwin") return [];
  return [
    warning(
      "macos",
      "InnoDB calls plain fsync, which on macOS ends in the drive's cache: a power cut can lose " +
        "commits under every method. Node's fsync is the full one (F_FULLFSYNC), so the latencies " +
        "above are those of a stronger call.",
    ),
  ];
}

function optionsOf({ place }: Findings): readonly string[] {
  return place.mount?.options ?? [];
}
