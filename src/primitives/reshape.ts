/**
 * Reshaping: the same elements in the same order under another shape.
 *
 * @module
 */
import { equalShapes } from "../shape/same.ts";
import type { Shape } from "../shape/dim.ts";
import { ShapeError, showShape } from "../shape/fail.ts";
import { sizeOf } from "../tensor/storage.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { noFlops } from "../tape/flops.ts";
import { definePrimitive, perOperand, type Primitive } from "../tape/primitive.ts";
import { bind } from "../tape/recorder.ts";

/** The same elements under another shape. */
export const reshapePrimitive: Primitive<{ shape: Shape }> = definePrimitive({
  name: "reshape",
  family: "movement",
  summary: "the same elements in the same order under another shape",
  infer: ([x], { shape }) => {
    if (sizeOf(x.shape) !== sizeOf(shape)) {
      throw new ShapeError(
        `reshape: element count differs: ${showShape(x.shape)} -> ${showShape(shape)} (${
          sizeOf(x.shape)
        } != ${sizeOf(shape)})`,
      );
    }
    return [{ shape, dtype: x.dtype }];
  },
  flops: noFlops,
  meaning: { kind: "kernel", run: ([x], _, [out]) => out.data.set(x.data) },
  vjp: perOperand((ct, { inputs: [x] }) => reshapeRaw(ct, x.shape)),
  batch: { params: ({ shape }, size) => ({ shape: [size, ...shape] }) },
  sample: (draw, float) => {
    const shape = draw.shape(0, 3);
    const target = draw.pick([[...shape, 1], [1, ...shape], [sizeOf(shape)], shape.toReversed()]);
    return { operands: [{ shape, dtype: float }], params: { shape: target } };
  },
});

/** Reshapes to a shape without -1; the same tensor where nothing changes. */
export function reshapeRaw(x: AnyTensor, shape: Shape): AnyTensor {
  return equalShapes(x.shape, shape) ? x : bind(reshapePrimitive, [x], { shape })[0];
}
