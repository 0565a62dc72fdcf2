/**
 * Code for sums of products.
 *
 * @module
 */
import { mulPrimitive } from "../../primitives/arithmetic.ts";
import { sizeOf } from "../../tensor/storage.ts";
import type { Code } from "./assembler/code.ts";
import {
  type ContractionDType,
  type ContractionSpec,
  emitContraction,
  type Functions,
  scratchBytes,
} from "./contraction/contraction.ts";
import type { AddressOf } from "./vector_nest.ts";
import { elementSize } from "./memory.ts";
import type { ContractKernel, ReduceKernel } from "./program.ts";
import { writeReduce } from "./reduce_kernel.ts";
import { type Apply, type Load, type Source, view } from "./symbolic.ts";
import type { Features } from "./vector/floats.ts";

/** Fewer multiplications than these are done as a plain sum of products. */
const few = 2048;

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

function isSmall({ left, contract, buffer }: ContractKernel): boolean {
  const summed = contract[0].reduce((product, axis) => product * left.shape[axis], 1);
  return summed * sizeOf(buffer.shape) <= few || summed === 0;
}

/** How many bytes of scratch memory a contraction needs. */
export function contractionScratch(kernel: ContractKernel, features: Features): number {
  return isSmall(kernel) ? 0 : scratchBytes(specOf(kernel, () => 0), features);
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
  if (isSmall(kernel)) {
    const { module, features } = functions;
    const callee = module.function(`contract_${name}`, [], [], (code) => {
      writeReduce(code, asReduction(kernel), addressOf, features, { shared: false });
    });
    return (code) => {
      if (!shared) return code.call(callee);
      // So little is done by one thread.
      code.get(code.parameters[0]);
      code.op("i32.eqz");
      code.if(() => code.call(callee));
    };
  }
  const callee = emitContraction(
    functions,
    specOf(kernel, addressOf),
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

/** The same as a plain sum of products, with the right operand's free axes innermost. */
function asReduction(kernel: ContractKernel): ReduceKernel {
  const { left, right, buffer } = kernel;
  const [l, r] = rolesOf(kernel);
  const shape = [
    ...l.batch.map((axis) => left.shape[axis]),
    ...l.free.map((axis) => left.shape[axis]),
    ...l.summed.map((axis) => left.shape[axis]),
    ...r.free.map((axis) => right.shape[axis]),
  ];
  const starts = [0, l.batch.length, l.batch.length + l.free.length];
  const after = starts[2] + l.summed.length;
  const sources = (x: Load, { batch, free, summed }: Roles, freeStart: number): Source[] =>
    x.shape.map((_, axis) => {
      const groups: readonly (readonly [readonly number[], number])[] = [
        [batch, starts[0]],
        [free, freeStart],
        [summed, starts[2]],
      ];
      const [group, first] = groups.find(([group]) => group.includes(axis))!;
      return { axis: first + group.indexOf(axis), start: 0, scale: 1 };
    });
  const value: Apply = {
    kind: "apply",
    primitive: mulPrimitive,
    params: undefined,
    output: 0,
    shape,
    dtype: buffer.dtype,
    operands: [
      view(left, shape, sources(left, l, starts[1])),
      view(right, shape, sources(right, r, after)),
    ],
  };
  const axes = l.summed.map((_, i) => starts[2] + i);
  return { kind: "reduce", combine: "sum", value, axes, buffer };
}
