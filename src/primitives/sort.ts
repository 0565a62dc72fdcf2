/**
 * Order along an axis.
 *
 * @module
 */
import { dtypes } from "../tensor/dtype.ts";
import { sizeOf } from "../tensor/storage.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { definePrimitive, type Primitive } from "../tape/primitive.ts";
import { bind } from "../tape/recorder.ts";
import { requireDType } from "./operands.ts";

/** The positions that would sort along an axis: ascending, stable, NaN last. */
export const argsortPrimitive: Primitive<{ axis: number }> = definePrimitive({
  name: "argsort",
  family: "sort",
  summary: "the positions that sort along `axis`: ascending, equal ones in order, NaN last",
  infer: ([x]) => {
    requireDType("argsort", x.dtype, dtypes);
    return [{ shape: x.shape, dtype: "int32" }];
  },
  meaning: {
    kind: "kernel",
    run: ([x], { axis }, [out]) => {
      const n = x.shape[axis];
      const inner = sizeOf(x.shape.slice(axis + 1));
      const outer = sizeOf(x.shape.slice(0, axis));
      const order = new Int32Array(n);
      for (let i = 0; i < outer; i++) {
        for (let j = 0; j < inner; j++) {
          const start = i * n * inner + j;
          const at = (k: number) => x.data[start + k * inner];
          for (let k = 0; k < n; k++) order[k] = k;
          order.sort((a, b) => compareNanLast(at(a), at(b)) || a - b);
          for (let k = 0; k < n; k++) out.data[start + k * inner] = order[k];
        }
      }
    },
  },
  vjp: { notDifferentiable: "integer result" },
  batch: { params: ({ axis }) => ({ axis: axis + 1 }) },
  sample: (draw, float) => {
    const shape = draw.shape(1, 3);
    return {
      operands: [{ shape, dtype: draw.pick([float, "int32", "uint32", "bool"] as const) }],
      params: { axis: draw.integer(0, shape.length - 1) },
    };
  },
});

function compareNanLast(a: number, b: number): number {
  if (a !== a || b !== b) return Number(a !== a) - Number(b !== b);
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The positions that sort along an axis. */
export function argsortRaw(x: AnyTensor, axis: number): AnyTensor {
  return bind(argsortPrimitive, [x], { axis })[0];
}
