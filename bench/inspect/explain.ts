// Why a page is damaged, and where it is torn, in sentences that name what was expected and found.

import { formatBytes, formatCount } from "../units.js";
import type { ComparisonEvent, DamageEvent } from "./protocol.js";
import type { TornAt } from "./report.js";

/** What a page should be. */
export interface Expected {
  readonly pageNo: number;
  readonly spaceId: number | null;
  readonly pageBytes: number;
  readonly isFullCrc32: boolean;
}

/** Returns one sentence per thing that is wrong. */
export function reasonsOf(damage: DamageEvent, expected: Expected): string[] {
  if (damage.verdict === "misplaced") return [misplaced(damage, expected)];
  const reasons = [];
  if (damage.lsns_differ) {
    reasons.push(
      `the LSN ends in ${damage.lsn_low_header} at the start of the page and in ` +
        `${damage.lsn_low_trailer} at its end: two images, or a damaged LSN`,
    );
  }
  reasons.push(checksumReason(damage, expected));
  return reasons;
}

function misplaced(damage: DamageEvent, { pageNo, spaceId }: Expected): string {
  const found = `page ${formatCount(damage.page_no)} of space ${damage.space_id}`;
  const wanted = `page ${formatCount(pageNo)}${spaceId === null ? "" : ` of space ${spaceId}`}`;
  return `its checksum fits, but it says it is ${found}; expected ${wanted}: a write that went astray, or a copied page`;
}

function checksumReason(damage: DamageEvent, { isFullCrc32 }: Expected): string {
  const { checksum_first: first, checksum_last: last, checksum_computed: computed } = damage;
  if (isFullCrc32) {
    if (last === computed) return `the checksum ${last} fits; it covers the LSN at the end, too`;
    return `checksum ${last} stored, ${computed} computed (full_crc32)`;
  }
  if (!damage.has_trailer) return `checksum ${first} stored, ${computed} computed (crc32)`;
  if (first === computed && last === computed) return `both checksums fit; they cover no LSN half`;
  if (first === last) return `checksum ${first} stored twice, ${computed} computed (crc32)`;
  if (first === computed)
    return `checksum ${first} at byte 0 fits, ${last} in the trailer does not`;
  if (last === computed) return `checksum ${last} in the trailer fits, ${first} at byte 0 does not`;
  return `checksums ${first} at byte 0 and ${last} in the trailer, ${computed} computed (crc32)`;
}

/** Where the page is torn, as far as the page alone tells; null when it does not. */
export function tornAlone(damage: DamageEvent, pageBytes: number): TornAt | null {
  if (damage.verdict === "misplaced") return null;
  const { zeros_from: from, zeros_to: to } = damage;
  if (from > 0 && from < pageBytes) {
    return {
      byte: from,
      evidence: "zeros",
      sentence: `torn at byte ${formatCount(from)}: zeros from there to the end, never written`,
    };
  }
  if (to > 0 && to < pageBytes) {
    return {
      byte: to,
      evidence: "zeros",
      sentence: `torn at byte ${formatCount(to)}: zeros up to there, only the rest was written`,
    };
  }
  return damage.verdict === "torn" ? byLsn(damage) : null;
}

function byLsn({ lsn_low_header: header, lsn_low_trailer: trailer }: DamageEvent): TornAt {
  const newer = Number(header) > Number(trailer) ? "its start is newer" : "its end is newer";
  return {
    byte: null,
    evidence: "lsn",
    sentence: `torn: ${newer}; no copy was found that shows where`,
  };
}

/** Where the page is torn, compared with a whole copy of it. `where`: file and slot of the copy. */
export function tornAgainst(found: ComparisonEvent, where: string): TornAt {
  const copy = `the copy in ${where} (LSN ${found.copy_lsn})`;
  const at = formatCount(found.boundary);
  const tell = (byte: number | null, sentence: string): TornAt => ({
    byte,
    evidence: "doublewrite-copy",
    sentence,
  });
  if (found.sectors_same === 0) {
    return tell(null, `${copy} is of another version: no 512 bytes are the same`);
  }
  if (found.changes === 1 && !isSpot(found)) {
    const sides = found.head_is_copy
      ? `bytes up to there are those of ${copy}, the rest are of another image`
      : `bytes from there on are those of ${copy}, those before are of another image`;
    return tell(found.boundary, `torn at byte ${at}: ${sides}`);
  }
  if (isSpot(found)) {
    const from = formatCount(found.first_difference);
    const to = formatCount(found.last_difference);
    const places = from === to ? `byte ${from} differs` : `bytes ${from} to ${to} differ`;
    return tell(null, `not torn: only ${places} from ${copy}`);
  }
  const same = `${found.sectors_same} of ${found.sectors} pieces of ${formatBytes(512)}`;
  return tell(
    found.first_difference - (found.first_difference % 512),
    `torn in ${formatCount(found.changes)} places: ${same} are those of ${copy}`,
  );
}

/** A few bytes inside one sector: no write leaves that. */
function isSpot({ first_difference: from, last_difference: to }: ComparisonEvent): boolean {
  return Math.floor(from / 512) === Math.floor(to / 512);
}
