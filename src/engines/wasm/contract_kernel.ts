/**
 * Code for sums of products.
 *
 * @module
 */
import type { Callee, Code } from "./assembler/code.ts";
import type { ModuleBuilder } from "./assembler/module.ts";
import type { Features } from "./vector/floats.ts";
import type { AddressOf } from "./loop_kernel.ts";
import { writeReduce } from "./reduce_kernel.ts";
import type { ContractKernel } from "./program.ts";
import { mulPrimitive } from "../../primitives/arithmetic.ts";
import { type Apply, type Source, view } from "./symbolic.ts";

/** Writes a contraction; gives what calls it. */
export function writeContraction(
  { module, addressOf, features }: {
    readonly module: ModuleBuilder;
    readonly addressOf: AddressOf;
    readonly features: Features;
  },
  kernel: ContractKernel,
  name: string,
): (code: Code) => void {
  const callee: Callee = module.function(`contract_${name}`, [], [], (code) => {
    writeReduce(code, asReduction(kernel), addressOf, features);
  });
  return (code) => code.call(callee);
}

/** The same as a sum of products: right for every shape, fast for small ones. */
function asReduction({ left, right, contract, batch, buffer }: ContractKernel) {
  const free = (rank: number, side: 0 | 1) =>
    Array.from({ length: rank }, (_, axis) => axis).filter((axis) =>
      !contract[side].includes(axis) && !batch[side].includes(axis)
    );
  const freeLeft = free(left.shape.length, 0);
  const freeRight = free(right.shape.length, 1);
  const summed = contract[0].map((axis) => left.shape[axis]);
  // Summed axes before the right operand's free ones, so that the innermost axis is contiguous.
  const order = [
    ...batch[0].map((axis) => left.shape[axis]),
    ...freeLeft.map((axis) => left.shape[axis]),
    ...summed,
    ...freeRight.map((axis) => right.shape[axis]),
  ];
  const [b, f, s] = [batch[0].length, freeLeft.length, summed.length];
  const place = (side: 0 | 1, own: readonly number[]) => (axis: number): Source => {
    const inBatch = batch[side].indexOf(axis);
    const inSum = contract[side].indexOf(axis);
    const target = inBatch >= 0
      ? inBatch
      : inSum >= 0
      ? b + f + inSum
      : side === 0
      ? b + own.indexOf(axis)
      : b + f + s + own.indexOf(axis);
    return { axis: target, start: 0, scale: 1 };
  };
  const product: Apply = {
    kind: "apply",
    primitive: mulPrimitive,
    params: undefined,
    output: 0,
    shape: order,
    dtype: buffer.dtype,
    operands: [
      view(left, order, left.shape.map((_, axis) => place(0, freeLeft)(axis))),
      view(right, order, right.shape.map((_, axis) => place(1, freeRight)(axis))),
    ],
  };
  return {
    kind: "reduce" as const,
    combine: "sum" as const,
    value: product,
    axes: summed.map((_, i) => b + f + i),
    buffer,
  };
}
