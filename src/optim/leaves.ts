/**
 * Functions of the leaves of parameter trees.
 *
 * @module
 */
import { type AnyTensor, treeMap, zerosLike } from "../../mod.ts";
import { flattenTree } from "../tensor/tree.ts";

/**
 * Which leaves of a tree are meant: by their shape, their dtype, or their place, as in
 * `.layers[0].weight`. `(leaf) => leaf.rank > 1` are the weights of most models without their biases
 * and norms.
 */
export type LeafTest = (leaf: AnyTensor, path: string) => boolean;

/**
 * Applies a function that gives `count` tensors to each leaf of a tree, and of others beside it, and
 * makes as many trees of them.
 *
 * @internal
 */
export function mapLeaves<P, const N extends number>(
  count: N,
  f: (leaf: AnyTensor, ...others: AnyTensor[]) => readonly AnyTensor[] & { readonly length: N },
  tree: P,
  ...others: readonly P[]
): Trees<P, N> {
  const results: (readonly AnyTensor[])[] = [];
  const first = treeMap(
    (...leaves: [AnyTensor, ...AnyTensor[]]) => {
      const own = f(...leaves);
      results.push(own);
      return own[0];
    },
    tree,
    ...others,
  );
  const rest = Array.from({ length: count - 1 }, (_, i) => {
    let at = 0;
    return treeMap(() => results[at++][i + 1], tree);
  });
  return [first, ...rest] as unknown as Trees<P, N>;
}

/**
 * A tuple of `N` trees.
 *
 * @internal
 */
export type Trees<P, N extends number, L extends readonly P[] = []> = L["length"] extends N ? L
  : Trees<P, N, [...L, P]>;

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
