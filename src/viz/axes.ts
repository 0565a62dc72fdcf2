/**
 * The options that charts have in common, and the axes they ask for.
 *
 * @module
 */
import type { Axis } from "./chart.ts";
import { extent } from "./numbers.ts";

/** What can be said of every chart. */
export interface ChartOptions {
  /** What is written above it. */
  readonly title?: string;
  /** How wide its SVG is, in pixels; 480 unless given. */
  readonly width?: number;
  /** How high its SVG is, in pixels, or each row of panels where it has several; 300 unless given. */
  readonly height?: number;
}

/** What can be said of a chart's axes. */
export interface AxesOptions extends ChartOptions {
  /** What is written below the x axis. */
  readonly xLabel?: string;
  /** What is written above the y axis. */
  readonly yLabel?: string;
  /** Whether equal steps are equal amounts, or equal factors; `"linear"` unless given. */
  readonly xScale?: "linear" | "log";
  /** The same for y. */
  readonly yScale?: "linear" | "log";
  /** The least and the greatest x shown; those of the data unless given. */
  readonly xDomain?: readonly [number, number];
  /** The same for y. */
  readonly yDomain?: readonly [number, number];
}

/** The width and height that options ask for. */
export function sizeOf(
  operation: string,
  { width = 480, height = 300 }: ChartOptions,
): { width: number; height: number } {
  for (const [name, value, least] of [["width", width, 160], ["height", height, 96]] as const) {
    if (!(value >= least && value <= 10_000)) {
      throw new RangeError(
        `${operation}: ${name} must be from ${least} to 10000 pixels, got ${value}`,
      );
    }
  }
  return { width, height };
}

/** The x axis that options ask for, for such values. */
export function xAxis(operation: string, values: Iterable<number>, options: AxesOptions): Axis {
  const { xLabel: label, xScale: scale = "linear", xDomain: domain } = options;
  return axisOf(operation, "x", values, { label, scale, domain, nice: false });
}

/** The y axis that options ask for, for such values. */
export function yAxis(operation: string, values: Iterable<number>, options: AxesOptions): Axis {
  const { yLabel: label, yScale: scale = "linear", yDomain: domain } = options;
  return axisOf(operation, "y", values, { label, scale, domain, nice: true });
}

/** What is asked of an axis. */
interface Asked {
  readonly label: string | undefined;
  readonly scale: "linear" | "log";
  readonly domain: readonly [number, number] | undefined;
  readonly nice: boolean;
}

/** An axis that shows such values. */
function axisOf(operation: string, name: string, values: Iterable<number>, asked: Asked): Axis {
  const { label, scale, nice } = asked;
  if (scale !== "linear" && scale !== "log") {
    throw new RangeError(`${operation}: ${name}Scale must be "linear" or "log", got "${scale}"`);
  }
  const rest = { scale, label, grid: true };
  const { domain } = asked;
  if (domain !== undefined) {
    requireDomain(operation, `${name}Domain`, domain, scale);
    return { domain, nice: false, ...rest };
  }
  const drawable = function* (): Iterable<number> {
    for (const value of values) if (scale === "linear" || value > 0) yield value;
  };
  const found = extent(drawable());
  if (found === undefined) {
    const kind = scale === "log" ? "positive finite" : "finite";
    throw new RangeError(`${operation}: ${name} has no ${kind} number to draw`);
  }
  return { domain: widened(found, scale), nice, ...rest };
}

/** An axis of whole numbers. */
export function whole(axis: Axis): Axis {
  return { ...axis, whole: true };
}

/** Refuses a domain that is none. */
export function requireDomain(
  operation: string,
  name: string,
  [least, greatest]: readonly [number, number],
  scale: "linear" | "log" = "linear",
): void {
  const isFinite = Number.isFinite(greatest - least);
  if (!(isFinite && least < greatest && (scale === "linear" || least > 0))) {
    const what = scale === "log" ? "two positive numbers" : "two numbers";
    throw new RangeError(
      `${operation}: ${name} must be ${what}, the less first, got [${least}, ${greatest}]`,
    );
  }
}

/** A domain with something between its ends. */
function widened(
  [least, greatest]: readonly [number, number],
  scale: "linear" | "log",
): readonly [number, number] {
  // Numbers that differ in their last digits only are drawn as equal.
  if (greatest - least > 1e-9 * Math.max(Math.abs(least), Math.abs(greatest))) {
    return [least, greatest];
  }
  if (scale === "log") return [least / 2, greatest * 2];
  const room = Math.abs(least) / 2 || 1;
  return [least - room, greatest + room];
}

/** A domain with a little room around it, so that points at its ends are whole. */
export function padded(axis: Axis): Axis {
  const [least, greatest] = axis.domain;
  if (axis.scale === "log") {
    const factor = (greatest / least) ** 0.04;
    return { ...axis, nice: false, domain: [least / factor, greatest * factor] };
  }
  const room = 0.04 * (greatest - least);
  return { ...axis, nice: false, domain: [least - room, greatest + room] };
}
