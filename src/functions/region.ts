/**
 * The part of a tensor that a static index names: reading it and writing it.
 *
 * @module
 */
import type { ResolvedSlice } from "../shape/slice.ts";
import { wrap } from "../tensor/storage.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { bind } from "../tape/recorder.ts";
import { fill } from "../primitives/broadcast.ts";
import { select, zero } from "../primitives/compare.ts";
import { dynamicUpdateSliceRaw } from "../primitives/dynamic.ts";
import { reversePrimitive } from "../primitives/movement.ts";
import { scalar } from "../primitives/operands.ts";
import { reshapeRaw } from "../primitives/reshape.ts";
import { padRaw, sliceRaw } from "../primitives/slice.ts";

/** The elements of a region. */
export function readRegion(x: AnyTensor, { axes, shape }: ResolvedSlice): AnyTensor {
  const ranges = axes.map(forwards);
  const taken = sliceRaw(
    x,
    ranges.map(({ low }) => low),
    ranges.map(({ high }) => high),
    ranges.map(({ by }) => by),
  );
  return reshapeRaw(turned(taken, axes), shape);
}

/** The tensor with the elements of a region replaced. */
export function writeRegion(x: AnyTensor, { axes }: ResolvedSlice, part: AnyTensor): AnyTensor {
  const counts = axes.map(({ count }) => count);
  const update = turned(reshapeRaw(part, counts), axes);
  if (update.size === 0) return x;
  const ranges = axes.map(forwards);
  const low = ranges.map(({ low }) => low);
  if (ranges.every(({ by }) => by === 1)) {
    return dynamicUpdateSliceRaw(x, update, wrap([low.length], "int32", Int32Array.from(low)));
  }
  const after = ranges.map(({ high }, axis) => x.shape[axis] - high);
  const between = ranges.map(({ by }) => by - 1);
  const written = padRaw(
    fill(scalar(true, "bool"), counts),
    scalar(false, "bool"),
    low,
    after,
    between,
  );
  return select(written, padRaw(update, zero(update), low, after, between), x);
}

type Axes = ResolvedSlice["axes"];

/** The positions of an axis in ascending order: from `low` to before `high` in steps. */
function forwards(
  { start, count, step }: Axes[number],
): { low: number; high: number; by: number } {
  if (count === 0) return { low: 0, high: 0, by: 1 };
  const last = start + (count - 1) * step;
  return {
    low: Math.min(start, last),
    high: Math.max(start, last) + 1,
    by: count === 1 ? 1 : Math.abs(step),
  };
}

/** Axes that are taken backwards turned around. */
function turned(x: AnyTensor, axes: Axes): AnyTensor {
  const backwards = axes.flatMap(({ step }, axis) => step < 0 ? [axis] : []);
  return backwards.length === 0 ? x : bind(reversePrimitive, [x], { axes: backwards })[0];
}
