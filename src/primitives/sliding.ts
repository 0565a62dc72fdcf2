/**
 * Where windows lie that slide over the last axes of an array: what convolution and the reductions of
 * windows share.
 *
 * @module
 */
import type { Shape } from "../shape/dim.ts";
import { extent } from "../shape/window.ts";
import type { Draw } from "../tape/sample.ts";

/** How windows slide; one entry for each axis. */
export interface Sliding {
  /** The distance between neighbouring positions of the window. */
  readonly strides: readonly number[];
  /** How much is put before and after the dilated input; a negative width cuts off. */
  readonly padding: readonly (readonly [before: number, after: number])[];
  /** The distance between neighbouring elements of the input, with padding between them. */
  readonly inputDilation: readonly number[];
  /** The distance between neighbouring elements of the window. */
  readonly dilation: readonly number[];
}

/** How many positions a window of a size has on each axis. */
export function positionsOf(input: Shape, size: Shape, sliding: Sliding): number[] {
  const { strides, padding, inputDilation, dilation } = sliding;
  return input.map((dim, i) => {
    const room = extent(dim, inputDilation[i]) + padding[i][0] + padding[i][1] -
      extent(size[i], dilation[i]);
    return room < 0 ? 0 : Math.floor(room / strides[i]) + 1;
  });
}

/**
 * What each offset of the window sees at each position, `[offsets, positions]` in row-major order:
 * an index into the flattened axes of the input, or -1 for padding.
 */
export function sources(input: Shape, size: Shape, sliding: Sliding): Int32Array {
  const output = positionsOf(input, size, sliding);
  let table = Int32Array.of(0);
  let [offsets, positions] = [1, 1];
  for (const [axis, dim] of input.entries()) {
    const own = sourcesAlong(dim, size[axis], output[axis], axis, sliding);
    const [k, p] = [size[axis], output[axis]];
    const next = new Int32Array(offsets * k * positions * p);
    let to = 0;
    for (let row = 0; row < offsets * k; row++) {
      const outer = Math.floor(row / k) * positions;
      const inner = (row % k) * p;
      for (let i = 0; i < positions; i++) {
        const from = table[outer + i];
        for (let j = 0; j < p; j++) {
          const at = own[inner + j];
          next[to++] = from < 0 || at < 0 ? -1 : from * dim + at;
        }
      }
    }
    table = next;
    [offsets, positions] = [offsets * k, positions * p];
  }
  return table;
}

/** {@linkcode sources} for one axis. */
function sourcesAlong(
  dim: number,
  size: number,
  positions: number,
  axis: number,
  { strides, padding, inputDilation, dilation }: Sliding,
): Int32Array {
  return Int32Array.from({ length: size * positions }, (_, i) => {
    const [offset, position] = [Math.floor(i / positions), i % positions];
    const at = position * strides[axis] + offset * dilation[axis] - padding[axis][0];
    const index = at / inputDilation[axis];
    return index >= 0 && index < dim && Number.isInteger(index) ? index : -1;
  });
}

/**
 * How the mirrored window slides over the positions so that each element of the input collects from
 * the windows that it is in: the adjoint by the input.
 */
export function adjointByInput(input: Shape, size: Shape, sliding: Sliding): Sliding {
  const { strides, padding, inputDilation, dilation } = sliding;
  const output = positionsOf(input, size, sliding);
  return {
    strides: inputDilation,
    inputDilation: strides,
    dilation,
    padding: input.map((dim, i) => {
      const reach = extent(size[i], dilation[i]) - 1;
      const before = reach - padding[i][0];
      const whole = extent(dim, inputDilation[i]) + reach;
      return [before, whole - extent(output[i], strides[i]) - before];
    }),
  };
}

/**
 * How the positions, taken as a window, slide over the input so that each element of the window
 * collects what it has met: the adjoint by the kernel.
 */
export function adjointByKernel(input: Shape, size: Shape, sliding: Sliding): Sliding {
  const { strides, padding, inputDilation, dilation } = sliding;
  const output = positionsOf(input, size, sliding);
  return {
    strides: dilation,
    inputDilation,
    dilation: strides,
    padding: input.map((dim, i) => {
      const before = padding[i][0];
      const whole = extent(output[i], strides[i]) + extent(size[i], dilation[i]) - 1;
      return [before, whole - extent(dim, inputDilation[i]) - before];
    }),
  };
}

/** Sizes of `rank` axes to check with. */
export function drawSizes(draw: Draw, rank: number, max: number, min = 0): number[] {
  return Array.from({ length: rank }, () => draw.integer(min, max));
}

/** Settings to check with. */
export function drawSliding(draw: Draw, rank: number): Sliding {
  return {
    strides: drawSizes(draw, rank, 3, 1),
    padding: drawSizes(draw, rank, 2, -1).map((before) => [before, draw.integer(-1, 2)] as const),
    inputDilation: drawSizes(draw, rank, 2, 1),
    dilation: drawSizes(draw, rank, 2, 1),
  };
}
