// The lines the inspector prints, as types. Each line is one JSON object with an "event"; 64-bit
// values are decimal strings. inspector/ writes them, nobody else.

export interface FileEvent {
  readonly event: "file";
  readonly kind: FileKindName;
  readonly page_size?: number;
  readonly physical_page_size?: number;
  readonly is_full_crc32?: boolean;
  readonly is_compressed?: boolean;
  readonly page_size_from_page_0?: boolean;
  readonly first_page?: number;
}

export type FileKindName = "tablespace" | "doublewrite" | "detect-only" | "redo" | "mariadb-redo";

/** The numbers by which the inspector knows the kinds. */
export const KIND_NUMBERS: Readonly<Record<FileKindName, number>> = {
  tablespace: 1,
  doublewrite: 2,
  "detect-only": 3,
  redo: 4,
  "mariadb-redo": 5,
};

export interface DamageEvent {
  readonly event: "damage";
  readonly position: number;
  readonly offset: number;
  readonly verdict: "torn" | "corrupt" | "misplaced";
  readonly page_no: number;
  readonly space_id: number;
  readonly type: number;
  readonly type_name: string;
  readonly lsn: string;
  readonly checksum_first: string;
  readonly checksum_last: string;
  readonly checksum_computed: string;
  readonly has_trailer: boolean;
  readonly lsn_low_header: string;
  readonly lsn_low_trailer: string;
  readonly lsns_differ: boolean;
  readonly zeros_from: number;
  readonly zeros_to: number;
}

export interface CopyEvent {
  readonly event: "copy";
  readonly slot: number;
  readonly offset: number;
  readonly space_id: number;
  readonly page_no: number;
  readonly lsn: string;
}

export interface CellEvent {
  readonly event: "cell";
  readonly first_page: number;
  readonly pages: number;
  readonly pages_with_lsn: number;
  readonly lsn_min: string;
  readonly lsn_max: string;
}

export interface NextEvent {
  readonly event: "next";
  readonly done: boolean;
  readonly offset: number;
  readonly wrap_to: number;
}

export interface ComparisonEvent {
  readonly event: "comparison";
  readonly is_valid: boolean;
  readonly sectors: number;
  readonly sectors_same: number;
  readonly changes: number;
  readonly boundary: number;
  readonly head_is_copy: boolean;
  readonly first_difference: number;
  readonly last_difference: number;
  readonly bytes_different: number;
  readonly copy_lsn: string;
}

/** Any other line: a flat object, whose keys the reader of its event knows. */
export interface PlainEvent {
  readonly event: string;
  readonly [key: string]: string | number | boolean;
}

export type InspectorEvent = PlainEvent;

/** Returns the objects of the lines. Errors: SyntaxError for a line that is no JSON. */
export function parseEvents(stdout: string): InspectorEvent[] {
  const lines = stdout.split("\n").filter((line) => line !== "");
  return lines.map((line) => JSON.parse(line) as InspectorEvent);
}

/** Returns the events of one name, as the type the caller knows them to have. */
export function eventsNamed<Event>(events: readonly InspectorEvent[], name: string): Event[] {
  return events.filter(({ event }) => event === name) as unknown as Event[];
}
