/**
 * The rows of a data set: what the first axes of all tensors in a tree run over.
 *
 * @module
 */
import {
  type AnyTensor,
  type DType,
  fromBuffer,
  random,
  type Shape,
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

/** How many rows the tensors of a tree have, where its type says so; else `number`. */
export type RowsOf<T> = LiteralOr<FirstDims<T>>;

/**
 * The first dims of all tensors of a tree.
 *
 * @internal
 */
type FirstDims<T> = T extends { readonly shape: infer S extends Shape } ? S[0]
  : T extends readonly unknown[] ? FirstDims<T[number]>
  : T extends object ? FirstDims<T[keyof T]>
  : never;

/**
 * The one literal that it is, or `number`.
 *
 * @internal
 */
type LiteralOr<N> = [N] extends [never] ? number
  : { [M in N & number]: [N] extends [M] ? M : number }[N & number];

/** How many rows the tensors of a tree have; `operation` is named in errors. */
export function rowCount(operation: string, data: unknown): number {
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

/** The numbers of all rows: in random order with a key, else from 0 on. */
export function rowOrder(key: random.Key | undefined, rows: number): Int32Array<ArrayBuffer> {
  return key === undefined
    ? Int32Array.from({ length: rows }, (_, i) => i)
    : Int32Array.from(random.permutation(key, rows).data);
}

/** The rows at the given positions, of every tensor of a tree. */
export function takeRows<T, N extends number>(data: T, positions: Int32Array): WithRows<T, N> {
  const chosen = fromBuffer(positions, [positions.length]);
  const { leaves, structure } = flattenTree(data, "data", "the tree");
  return structure.build(leaves.map((leaf: AnyTensor) => take(leaf, chosen, 0))) as WithRows<T, N>;
}

/** Refuses a setting that is not a whole number from `least` on. */
export function requireWhole(operation: string, name: string, value: number, least: number): void {
  if (!Number.isSafeInteger(value) || value < least) {
    throw new RangeError(
      `${operation}: the ${name} must be a whole number from ${least} on, got ${value}`,
    );
  }
}
