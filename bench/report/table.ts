// A table as lines of text: columns as wide as their widest cell, numbers to the right.

export interface Column<Row> {
  readonly title: string;
  readonly align: "left" | "right";
  readonly cell: (row: Row) => string;
  /** A line between groups of columns, closer to its neighbors than columns are to each other. */
  readonly isDivider?: boolean;
}

/** Returns a column that is nothing but a line. */
export function divider<Row>(): Column<Row> {
  return { title: "|", align: "left", cell: () => "|", isDivider: true };
}

const INDENT = "  ";
const GAP = "  ";

/**
 * Returns the heading and one line per row. Trailing blanks are cut.
 * `measured`: the rows that decide the widths, so that tables of one kind line up with each other.
 */
export function tableLines<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  measured: readonly Row[] = rows,
): string[] {
  const titles = columns.map((column) => column.title);
  const body = rows.map((row) => columns.map((column) => column.cell(row)));
  const widths = columns.map((column) =>
    Math.max(column.title.length, ...measured.map((row) => column.cell(row).length)),
  );
  const line = (cells: readonly string[]): string => {
    const padded = cells.map((cell, i) =>
      columns[i]!.align === "left" ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!),
    );
    const spaced = padded.map((cell, i) => (i === 0 ? INDENT : gapBefore(columns, i)) + cell);
    return spaced.join("").trimEnd();
  };
  return [line(titles), ...body.map(line)];
}

function gapBefore<Row>(columns: readonly Column<Row>[], i: number): string {
  return columns[i]!.isDivider || columns[i - 1]!.isDivider ? " " : GAP;
}
