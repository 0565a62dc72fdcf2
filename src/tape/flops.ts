/**
 * How many operations on numbers an equation takes.
 *
 * @module
 */
import { sizeOf } from "../tensor/storage.ts";
import type { Params, Primitive } from "./primitive.ts";
import type { Scalar } from "./scalar.ts";
import type { Abstract } from "./tape.ts";

/** For primitives that only move numbers. */
export const noFlops = (): number => 0;

/** For primitives that look at each element of the first operand once. */
export const flopPerElement = ([x]: readonly Abstract[]): number => sizeOf(x.shape);

/**
 * The operations of an equation that calls no tape: what the primitive says, or the operations in
 * its scalar expression for each element. `undefined` where a kernel does not say.
 */
export function flopsOf(
  { flops, meaning }: Primitive,
  inputs: readonly Abstract[],
  outputs: readonly Abstract[],
  params: Params,
): number | undefined {
  if (flops !== undefined) return flops(inputs, outputs, params);
  if (meaning.kind !== "elementwise") return undefined;
  const { algebra, count } = counter();
  meaning.scalar(algebra, inputs.map(() => undefined), params);
  return count() * sizeOf(outputs[0].shape);
}

/** An algebra of nothing that counts its operations. */
function counter(): { readonly algebra: Scalar<undefined>; readonly count: () => number } {
  let total = 0;
  const operation = () => void total++;
  return {
    algebra: {
      constant: () => undefined,
      add: operation,
      sub: operation,
      mul: operation,
      div: operation,
      rem: operation,
      min: operation,
      max: operation,
      pow: operation,
      atan2: operation,
      equal: operation,
      less: operation,
      lessEqual: operation,
      select: operation,
      and: operation,
      or: operation,
      xor: operation,
      shiftLeft: operation,
      shiftRight: operation,
      apply: operation,
    },
    count: () => total,
  };
}
