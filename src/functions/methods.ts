/**
 * Puts the operations that tensors carry onto their prototype.
 *
 * @module
 */
import { TensorBase } from "../tensor/storage.ts";
import type { TensorMethods } from "../tensor/methods.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { add, div, log, mul, neg, pow, sub } from "../primitives/arithmetic.ts";
import { abs, exp, sqrt, square } from "../primitives/math.ts";
import { cos, sin, tanh } from "../primitives/trigonometry.ts";
import { matmul } from "./products.ts";
import { argmax, max, mean, min, sum } from "./reductions.ts";
import {
  astype,
  broadcastTo,
  expandDims,
  flatten,
  reshape,
  slice,
  squeeze,
  transpose,
} from "./shapes.ts";

const functions = {
  add,
  sub,
  mul,
  div,
  pow,
  neg,
  abs,
  square,
  sqrt,
  exp,
  log,
  sin,
  cos,
  tanh,
  astype,
  matmul,
  sum,
  mean,
  max,
  min,
  argmax,
  reshape,
  flatten,
  transpose,
  squeeze,
  expandDims,
  broadcastTo,
  slice,
} satisfies Record<keyof TensorMethods, unknown>;

for (const [name, f] of Object.entries(functions)) {
  const apply = f as (x: AnyTensor, ...rest: unknown[]) => AnyTensor;
  Object.defineProperty(TensorBase.prototype, name, {
    value: function (this: AnyTensor, ...rest: unknown[]) {
      return apply(this, ...rest);
    },
    configurable: true,
    writable: true,
  });
}
