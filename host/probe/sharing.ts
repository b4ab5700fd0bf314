// Mounts behind which somebody else writes: a host that shares a folder, a server, a daemon. The
// kernel's sync ends at that border, so what is durable beyond it cannot be told from here.
//
//   shared folder   the host of this machine writes: Docker Desktop, WSL, VirtualBox, …
//   network         a server writes: NFS, SMB, Ceph, sshfs, …
//   user space      a daemon on this machine writes: FUSE

import type { Mount } from "./mount.js";

export type SharingKind = "shared folder" | "network" | "user space";

export interface Sharing {
  readonly kind: SharingKind;
  /** What it is, for a reader: "a Docker Desktop shared folder". */
  readonly product: string;
  /** How that was recognized. */
  readonly evidence: string;
}

interface Rule {
  readonly type: RegExp;
  readonly kind: SharingKind;
  readonly product: string;
  /** A further condition on the mount's source and options. */
  readonly also?: RegExp;
}

const WSL = /drvfs|(^|[ ,;])[A-Za-z]:\\/;

/** The first rule that fits decides; special cases stand before general ones. */
const RULES: readonly Rule[] = [
  shared(/^fakeowner$/, "a Docker Desktop shared folder"),
  shared(/^(fuse\.)?(grpcfuse|osxfs)$/, "a Docker Desktop shared folder"),
  shared(/^(9p|virtiofs)$/, "a Windows drive in WSL", WSL),
  shared(/^(drvfs|wslfs)$/, "a Windows drive in WSL"),
  shared(/^(fuse\.)?virtiofs$/, "a folder shared by the host of this virtual machine"),
  shared(/^9p$/, "a folder shared over 9p"),
  shared(/^vboxsf$/, "a VirtualBox shared folder"),
  shared(/^prl_fs$/, "a Parallels shared folder"),
  shared(/^(vmhgfs|fuse\.vmhgfs-fuse)$/, "a VMware shared folder"),
  network(/^nfs4?$/, "NFS"),
  network(/^(cifs|smb3|smb2|smbfs)$/, "SMB"),
  network(/^(ceph|fuse\.ceph)$/, "CephFS"),
  network(/^(fuse\.)?glusterfs$/, "GlusterFS"),
  network(/^(lustre|beegfs|gpfs|afs|orangefs|moosefs)$/, "a cluster file system"),
  network(
    /^fuse\.(sshfs|s3fs|rclone|goofys|gcsfuse|mountpoint-s3|juicefs|davfs)/,
    "a remote store",
  ),
  { type: /^fuseblk$/, kind: "user space", product: "a FUSE file system on a block device" },
  { type: /^fuse(\..+)?$/, kind: "user space", product: "a FUSE file system" },
];

/** Returns who writes behind a mount; null when the kernel itself does. */
export function sharingOf(mount: Mount | null): Sharing | null {
  if (mount === null) return null;
  const details = [mount.source, ...mount.options].join(" ");
  const rule = RULES.find(
    ({ type, also }) => type.test(mount.type) && (also === undefined || also.test(details)),
  );
  if (rule === undefined) return null;
  const evidence = `mount type ${mount.type}, source "${mount.source}"`;
  return { kind: rule.kind, product: rule.product, evidence };
}

function shared(type: RegExp, product: string, also?: RegExp): Rule {
  const rule = { type, kind: "shared folder", product } as const;
  return also === undefined ? rule : { ...rule, also };
}

function network(type: RegExp, product: string): Rule {
  return { type, kind: "network", product };
}
