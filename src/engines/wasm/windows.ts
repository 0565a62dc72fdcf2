/**
 * Windows that slide over an array, as views of it: with a first part of the axes for the places in
 * the window, and a second one for its positions.
 *
 * @module
 */
import type { Shape } from "../../shape/dim.ts";
import { extent } from "../../shape/window.ts";
import { addPrimitive, maximumPrimitive } from "../../primitives/arithmetic.ts";
import { lessEqualPrimitive, selectPrimitive } from "../../primitives/compare.ts";
import { positionsOf, type Sliding } from "../../primitives/sliding.ts";
import type { Windows } from "../../primitives/window.ts";
import type { Primitive } from "../../tape/primitive.ts";
import type { DType } from "../../tensor/dtype.ts";
import { sizeOf } from "../../tensor/storage.ts";
import { type Apply, mapLeaves, type Symbolic, view } from "./symbolic.ts";

/** What of an axis windows see, and where it lies in the padded axis. */
export interface Room {
  /** The padded axis's length. */
  readonly length: number;
  /** The first element that is not cut off, and the one after the last. */
  readonly start: number;
  readonly stop: number;
  /** Where the first one lies, and the distance to the next. */
  readonly before: number;
  readonly step: number;
}

/** The axes of an array with padding and dilation. */
export function roomOf(
  input: Shape,
  { padding, inputDilation }: Sliding,
): readonly Room[] {
  return input.map((dim, axis): Room => {
    const step = inputDilation[axis];
    const [before, after] = padding[axis];
    const length = Math.max(extent(dim, step) + before + after, 0);
    const start = Math.min(Math.ceil(Math.max(-before, 0) / step), dim);
    const stop = Math.max(Math.min(Math.floor((length - 1 - before) / step) + 1, dim), start);
    return { length, start, stop, before: start * step + before, step };
  });
}

/** The axes of a view on windows: after those that go along come the window's, and the positions. */
export interface Axes {
  readonly shape: Shape;
  readonly strides: readonly number[];
}

/** The axes of windows over an array's last axes: the window's, and those of its positions. */
export function windowAxes(
  { shape, strides }: Axes,
  size: Shape,
  sliding: Sliding,
): { readonly inside: Axes; readonly positions: Axes } {
  const lead = shape.length - size.length;
  const steps = strides.slice(lead);
  const bare = withoutPadding(sliding);
  return {
    inside: { shape: size, strides: steps.map((step, i) => step * sliding.dilation[i]) },
    positions: {
      shape: positionsOf(shape.slice(lead), size, bare),
      strides: steps.map((step, i) => step * sliding.strides[i]),
    },
  };
}

/** How windows slide over an array that has its padding and holes. */
function withoutPadding<T extends Sliding>(sliding: T): T {
  const none = sliding.strides.map(() => [0, 0] as const);
  return { ...sliding, padding: none, inputDilation: none.map(() => 1) };
}

/** An array as windows: the axes that go along, those of the window, and those of its positions. */
export function slide(x: Symbolic, windows: Windows): Symbolic {
  const lead = x.shape.length - windows.size.length;
  const axesOf = (strides: readonly number[]) =>
    windowAxes({ shape: x.shape, strides }, windows.size, windows);
  const { inside, positions } = axesOf(x.shape.map(() => 0));
  const shape = [...x.shape.slice(0, lead), ...inside.shape, ...positions.shape];
  return mapLeaves(x, shape, ({ offset, strides }) => {
    const { inside, positions } = axesOf(strides);
    return {
      offset,
      strides: [...strides.slice(0, lead), ...inside.strides, ...positions.strides],
    };
  })!;
}

/** What each place of the window sees at all its positions. */
function places(x: Symbolic, windows: Windows): readonly Symbolic[] {
  const { size, strides, dilation } = windows;
  const lead = x.shape.length - size.length;
  const positions = positionsOf(x.shape.slice(lead), size, withoutPadding(windows));
  const shape = [...x.shape.slice(0, lead), ...positions];
  return Array.from({ length: sizeOf(size) }, (_, place) => {
    let rest = place;
    const at = size.toReversed().map((dim) => {
      const digit = rest % dim;
      rest = (rest - digit) / dim;
      return digit;
    }).reverse();
    return view(
      x,
      shape,
      shape.map((_, axis) => {
        const i = axis - lead;
        return i < 0
          ? { axis, start: 0, scale: 1 }
          : { axis, start: at[i] * dilation[i], scale: strides[i] };
      }),
    );
  });
}

function apply(primitive: Primitive, operands: readonly Symbolic[], dtype: DType): Apply {
  const { shape } = operands[0];
  return { kind: "apply", primitive, params: undefined, operands, output: 0, shape, dtype };
}

/** The sum, or the largest, of each window, place by place. */
export function fold(x: Symbolic, windows: Windows, combine: "sum" | "max"): Symbolic {
  const primitive = combine === "sum" ? addPrimitive : maximumPrimitive;
  return places(x, windows).reduce((total, value) => apply(primitive, [total, value], x.dtype));
}

/** The `index` of the largest of each window, place by place: see the primitive `windowArgmax`. */
export function foldArgmax(x: Symbolic, index: Symbolic, windows: Windows): Symbolic {
  const indices = places(index, windows);
  let [largest, ...rest] = places(x, windows);
  let [chosen] = indices;
  for (const [i, value] of rest.entries()) {
    const keep = apply(lessEqualPrimitive, [value, largest], "bool");
    chosen = apply(selectPrimitive, [keep, chosen, indices[i + 1]], "int32");
    largest = apply(selectPrimitive, [keep, largest, value], x.dtype);
  }
  return chosen;
}
