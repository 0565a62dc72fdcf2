/**
 * Code for sums of products.
 *
 * @module
 */
import type { Code } from "./assembler/code.ts";
import {
  type ContractionDType,
  type ContractionSpec,
  emitContraction,
  type Functions,
  problemOf,
  scratchBytes,
} from "./contraction/contraction.ts";
import type { AddressOf } from "./vector_nest.ts";
import { writeBlock } from "./loop_kernel.ts";
import { elementSize } from "./memory.ts";
import type { ContractKernel } from "./program.ts";
import type { Load } from "./symbolic.ts";
import type { Features } from "./vector/floats.ts";

/** The axes of an operand by their role. */
interface Roles {
  readonly batch: readonly number[];
  readonly free: readonly number[];
  readonly summed: readonly number[];
}

function rolesOf({ left, right, contract, batch }: ContractKernel): readonly [Roles, Roles] {
  const of = (x: Load, side: 0 | 1): Roles => ({
    batch: batch[side],
    free: x.shape.map((_, axis) => axis).filter((axis) =>
      !contract[side].includes(axis) && !batch[side].includes(axis)
    ),
    summed: contract[side],
  });
  return [of(left, 0), of(right, 1)];
}

/** How many bytes of scratch memory a contraction needs. */
export function contractionScratch(kernel: ContractKernel, features: Features): number {
  return scratchBytes(specOf(kernel, () => 0), features);
}

/** How long the rows are in which a contraction's result is computed. */
export function columnsOf(kernel: ContractKernel): number {
  return problemOf(specOf(kernel, () => 0), { relaxed: false }).n;
}

/** Writes a contraction; gives what calls it. */
export function writeContraction(
  functions: Functions,
  kernel: ContractKernel,
  addressOf: AddressOf,
  scratch: number,
  name: string,
  shared: boolean,
): (code: Code) => void {
  const { epilogue } = kernel;
  const spec = specOf(kernel, addressOf);
  const callee = emitContraction(
    functions,
    epilogue === undefined ? spec : {
      ...spec,
      epilogue: (code, block) => writeBlock(code, epilogue, addressOf, functions.features, block),
    },
    scratch,
    `contract_${name}`,
  );
  return (code) => {
    if (shared) code.parameters.forEach((parameter) => code.get(parameter));
    else {
      code.i32(0);
      code.i32(1);
    }
    code.call(callee);
  };
}

function specOf(kernel: ContractKernel, addressOf: AddressOf): ContractionSpec {
  const { left, right, buffer } = kernel;
  const [l, r] = rolesOf(kernel);
  const size = elementSize(left.dtype);
  const pick = (x: Load, axes: readonly number[]) => axes.map((axis) => x.strides[axis]);
  const dims = (x: Load, axes: readonly number[]) => axes.map((axis) => x.shape[axis]);
  const start = (x: Load) => addressOf(x.buffer) + x.offset * size;
  return {
    dtype: buffer.dtype as ContractionDType,
    batch: dims(left, l.batch),
    m: dims(left, l.free),
    n: dims(right, r.free),
    k: dims(left, l.summed),
    a: {
      address: start(left),
      batch: pick(left, l.batch),
      row: pick(left, l.free),
      column: pick(left, l.summed),
    },
    b: {
      address: start(right),
      batch: pick(right, r.batch),
      row: pick(right, r.summed),
      column: pick(right, r.free),
    },
    out: addressOf(buffer),
  };
}
