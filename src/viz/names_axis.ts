/**
 * An axis of things with names.
 *
 * @module
 */
import type { Axis } from "./chart.ts";

/** An axis of names, each at the whole number of its place. */
export function namesAxis(names: readonly string[], label?: string): Axis {
  return {
    domain: [-0.5, names.length - 0.5],
    nice: false,
    scale: "linear",
    grid: false,
    names,
    label,
  };
}
