// Which mount a directory is on, from procfs mountinfo:
//
//   36 35 98:0 /root /mount\040point rw,noatime shared:1 - ext4 /dev/vda rw,errors=remount-ro
//   │  │  │    │     │               │          │        │ │    │        └ super block options
//   id │  │    │     mount point     options    optional - type source
//      parent  root inside the file system
//         major:minor

export interface Mount {
  readonly point: string;
  readonly type: string;
  readonly source: string;
  /** "major:minor" of the device; "0:n" when no block device is behind it. */
  readonly device: string;
  /** Options of the mount and of its super block, without repetition. */
  readonly options: readonly string[];
}

/** Returns the mounts of a mountinfo text, in its order; lines that are not mounts are skipped. */
export function parseMountInfo(text: string): Mount[] {
  return text.split("\n").flatMap((line) => {
    const fields = line.split(" ");
    const separator = fields.indexOf("-", 6);
    const [device, point, options] = [fields[2], fields[4], fields[5]];
    const [type, source, superOptions] = fields.slice(separator + 1);
    if (separator < 0 || device === undefined || point === undefined) return [];
    const all = [options, superOptions].flatMap((list) => list?.split(",") ?? []);
    return [
      {
        point: unescaped(point),
        type: type ?? "",
        source: unescaped(source ?? ""),
        device,
        options: [...new Set(all)],
      },
    ];
  });
}

/** Returns the mount that holds an absolute, resolved path; null when none does. */
export function mountOf(mounts: readonly Mount[], path: string): Mount | null {
  let best: Mount | null = null;
  for (const mount of mounts) {
    const prefix = mount.point === "/" ? "/" : `${mount.point}/`;
    const holds = path === mount.point || path.startsWith(prefix);
    // Of equal mount points the later one covers the earlier.
    if (holds && (best === null || mount.point.length >= best.point.length)) best = mount;
  }
  return best;
}

/** The kernel writes space, tab, newline and backslash as three octal digits. */
function unescaped(field: string): string {
  return field.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(parseInt(digits, 8)),
  );
}
