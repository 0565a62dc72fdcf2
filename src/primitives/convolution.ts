/**
 * Convolution over any number of axes. Its derivatives are convolutions again.
 *
 * @module
 */
import type { Shape } from "../shape/dim.ts";
import { ShapeError, showShape } from "../shape/fail.ts";
import { allocate, DTypeError } from "../tensor/dtype.ts";
import { sizeOf } from "../tensor/storage.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import {
  type BatchContext,
  definePrimitive,
  type Elements,
  perOperand,
  type Primitive,
} from "../tape/primitive.ts";
import { bind } from "../tape/recorder.ts";
import { multiply } from "./contraction.ts";
import { numeric } from "./elementwise.ts";
import { reversePrimitive, transposeRaw } from "./movement.ts";
import { requireDType } from "./operands.ts";
import { reshapeRaw } from "./reshape.ts";
import {
  adjointByInput,
  adjointByKernel,
  drawSizes,
  drawSliding,
  positionsOf,
  type Sliding,
  sources,
} from "./sliding.ts";

/** How a kernel slides over its input, in groups of channels. */
export interface Convolution extends Sliding {
  /** How many groups of channels are convolved on their own. */
  readonly groups: number;
}

/** The axes after the first two. */
const spatial = ({ shape }: { readonly shape: Shape }): Shape => shape.slice(2);

/**
 * XLA's `conv_general_dilated` (a cross-correlation, as everywhere in deep learning):
 * `[N, C, …input]` and `[O, C / groups, …kernel]` to `[N, O, …positions]`.
 */
export const convolutionPrimitive: Primitive<Convolution> = definePrimitive({
  name: "convolution",
  family: "convolution",
  summary: "slides a kernel over axes 2 on, in groups of channels (XLA's conv_general_dilated)",
  infer: ([x, w], params) => {
    requireDType("convolution", x.dtype, numeric);
    if (x.dtype !== w.dtype) throw new DTypeError(`convolution: ${x.dtype} and ${w.dtype}`);
    const { groups } = params;
    const fits = x.shape.length === w.shape.length && x.shape.length >= 2 &&
      x.shape[1] === w.shape[1] * groups && w.shape[0] % groups === 0;
    if (!fits) {
      throw new ShapeError(
        `convolution: kernel ${showShape(w.shape)} does not fit input ${
          showShape(x.shape)
        } in ${groups} groups`,
      );
    }
    const positions = positionsOf(spatial(x), spatial(w), params);
    return [{ shape: [x.shape[0], w.shape[0], ...positions], dtype: x.dtype }];
  },
  flops: ([, w], [y]) => 2 * sizeOf(y.shape) * sizeOf(w.shape.slice(1)),
  meaning: { kind: "kernel", run: ([x, w], params, [out]) => convolve(x, w, params, out) },
  vjp: perOperand(
    (ct, { inputs: [x, w], params }) =>
      convolution(ct, mirrored(w, params.groups), {
        ...adjointByInput(spatial(x), spatial(w), params),
        groups: params.groups,
      }),
    (ct, { inputs: [x, w], params }) => {
      const { groups } = params;
      const [[n], [features, inside]] = [x.shape, w.shape];
      const own = features / groups;
      const images = rearranged(x, [n, groups, inside], [2, 1, 0], [inside, groups * n]);
      const kernels = rearranged(ct, [n, groups, own], [1, 2, 0], [features, n]);
      const sliding = adjointByKernel(spatial(x), spatial(w), params);
      const collected = convolution(images, kernels, { ...sliding, groups });
      return rearranged(collected, [inside, features], [1, 0], [features, inside]);
    },
  ),
  batch: batched,
  sample: (draw, float) => {
    const rank = draw.integer(0, 2);
    const groups = draw.integer(1, 2);
    const [input, size] = [drawSizes(draw, rank, 4), drawSizes(draw, rank, 3)];
    const [n, perGroup, features] = [draw.integer(0, 2), draw.integer(1, 2), draw.integer(1, 2)];
    return {
      operands: [
        { shape: [n, perGroup * groups, ...input], dtype: float },
        { shape: [features * groups, perGroup, ...size], dtype: float },
      ],
      params: { ...drawSliding(draw, rank), groups },
    };
  },
});

/** The convolution primitive. */
export function convolution(x: AnyTensor, w: AnyTensor, params: Convolution): AnyTensor {
  return bind(convolutionPrimitive, [x, w], params)[0];
}

/**
 * `[O, C / groups, …]` as the kernel of the adjoint, `[C, O / groups, …]`: channels change places
 * within each group, and the window is turned around.
 */
export function mirrored(w: AnyTensor, groups: number): AnyTensor {
  const [features, inside] = w.shape;
  const own = features / groups;
  const turned = bind(reversePrimitive, [w], { axes: spatial(w).map((_, i) => i + 2) })[0];
  return rearranged(turned, [groups, own, inside], [0, 2, 1], [groups * inside, own]);
}

/** The axes before the spatial ones: split, put in another order, and joined. */
function rearranged(
  x: AnyTensor,
  split: Shape,
  order: readonly number[],
  joined: Shape,
  rest: Shape = spatial(x),
): AnyTensor {
  const permutation = [...order, ...rest.map((_, i) => i + order.length)];
  const moved = transposeRaw(reshapeRaw(x, [...split, ...rest]), permutation);
  return reshapeRaw(moved, [...joined, ...rest]);
}

/** A batch of inputs is more images, one of kernels more features, and one of both more groups. */
function batched(
  [x, w]: readonly AnyTensor[],
  { params, size, batched: [inputs, kernels] }: BatchContext<Convolution>,
): readonly AnyTensor[] {
  const { groups } = params;
  const [n, channels, ...input] = inputs ? x.shape.slice(1) : x.shape;
  const [features, inside, ...kernel] = kernels ? w.shape.slice(1) : w.shape;
  if (inputs && !kernels) {
    const y = convolution(reshapeRaw(x, [size * n, channels, ...input]), w, params);
    return [reshapeRaw(y, [size, n, ...y.shape.slice(1)])];
  }
  const own = features / groups;
  if (!inputs) {
    const split = [size, groups, own, inside];
    const joined = rearranged(w, split, [1, 0, 2, 3], [groups * size * own, inside], kernel);
    const y = convolution(x, joined, params);
    return [rearranged(y, [n, groups, size, own], [2, 0, 1, 3], [size, n, features])];
  }
  const images = rearranged(x, [size, n, channels], [1, 0, 2], [n, size * channels], input);
  // Without examples there are no channels left, which make one group.
  const joined = reshapeRaw(w, [size * features, size === 0 ? 0 : inside, ...kernel]);
  const y = convolution(images, joined, { ...params, groups: Math.max(size * groups, 1) });
  return [rearranged(y, [n, size, features], [1, 0, 2], [size, n, features])];
}

/** Lays out what the window sees of each image and group as a matrix, and multiplies by the kernel. */
function convolve(x: Elements, w: Elements, params: Convolution, out: Elements): void {
  const { groups } = params;
  const [images, channels] = x.shape;
  const [features, inside] = [w.shape[0] / groups, channels / groups];
  const [plane, positions] = [sizeOf(spatial(x)), sizeOf(spatial(out))];
  const table = sources(spatial(x), spatial(w), params);
  const seen = sizeOf(spatial(w)) * inside;
  const columns = allocate(x.dtype, seen * positions);
  for (let image = 0; image < images; image++) {
    for (let group = 0; group < groups; group++) {
      const first = (image * groups + group) * inside * plane;
      for (let channel = 0, to = 0; channel < inside; channel++) {
        const from = first + channel * plane;
        for (let i = 0; i < table.length; i++) {
          const at = table[i];
          columns[to++] = at < 0 ? 0 : x.data[from + at];
        }
      }
      const start = (image * groups + group) * features * positions;
      const result = out.data.subarray(start, start + features * positions);
      const weights = w.data.subarray(group * features * seen, (group + 1) * features * seen);
      multiply(weights, columns, { ...out, data: result }, 1, features, seen, positions);
    }
  }
}
