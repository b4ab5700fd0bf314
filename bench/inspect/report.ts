// What `bench inspect` knows about a file, assembled from the inspector's events. This is the shape
// of the published JSON (bench/schema/inspect.schema.json); the text is written from it too.

import type { CellEvent, DamageEvent, FileEvent, FileKindName, PlainEvent } from "./protocol.js";

export const SCHEMA_ID = "tornproof.inspect/1";

export type Verdict = "good" | "damaged" | "unknown";

/** Something wrong with the file as a whole. */
export interface Problem {
  readonly code: string;
  readonly message: string;
}

/** Where a damaged page stops being one image and starts being another. */
export interface TornAt {
  /** Byte of the page; null when only the fact is known, not the place. */
  readonly byte: number | null;
  readonly evidence: "doublewrite-copy" | "zeros" | "lsn";
  readonly sentence: string;
}

export interface DamagedPage {
  readonly page: number;
  readonly offset: number;
  readonly verdict: DamageEvent["verdict"];
  readonly type: number;
  readonly type_name: string;
  readonly page_lsn: string;
  readonly why: readonly string[];
  readonly torn_at: TornAt | null;
}

/** Numbers as the inspector counted them, by name; docs/inspect.md says what each means. */
export type Facts = Readonly<Record<string, string | number | boolean>>;

export interface LsnCell {
  readonly first_page: number;
  readonly pages: number;
  readonly pages_with_lsn: number;
  readonly lsn_min: string;
  readonly lsn_max: string;
}

export interface Counted {
  readonly name: string;
  readonly count: number;
}

export interface FileReport {
  readonly path: string;
  readonly size_bytes: number;
  readonly kind: FileKindName | "unknown";
  readonly verdict: Verdict;
  readonly shape: Facts;
  readonly facts: Facts;
  readonly page_types: readonly (Counted & { readonly type: number })[];
  readonly checksums: readonly Counted[];
  readonly record_types: readonly (Counted & { readonly type: number })[];
  readonly headers: readonly Facts[];
  readonly problems: readonly Problem[];
  readonly damaged: readonly DamagedPage[];
  readonly damaged_blocks: readonly Facts[];
  readonly damaged_count: number;
  readonly notes: readonly string[];
  readonly lsn_map: readonly LsnCell[] | null;
  readonly page: PageReport | null;
}

/** One page, block or record in full. */
export interface PageReport {
  readonly number: number;
  readonly offset: number;
  readonly about: Facts;
  readonly fields: readonly Facts[];
  readonly hexdump: readonly string[];
}

/** A file that could not be judged. */
export interface Unreadable {
  readonly path: string;
  readonly message: string;
  readonly exit_code: number;
}

export interface InspectResult {
  readonly schema: typeof SCHEMA_ID;
  readonly tool: { readonly name: "tornproof"; readonly version: string; readonly sandbox: string };
  readonly argv: readonly string[];
  readonly files: readonly FileReport[];
  readonly unreadable: readonly Unreadable[];
  readonly exit: { readonly code: number; readonly reason: string };
}

/** The keys of an event without its name. */
export function factsOf(event: PlainEvent | undefined): Facts {
  if (event === undefined) return {};
  return Object.fromEntries(Object.entries(event).filter(([key]) => key !== "event"));
}

export function numberOf(facts: Facts, key: string): number {
  return Number(facts[key] ?? 0);
}

export function cellOf(event: CellEvent): LsnCell {
  const { first_page, pages, pages_with_lsn, lsn_min, lsn_max } = event;
  return { first_page, pages, pages_with_lsn, lsn_min, lsn_max };
}

/** Bytes of a page in the file, of a file that holds pages. */
export function pageBytesOf(file: FileEvent): number {
  return file.physical_page_size ?? 0;
}
