/**
 * Recording what a loop repeats.
 *
 * @module
 */
import { countUses, keyUseOf, requireFreshKeys, useKeysLike, usesIn } from "../../random/reuse.ts";
import {
  flattenTree,
  type FlatTree,
  requireSameTree,
  type TreeStructure,
} from "../../tensor/tree.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import type { Abstract } from "../../tape/tape.ts";
import { trace, type Traced } from "../trace.ts";
import { requireSameCarry } from "./carry.ts";

/** What a repeated function is called with. */
export interface Repeated {
  /** The carry before the first step. */
  readonly carry: FlatTree;
  /** The form of the arguments: the carry, and whatever comes beside it. */
  readonly structure: Pick<TreeStructure, "build">;
  /** What the loop is given for the arguments. */
  readonly operands: readonly AnyTensor[];
  /** What one step sees of that; the same unless given. */
  readonly examples?: readonly Abstract[];
  /** Whether there is more than one step. */
  readonly repeats: boolean;
}

/**
 * Records a function that a loop repeats. Of its result `nextOf` is the next carry, if there is one:
 * it must have the carry's form. A step must not use the random key of another.
 */
export function traceRepeated(
  operation: string,
  f: (...args: never[]) => unknown,
  { carry, structure, operands, examples = operands, repeats }: Repeated,
  nextOf?: (result: unknown) => unknown,
): Traced {
  let passedOn: readonly AnyTensor[] = [];
  const step = (...args: never[]) => {
    const result = f(...args);
    if (nextOf !== undefined) passedOn = requireCarry(operation, carry, nextOf(result));
    return result;
  };
  const own = usesIn(() => {
    const traced = trace(operation, step, structure, examples);
    return { ...traced, passedOn: passedOn.map(keyUseOf) };
  });
  const { tape, keyUses } = own.result;
  if (repeats) {
    const closedOver = tape.constants.map(({ value }) => value);
    requireFreshKeys(own, closedOver, keyUses, own.result.passedOn);
  }
  countUses(own);
  useKeysLike(keyUses, operands);
  return own.result;
}

/** Refuses a next carry of another form; gives its leaves. */
export function requireCarry(
  operation: string,
  carry: FlatTree,
  next: unknown,
): readonly AnyTensor[] {
  const { leaves, structure } = flattenTree(next, operation, "the next carry");
  requireSameTree(operation, "the carry", carry.structure, "the next carry", structure);
  requireSameCarry(operation, carry, leaves);
  return leaves;
}
