/**
 * Numbers and tables as text.
 *
 * @module
 */

/** A count with its digits in groups of three. */
export function grouped(count: number): string {
  return count.toLocaleString("en-US");
}

/** A number of bytes, in the unit that suits it. */
export function bytesText(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let [value, unit] = [bytes, 0];
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${Math.round(value * 10) / 10} ${units[unit]}`;
}

/** Rows of text in columns; those from `numbers` on are aligned to the right. */
export function columnsText(
  rows: readonly (readonly string[])[],
  numbers: (column: number) => boolean,
): readonly string[] {
  const count = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from(
    { length: count },
    (_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows.map((row) =>
    row.map((text, i) => numbers(i) ? text.padStart(widths[i]) : text.padEnd(widths[i]))
      .join("  ").trimEnd()
  );
}
