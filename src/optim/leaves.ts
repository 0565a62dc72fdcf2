/**
 * Functions of the leaves of parameter trees.
 *
 * @module
 */
import { add, type AnyTensor, treeMap, zerosLike } from "../../mod.ts";
import { flattenTree } from "../tensor/tree.ts";
import { complement, type Hyperparameter, times } from "./hyperparameter.ts";

/**
 * Which leaves of a tree are meant: by their shape, their dtype, or their place, as in
 * `.layers[0].weight`. `(leaf) => leaf.rank > 1` are the weights of most models without their biases
 * and norms.
 */
export type LeafTest = (leaf: AnyTensor, path: string) => boolean;

/**
 * Applies a function that gives several tensors to each leaf of a tree, and of others beside it, and
 * makes as many trees of them: as many as there are names.
 *
 * @internal
 */
export function mapLeaves<P, const N extends string>(
  names: readonly N[],
  f: (leaf: AnyTensor, ...others: AnyTensor[]) => Readonly<Record<NoInfer<N>, AnyTensor>>,
  tree: P,
  ...others: readonly P[]
): Readonly<Record<N, P>> {
  const results: Readonly<Record<N, AnyTensor>>[] = [];
  treeMap(
    (leaf, ...beside) => {
      results.push(f(leaf, ...beside));
      return leaf;
    },
    tree,
    ...others,
  );
  const trees = names.map((name) => {
    let at = 0;
    return [name, treeMap(() => results[at++][name], tree)];
  });
  return Object.fromEntries(trees) as Record<N, P>;
}

/**
 * Applies a function to those leaves of a tree that pass a test; the others stay as they are.
 *
 * @internal
 */
export function mapWhere<P>(
  test: LeafTest | undefined,
  f: (leaf: AnyTensor, ...others: AnyTensor[]) => AnyTensor,
  params: P,
  tree: P,
  ...others: readonly P[]
): P {
  if (test === undefined) return treeMap(f, tree, ...others);
  const { leaves, structure: { paths } } = flattenTree(params, "update", "params");
  let at = 0;
  return treeMap(
    (leaf, ...beside) => {
      const i = at++;
      return test(leaves[i], paths[i]) ? f(leaf, ...beside) : leaf;
    },
    tree,
    ...others,
  );
}

/**
 * A tree of zeros like another one.
 *
 * @internal
 */
export function zerosOf<P>(params: P): P {
  return treeMap((leaf) => zerosLike(leaf), params);
}

/**
 * Decaying means with new values taken in: `decay mean + (1 - decay) value`.
 *
 * @internal
 */
export function decayed<P>(decay: Hyperparameter, means: P, values: P): P {
  const rest = complement(decay);
  return treeMap((m, x) => add(times(m, decay), times(x, rest)), means, values);
}
