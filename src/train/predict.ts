/**
 * What a model makes of data.
 *
 * @module
 */
import { type AnyTensor, concat, jit } from "../../mod.ts";
import { allRows } from "./evaluation.ts";
import { requireCount } from "../optim/hyperparameter.ts";
import { flattenTree, requireSameTree } from "../tensor/tree.ts";
import { rowCount } from "../data/rows.ts";

/** How {@linkcode predict} works. */
export interface PredictOptions<S = null> {
  /** The state of the model; none unless given. */
  readonly state?: S;
  /** How many rows are computed at once; all of them unless given. The last time it may be fewer. */
  readonly batchSize?: number;
}

/**
 * What a model makes of the rows of a tree of tensors, compiled, so many rows at a time: the same as the
 * model's result for all of them, in the memory that a batch needs. The model, as `model.apply`, makes
 * of each row one of its own, whatever the others are.
 *
 * @throws {RangeError} Where tensors differ in rows, the model gives another number of rows than it
 * takes, or the batch size is not a whole number from 1 on.
 *
 * @example
 * ```ts
 * import { random, zeros } from "@katachi/katachi";
 * import { linear } from "@katachi/katachi/nn";
 * import { predict } from "@katachi/katachi/train";
 *
 * const model = linear.of(4, 2);
 * const params = model.init(random.key(0));
 * predict(model.apply, params, zeros([1000, 4]), { batchSize: 128 }).shape; // [1000, 2]
 * ```
 */
export function predict<P, X, R, S = null>(
  model: (params: P, x: X, state: S) => R,
  params: P,
  x: X,
  options: PredictOptions<S> = {},
): R {
  const { state = null, batchSize } = options;
  if (batchSize !== undefined) requireCount("predict", "batchSize", batchSize);
  const rows = rowCount("predict", x);
  const program = jit(model as (params: unknown, x: unknown, state: unknown) => unknown);
  const parts = [...allRows(x, rows, batchSize)].map((part) => {
    const result = flattenTree(program(params, part, state), "predict", "the model's result");
    for (const [i, { shape }] of result.leaves.entries()) {
      if (shape[0] === rowCount("predict", part)) continue;
      throw new RangeError(
        `predict: the model made [${shape}]${result.structure.paths[i]} of ${
          rowCount("predict", part)
        } rows; it must give a row for each`,
      );
    }
    return result;
  });
  const [first, ...others] = parts;
  for (const { structure } of others) {
    requireSameTree("predict", "the first result", first.structure, "a later one", structure);
  }
  return first.structure.build(
    first.leaves.map((leaf, i) =>
      others.length === 0
        ? leaf
        : concat([leaf, ...others.map(({ leaves }) => leaves[i])] as AnyTensor[], 0)
    ),
  ) as R;
}
