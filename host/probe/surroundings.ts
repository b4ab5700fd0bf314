// Hints that this process runs in a container or a virtual machine. A hint names its evidence;
// where nothing could be read the answer is "unknown", and where nothing was found it is "none
// found", which is no proof: a careful host leaves no sign.

import type { MachineFiles } from "./machine-files.js";

export interface Hint {
  readonly state: "found" | "none found" | "unknown";
  /** "docker", "WSL 2", "VMware"; null unless found. */
  readonly name: string | null;
  /** The file, and what in it. */
  readonly evidence: string | null;
}

export interface Surroundings {
  readonly container: Hint;
  readonly virtualMachine: Hint;
}

type Find = (files: MachineFiles) => readonly [name: string, evidence: string] | null;

/** Reads both hints. */
export function surroundingsOf(files: MachineFiles): Surroundings {
  return {
    container: firstHint(files, CONTAINER_SIGNS, ["/proc/1/cgroup", "/proc/self/mountinfo"]),
    virtualMachine: firstHint(files, MACHINE_SIGNS, ["/proc/cpuinfo", `${DMI}/sys_vendor`]),
  };
}

/** `sources`: files of which one must be readable for "none found" to mean anything. */
function firstHint(files: MachineFiles, signs: readonly Find[], sources: readonly string[]): Hint {
  for (const sign of signs) {
    const found = sign(files);
    if (found !== null) return { state: "found", name: found[0], evidence: found[1] };
  }
  const isReadable = sources.some((path) => files.readText(path) !== null);
  return { state: isReadable ? "none found" : "unknown", name: null, evidence: null };
}

const CONTAINER_SIGNS: readonly Find[] = [
  (files) => (files.exists("/.dockerenv") ? ["docker", "/.dockerenv exists"] : null),
  (files) => (files.exists("/run/.containerenv") ? ["podman", "/run/.containerenv exists"] : null),
  (files) => {
    const groups = files.readText("/proc/1/cgroup") ?? "";
    const name = /docker|kubepods|containerd|libpod|lxc/.exec(groups)?.[0];
    return name === undefined ? null : [name, `/proc/1/cgroup names ${name}`];
  },
  (files) => {
    const root = /^\S+ \S+ \S+ \S+ \/ .* - overlay /m.test(mountInfo(files));
    return root ? ["a container", "the root file system is overlay"] : null;
  },
];

const DMI = "/sys/class/dmi/id";

const VENDORS: readonly (readonly [RegExp, string])[] = [
  [/VMware/, "VMware"],
  [/innotek|VirtualBox/, "VirtualBox"],
  [/Microsoft Corporation.*Virtual Machine/, "Hyper-V or Azure"],
  [/Amazon EC2(?!.*metal)/, "Amazon EC2"],
  [/Google Compute Engine/, "Google Compute Engine"],
  [/QEMU|KVM|Bochs|OpenStack/, "QEMU/KVM"],
  [/Xen/, "Xen"],
  [/Parallels/, "Parallels"],
  [/Apple Virtualization/, "Apple Virtualization"],
  [/DigitalOcean|Hetzner|Alibaba Cloud|Linode|Vultr|Scaleway/, "a cloud server"],
];

const MACHINE_SIGNS: readonly Find[] = [
  (files) => {
    const version = files.readText("/proc/version") ?? files.kernel;
    if (/microsoft-standard-WSL2/i.test(version)) return ["WSL 2", `kernel ${files.kernel}`];
    if (/microsoft/i.test(version)) return ["WSL", `kernel ${files.kernel}`];
    return /linuxkit/i.test(version) ? ["Docker Desktop", `kernel ${files.kernel}`] : null;
  },
  (files) => {
    const words = ["sys_vendor", "product_name"]
      .map((name) => files.readText(`${DMI}/${name}`) ?? "")
      .join(" ")
      .trim();
    const vendor = VENDORS.find(([pattern]) => pattern.test(words));
    return vendor === undefined ? null : [vendor[1], `DMI says "${words}"`];
  },
  (files) => {
    const type = files.readText("/sys/hypervisor/type");
    return type === null || type === "" ? null : [type, "/sys/hypervisor/type"];
  },
  (files) => {
    const flags = /^flags\s*:.*\bhypervisor\b/m.test(files.readText("/proc/cpuinfo") ?? "");
    return flags ? ["a virtual machine", 'the CPU has the flag "hypervisor"'] : null;
  },
];

function mountInfo(files: MachineFiles): string {
  return files.readText("/proc/self/mountinfo") ?? "";
}
