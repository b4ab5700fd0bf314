// What else matters to a database in this place: one sentence each, from the mount options, the
// inode flags and the layers. A warning is about losing data; the rest is about understanding it.

import type { Findings } from "./findings.js";
import { isOn, settingOf } from "./findings.js";
import { type Note, note, warning } from "./note.js";
import { fileSystemNotes } from "./notes-file-systems.js";

/** Returns the notes, warnings first. */
export function findNotes(findings: Findings): Note[] {
  const notes = [
    ...borderNotes(findings),
    ...layerNotes(findings),
    ...optionNotes(findings),
    ...fileSystemNotes(findings),
    ...deviceNotes(findings),
  ];
  return [
    ...notes.filter(({ severity }) => severity === "warning"),
    ...notes.filter(({ severity }) => severity === "note"),
  ];
}

function borderNotes(findings: Findings): Note[] {
  const { sharing } = findings.place;
  if (sharing?.kind === "shared folder") {
    const inWsl = sharing.product.includes("WSL");
    const move = inWsl
      ? "Move the data to the Linux file system (below your home, not /mnt/c)"
      : "Use a named volume or a disk of the virtual machine";
    return [
      warning(
        "shared-folders",
        `${upperFirst(sharing.product)}: a sync ends at the border of the virtual machine, direct I/O says ` +
          `nothing about the host, and coherence is not promised. ${move}.`,
      ),
    ];
  }
  if (sharing?.kind === "user space") {
    return [
      warning(
        "shared-folders",
        `${upperFirst(sharing.product)} (${findings.place.fileSystem}): a daemon decides what a sync ` +
          "means, and whether a direct write is direct.",
      ),
    ];
  }
  if (settingOf(findings) === "memory") {
    return [warning("layers", "The bytes end in memory: results describe memory, not a disk.")];
  }
  return [];
}

function layerNotes(findings: Findings): Note[] {
  const { place, surroundings } = findings;
  const notes: Note[] = [];
  if (place.fileSystem === "overlay") {
    notes.push(
      note(
        "layers",
        "overlay: the first write to a file of a lower layer copies all of it up. Keep data on a " +
          "volume; a container's own layer is also deleted with the container.",
      ),
    );
  }
  if (place.layers.some(({ name }) => name.startsWith("loop"))) {
    notes.push(
      note(
        "layers",
        "A loop device: every layer below it must honor a sync too, and its file may be buffered " +
          "once more.",
      ),
    );
  }
  if (surroundings.virtualMachine.state === "found" && place.devices.length > 0) {
    notes.push(
      note(
        "device",
        `${upperFirst(surroundings.virtualMachine.name ?? "")}: the host's cache policy cannot ` +
          "be seen from inside, so a drive's power-loss protection proves nothing about the guest.",
      ),
    );
  }
  return notes;
}

function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function optionNotes({ place }: Findings): Note[] {
  const options = place.mount?.options ?? [];
  const off = options.find((option) => ["nobarrier", "barrier=0"].includes(option));
  const notes: Note[] = [];
  if (off !== undefined) {
    notes.push(
      warning(
        "file-system",
        `Mounted with ${off}: a sync does not empty the drive's cache. Without power-loss ` +
          "protection a power cut damages the file system itself.",
      ),
    );
  }
  if (options.includes("ro")) {
    notes.push(warning("file-system", "Mounted read-only: a database cannot write here."));
  }
  if (options.includes("discard")) {
    notes.push(
      note(
        "device",
        "Mounted with discard: every deleted file sends discards at once, which some drives " +
          "answer with a stall; a weekly fstrim does the same without it.",
      ),
    );
  }
  return notes;
}

function deviceNotes(findings: Findings): Note[] {
  const { device, partition, sharing } = findings.place;
  const notes: Note[] = [];
  if (device?.rotational === true && device.isVirtual) {
    notes.push(
      note(
        "device",
        `${device.name} says it is rotational, but a virtual disk says so by default: ignored.`,
      ),
    );
  }
  if (partition !== null && (partition.misalignedBytes ?? 0) > 0) {
    notes.push(
      warning(
        "alignment",
        `${partition.name} starts ${partition.misalignedBytes} bytes past a physical block: ` +
          "every page write becomes a read, a change and a write of more blocks.",
      ),
    );
  }
  if (sharing === null && isOn(findings, "ext4", "xfs") && device === null) {
    notes.push(note("device", "No device is visible in sysfs: its cache is unknown."));
  }
  return notes;
}
