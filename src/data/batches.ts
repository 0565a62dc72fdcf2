/**
 * Cutting data into batches, and into parts to train and to test on.
 *
 * @module
 */
import {
  type AnyTensor,
  type DType,
  random,
  type Shape,
  slice,
  take,
  type Tensor,
  treeLeaves,
} from "../../mod.ts";
import { flattenTree } from "../tensor/tree.ts";

/** A tree of tensors whose first axis, the rows, has another size. */
export type WithRows<T, N extends number> = T extends
  Tensor<readonly [number, ...infer Rest extends Shape], infer D extends DType>
  ? Tensor<[N, ...Rest], D>
  : T extends Tensor<Shape, DType> ? T
  : { -readonly [K in keyof T]: WithRows<T[K], N> };

function rowCount(operation: string, data: unknown): number {
  const [first, ...others] = treeLeaves(data);
  if (first === undefined || first.shape.length === 0) {
    throw new RangeError(`${operation}: needs tensors with a first axis of rows`);
  }
  const odd = others.find(({ shape }) => shape[0] !== first.shape[0]);
  if (odd !== undefined) {
    throw new RangeError(
      `${operation}: tensors differ in rows: ${first.shape[0]} and ${odd.shape[0] ?? "none"}`,
    );
  }
  return first.shape[0];
}

/** Applies a function to every leaf, whatever shape comes out. */
function mapRows<T, N extends number>(data: T, f: (leaf: AnyTensor) => AnyTensor): WithRows<T, N> {
  const { leaves, structure } = flattenTree(data, "data", "the tree");
  return structure.build(leaves.map(f)) as WithRows<T, N>;
}

/**
 * The rows of a tree of tensors in random order, `size` at a time. All batches have the same shape,
 * so that a compiled step is compiled once: rows that do not fill a last batch are left out.
 *
 * @throws {RangeError} Where tensors differ in rows, or `size` is not a whole number from 1 on.
 *
 * @example
 * ```ts
 * import { arange, random } from "@katachi/katachi";
 * import { batches } from "@katachi/katachi/data";
 *
 * const data = { x: arange(10).reshape([10, 1]), y: arange(10) };
 * for (const { x, y } of batches(random.key(0), data, 4)) {
 *   x.shape; // [4, 1], twice
 *   y.shape; // [4]
 * }
 * ```
 */
export function* batches<T, const N extends number>(
  key: random.Key,
  data: T,
  size: N,
): Generator<WithRows<T, N>, void, undefined> {
  const rows = rowCount("batches", data);
  if (!Number.isSafeInteger(size) || size < 1) {
    throw new RangeError(`batches: the size must be a whole number from 1 on, got ${size}`);
  }
  const order = random.permutation(key, rows);
  for (let start = 0; start + size <= rows; start += size) {
    const chosen = slice(order, [[start, start + size]]);
    yield mapRows<T, N>(data, (leaf) => take(leaf, chosen, 0));
  }
}

/**
 * A tree of tensors cut into its first rows, to train on, and its last, to test on. Rows stay in
 * order, so shuffle data that comes sorted, as with {@linkcode random.permutation}.
 *
 * @throws {RangeError} Where tensors differ in rows, or there are fewer than `testRows`.
 *
 * @example
 * ```ts
 * import { arange } from "@katachi/katachi";
 * import { trainTestSplit } from "@katachi/katachi/data";
 *
 * const { train, test } = trainTestSplit({ x: arange(10) }, 2);
 * train.x.shape; // [8]
 * test.x.toArray(); // [8, 9]
 * ```
 */
export function trainTestSplit<T, const N extends number>(
  data: T,
  testRows: N,
): { train: WithRows<T, number>; test: WithRows<T, N> } {
  const rows = rowCount("trainTestSplit", data);
  if (!Number.isSafeInteger(testRows) || testRows < 0 || testRows > rows) {
    throw new RangeError(`trainTestSplit: cannot take ${testRows} of ${rows} rows to test on`);
  }
  const cut = rows - testRows;
  return {
    train: mapRows<T, number>(data, (leaf) => slice(leaf, [[0, cut]])),
    test: mapRows<T, N>(data, (leaf) => slice(leaf, [[cut, rows]])),
  };
}
