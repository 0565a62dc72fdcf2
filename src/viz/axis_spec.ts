/**
 * Axes as Vega's scales and axes (https://vega.github.io/vega/docs/axes/).
 *
 * @module
 */
import type { Axis } from "./chart.ts";
import type { Json } from "./mark_spec.ts";
import { type Medium, oneLine } from "./medium.ts";
import { ink } from "./palette.ts";

/** How many characters of a name on an axis are written. */
const longestName = 24;

/** An axis' scale, to pixels. */
export function scaleSpec(
  name: string,
  { scale: type, domain, nice }: Axis,
  range: number[],
): Json {
  return { name, type, domain, nice, range, zero: false };
}

/** An axis with about so many ticks. */
export function axisSpec(name: string, axis: Axis, ticks: number, medium: Medium): Json {
  const { scale: type, names, grid, whole } = axis;
  const format = formatOf(axis);
  const label = names !== undefined
    ? { scale: `${name}Names`, field: "value" }
    : format === "~e"
    ? {
      signal:
        "datum.value === 0 || datum.value === 1 ? datum.value : replace(datum.label, '+', '')",
    }
    : undefined;
  const isTerminal = medium.name === "terminal";
  const count = Math.max(3, Math.round(ticks));
  const powers = type === "log" ? powersOfTen(axis, count) : [];
  return {
    scale: name,
    orient: name === "x" ? "bottom" : "left",
    aria: false,
    grid: grid && !isTerminal,
    gridColor: ink.grid,
    domainColor: ink.line,
    tickColor: ink.line,
    ticks: names === undefined,
    tickRound: false,
    tickSize: medium.tick / 2,
    labelPadding: medium.tick / 2,
    labelColor: ink.text,
    labelFont: "sans-serif",
    labelFontSize: isTerminal ? medium.font : medium.font - 1,
    labelOverlap: type === "log" || isTerminal ? "greedy" : "parity",
    labelSeparation: isTerminal && name === "x" ? medium.tick : isTerminal ? 0 : 4,
    labelFlush: false,
    ...(names === undefined
      ? {
        ...(powers.length < 3 ? { tickCount: count } : { values: powers }),
        ...(whole === true ? { tickMinStep: 1 } : {}),
        ...(format === undefined ? {} : { format }),
      }
      : { values: names.map((_, i) => i) }),
    ...(label === undefined ? {} : { encode: { labels: { update: { text: label } } } }),
  };
}

/** How all numbers on an axis are written: where some are very small or large, as powers of ten. */
function formatOf({ scale, domain }: Axis): string | undefined {
  const sizes = domain.map(Math.abs);
  const greatest = Math.max(...sizes);
  if (scale === "log") return greatest >= 1e5 || Math.min(...sizes) < 1e-3 ? "~e" : "~g";
  return greatest >= 1e5 ? "~s" : greatest < 1e-3 ? "~e" : undefined;
}

/** The scale from the places of an axis' names to the names. */
export function namesSpec(name: string, names: readonly string[]): Json {
  return {
    name: `${name}Names`,
    type: "ordinal",
    domain: names.map((_, i) => i),
    range: names.map((text) => oneLine(text, longestName)),
  };
}

/** The powers of ten on a logarithmic axis, or every so many of them, so that there are few. */
function powersOfTen({ domain, nice }: Axis, most: number): readonly number[] {
  const [least, greatest] = domain.map(Math.log10);
  // The scale goes on to the next powers where it may.
  const first = nice ? Math.floor(least) : Math.ceil(least - 1e-9);
  const last = nice ? Math.ceil(greatest) : Math.floor(greatest + 1e-9);
  const step = Math.max(1, Math.ceil((last - first) / most));
  const count = Math.max(0, Math.floor((last - first) / step) + 1);
  return Array.from({ length: count }, (_, i) => Number(`1e${first + i * step}`));
}
