// A table as lines of text: columns as wide as their widest cell, numbers to the right.

export interface Column<Row> {
  readonly title: string;
  readonly align: "left" | "right";
  readonly cell: (row: Row) => string;
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
    return (INDENT + padded.join(GAP)).trimEnd();
  };
  return [line(titles), ...body.map(line)];
}
