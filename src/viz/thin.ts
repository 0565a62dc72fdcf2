/**
 * Lines of very many points with fewer, that look the same.
 *
 * @module
 */

/** Into how many parts a long line is cut: more than a picture has columns of pixels. */
const parts = 500;

/**
 * The points of a line, or, where there are many and x does not decrease, the first, lowest, highest
 * and last of each of many parts (Jugel et al., "M4", 2014), which is all that a pixel's column shows,
 * and a gap if there is one.
 */
export function thinned(
  x: readonly number[],
  y: readonly number[],
): { x: readonly number[]; y: readonly number[] } {
  const isLong = x.length > 4 * parts;
  if (!isLong || x.some((value, i) => i > 0 && !(value >= x[i - 1]))) return { x, y };
  const kept: number[] = [];
  for (let part = 0; part < parts; part++) {
    const start = Math.floor(part * x.length / parts);
    const end = Math.floor((part + 1) * x.length / parts);
    const found = new Set([start, end - 1]);
    let lowest: number | undefined;
    let highest: number | undefined;
    let gap: number | undefined;
    for (let i = start; i < end; i++) {
      if (!Number.isFinite(y[i])) gap ??= i;
      else {
        if (lowest === undefined || y[i] < y[lowest]) lowest = i;
        if (highest === undefined || y[i] > y[highest]) highest = i;
      }
    }
    for (const i of [lowest, highest, gap]) if (i !== undefined) found.add(i);
    kept.push(...[...found].sort((a, b) => a - b));
  }
  return { x: kept.map((i) => x[i]), y: kept.map((i) => y[i]) };
}
