// The shape of a profile: whose meaning a method name has, because the same name has meant
// different calls in different servers.

import type { FlushMethod } from "../method.js";

export interface Profile {
  /** As a user writes it. */
  readonly name: string;
  /** Which servers it describes. */
  readonly title: string;
  /** The tables of the server's own names, numbers first. */
  readonly methods: readonly FlushMethod[];
  /** innodb_use_fdatasync: a variable of this server, or one answer it always gives. */
  readonly fdatasync: "variable" | "always" | "never";
  /** The server's default method; `orElse` when O_DIRECT is not real on the directory. */
  readonly defaultMethod: { readonly name: string; readonly orElse: string };
  /** MariaDB 11's innodb_doublewrite=fast. */
  readonly fastDoublewrite: boolean;
  /** Methods whose meaning changes with innodb_doublewrite=OFF; by method name. */
  readonly doublewriteOff?: Readonly<Record<string, FlushMethod>>;
}
