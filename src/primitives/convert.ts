/**
 * Conversion between element types.
 *
 * @module
 */
import { convertElement, type DType, isFloating } from "../tensor/dtype.ts";
import { bind } from "../tape/recorder.ts";
import { noFlops } from "../tape/flops.ts";
import { definePrimitive, perOperand, type Primitive } from "../tape/primitive.ts";

/** Each element in another dtype. */
export const convertPrimitive: Primitive<{ dtype: DType }> = definePrimitive({
  name: "convert",
  family: "convert",
  summary: "each element in another dtype",
  infer: ([x], { dtype }) => [{ shape: x.shape, dtype }],
  flops: noFlops,
  meaning: {
    kind: "kernel",
    run: ([x], { dtype }, [out]) => {
      for (let i = 0; i < x.data.length; i++) {
        out.data[i] = convertElement(x.data[i], x.dtype, dtype);
      }
    },
  },
  // Needed only for float operands; where the result is an integer no cotangent comes back.
  vjp: perOperand((ct, { inputs: [x] }) =>
    isFloating(ct.dtype) ? bind(convertPrimitive, [ct], { dtype: x.dtype })[0] : ct
  ),
  batch: { params: (params) => params },
  sample: (draw, float) => {
    const dtypes = [float, float, "int32", "uint32", "bool"] as const;
    return {
      operands: [{ shape: draw.shape(0, 3), dtype: draw.pick(dtypes) }],
      params: { dtype: draw.pick(dtypes) },
    };
  },
});
