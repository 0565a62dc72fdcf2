/**
 * `scan`: a loop with a fixed number of steps as one equation.
 *
 * @module
 */
import { useKeysOf } from "../../random/reuse.ts";
import type { Dim } from "../../shape/dim.ts";
import { type Arg, ShapeError, showShape } from "../../shape/fail.ts";
import { flattenTree, requireSameTree, TreeError } from "../../tensor/tree.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import type { Abstract } from "../../tape/tape.ts";
import { trace } from "../trace.ts";
import type { LeadingDim, Sliced, WithAxis, WithoutAxis } from "../tree_types.ts";
import { requireSameCarry } from "./carry.ts";
import { constantsFirst } from "./constants_first.ts";
import { bindScan } from "./scan_primitive.ts";

/** How {@linkcode scan} goes through its slices. */
export interface ScanOptions<N extends Dim = Dim> {
  /** How many steps there are; needed only where nothing is scanned over. */
  readonly length?: N;
  /** Whether to start at the last slice. Results stay in the places of their slices. */
  readonly reverse?: boolean;
}

/** The number of steps: the slices' first dim, or the option where there are no slices. */
export type Steps<Xs, N extends Dim, K extends string = "scan"> = Xs extends null | undefined ? N
  : LeadingDim<Xs, K>;

/**
 * A loop over the first axis of `xs`: from a carry and one slice, `f` makes the next carry and one
 * slice of the results. Gives the last carry and the results' slices, one after another along a new
 * first axis. Carry, slices and results are trees; `xs` may be `null`, with `length` given.
 *
 * The loop is one equation, however long it is. It is compiled once, and differentiated by a loop in
 * the other direction, which keeps of each step only what its derivative needs.
 *
 * @throws {TreeError} Where `f` gives another tree as carry than it got.
 * @throws {ShapeError} Where the carry's shapes change, or first dims differ.
 *
 * @example
 * ```ts
 * import { scan, type Tensor, tensor } from "@katachi/katachi";
 *
 * const [total, sums] = scan(
 *   (sum: Tensor<[]>, x) => [sum.add(x), sum.add(x)],
 *   tensor(0),
 *   tensor([1, 2, 3, 4]),
 * );
 * total.item(); // 10
 * sums.toArray(); // [1, 3, 6, 10]
 * ```
 */
export function scan<C, Xs, Y, const N extends Dim = Dim, K extends string = "scan">(
  f: (carry: C, x: WithoutAxis<Xs>) => readonly [carry: NoInfer<C>, y: Y],
  init: C,
  xs: Arg<Sliced<Xs, K>, Xs>,
  options?: ScanOptions<N>,
): [carry: C, ys: WithAxis<Y, Steps<Xs, N, K>>] {
  return scanOf(f as never, init, xs as never, options) as never;
}

function scanOf(
  f: (carry: unknown, x: unknown) => unknown,
  init: unknown,
  xs: unknown,
  { length, reverse = false }: ScanOptions = {},
): unknown {
  const carry = flattenTree(init, "scan", "the carry");
  const slices = flattenTree(xs, "scan", "xs");
  const steps = stepsOf(slices.leaves, slices.structure.paths, length);
  const examples: Abstract[] = slices.leaves.map(({ shape, dtype }) => ({
    shape: shape.slice(1),
    dtype,
  }));
  const { structure } = flattenTree([init, xs], "scan", "");
  const { tape, output, keyUses } = trace(
    "scan",
    (carryNow: unknown, x: unknown) => {
      const pair = f(carryNow, x);
      if (!Array.isArray(pair) || pair.length !== 2) {
        throw new TreeError("scan: the function must return [carry, y]");
      }
      const next = flattenTree(pair[0], "scan", "the next carry");
      requireSameTree("scan", "the carry", carry.structure, "the next carry", next.structure);
      requireSameCarry("scan", carry, next.leaves);
      return pair;
    },
    structure,
    [...carry.leaves, ...examples],
  );
  const passedOn = carry.leaves.map((_, i) => tape.outputs[i] === tape.inputs[i]);
  useKeysOf(keyUses, [...carry.leaves, ...slices.leaves], { rounds: steps, passedOn });
  const { tape: body, captured } = constantsFirst(tape);
  const results = bindScan({
    body,
    constants: captured,
    carry: carry.leaves,
    slices: slices.leaves,
    length: steps,
    reverse,
  });
  return output.build(results);
}

/** The one first dim that all slices have. */
function stepsOf(
  leaves: readonly AnyTensor[],
  paths: readonly string[],
  length: number | undefined,
): number {
  if (length !== undefined && (!Number.isInteger(length) || length < 0)) {
    throw new ShapeError(`scan: length must be a whole number, got ${length}`);
  }
  const scalar = leaves.findIndex(({ shape }) => shape.length === 0);
  if (scalar >= 0) {
    throw new ShapeError(`scan: xs${paths[scalar]} is a scalar, and has no axis to go along`);
  }
  const steps = length ?? leaves[0]?.shape[0];
  if (steps === undefined) {
    throw new ShapeError("scan: with nothing to scan over, say how many steps with { length }");
  }
  const odd = leaves.findIndex(({ shape }) => shape[0] !== steps);
  if (odd >= 0) {
    throw new ShapeError(
      `scan: xs${paths[odd]} ${showShape(leaves[odd].shape)} has ${
        leaves[odd].shape[0]
      } slices, where ${steps} are to be made`,
    );
  }
  return steps;
}
