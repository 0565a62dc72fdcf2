/**
 * Trees: any nesting of plain objects, arrays and tuples with tensors at the leaves. `null` and
 * `undefined` are trees without leaves.
 *
 * @module
 */
import { equalShapes } from "../shape/same.ts";
import { KatachiError } from "../errors.ts";
import { isTensor } from "./storage.ts";
import type { AnyTensor } from "./tensor.ts";

/** Something in a tree that is neither a tensor nor a plain container, or trees that do not match. */
export class TreeError extends KatachiError {
  /** Always `"TreeError"`. */
  override readonly name = "TreeError";
}

/** The form of a tree without its leaves; two trees match when their `key` is the same. */
export interface TreeStructure {
  /** The form as text, for comparing and for messages: `{ w: *, b: * }`. */
  readonly key: string;
  /** Where each leaf sits: `.layers[0].w`. */
  readonly paths: readonly string[];
  /** Puts new leaves, of any kind, in the places of the old ones. */
  readonly build: Build;
}

/** A tree taken apart. */
export interface FlatTree {
  /** The tensors, objects' keys in alphabetical order, arrays from the first on. */
  readonly leaves: readonly AnyTensor[];
  /** What puts them back together. */
  readonly structure: TreeStructure;
}

/**
 * Takes a tree apart into its leaves and its structure. `operation` and `where` name the caller and
 * the tree in messages, as in `grad: argument 0.w is a number`.
 */
export function flattenTree(tree: unknown, operation: string, where: string): FlatTree {
  const leaves: AnyTensor[] = [];
  const paths: string[] = [];

  const walk = (node: unknown, path: string): readonly [key: string, build: Build] => {
    if (isTensor(node)) {
      const at = leaves.length;
      leaves.push(node);
      paths.push(path);
      return ["*", (next) => next[at]];
    }
    if (node === null || node === undefined) return [String(node), () => node];
    if (Array.isArray(node)) {
      const parts = node.map((item, i) => walk(item, `${path}[${i}]`));
      return [
        `[${parts.map(([key]) => key).join(", ")}]`,
        (next) => parts.map(([, build]) => build(next)),
      ];
    }
    if (isPlainObject(node)) {
      // Sorted, since { w, b } and { b, w } have the same type and so are the same tree.
      const parts = Object.keys(node).sort().map((name) =>
        [name, walk(node[name], `${path}.${name}`)] as const
      );
      const key = parts.map(([name, [child]]) => `${name}: ${child}`).join(", ");
      const empty = Object.fromEntries(Object.keys(node).map((name) => [name, undefined]));
      return [
        parts.length === 0 ? "{}" : `{ ${key} }`,
        (next) => {
          const built: Record<string, unknown> = { ...empty };
          for (const [name, [, build]] of parts) built[name] = build(next);
          return built;
        },
      ];
    }
    throw new TreeError(
      `${operation}: ${placeName(where, path)} is ${describe(node)}, not a tensor${hint(node)}`,
    );
  };

  const [key, build] = walk(tree, "");
  return { leaves, structure: { key, paths, build } };
}

/** Puts leaves into a tree, or a part of it. */
type Build = (leaves: readonly unknown[]) => unknown;

/** Whether a tree is like another one, whose leaves' shapes and dtypes included; collects its leaves. */
export type Matcher = (tree: unknown, leaves: AnyTensor[]) => boolean;

/** Makes a quick comparison with a tree, of which it keeps no tensor. */
export function matcherOf(tree: unknown): Matcher {
  if (isTensor(tree)) {
    const { shape, dtype } = tree;
    return (other, leaves) => {
      if (!isTensor(other) || other.dtype !== dtype || !equalShapes(other.shape, shape)) {
        return false;
      }
      leaves.push(other);
      return true;
    };
  }
  if (Array.isArray(tree)) {
    const items = tree.map(matcherOf);
    return (other, leaves) =>
      Array.isArray(other) && other.length === items.length &&
      items.every((matches, i) => matches(other[i], leaves));
  }
  if (!isPlainObject(tree)) return (other) => other === tree;
  const parts = Object.keys(tree).sort().map((name) => [name, matcherOf(tree[name])] as const);
  return (other, leaves) =>
    isPlainObject(other) && Object.keys(other).length === parts.length &&
    parts.every(([name, matches]) => Object.hasOwn(other, name) && matches(other[name], leaves));
}

/** A place in a tree for messages; in a list of arguments `argument 0.w`, for "argument " and `[0].w`. */
export function placeName(where: string, path: string): string {
  return where + (where.endsWith(" ") ? path.replace(/^\[(\d+)\]/, "$1") : path);
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function describe(value: unknown): string {
  if (typeof value === "object" && value !== null) {
    const name = value.constructor?.name ?? "object";
    return /^[AEIOU]/.test(name) ? `an ${name}` : `a ${name}`;
  }
  return typeof value === "number" || typeof value === "bigint" || typeof value === "boolean"
    ? `the ${typeof value} ${value}`
    : `a ${typeof value}`;
}

function hint(value: unknown): string {
  if (typeof value === "number" || typeof value === "boolean") return `; write tensor(${value})`;
  if (value instanceof Promise) return "; a traced function cannot be async";
  if (ArrayBuffer.isView(value)) return "; wrap it with fromBuffer";
  return "";
}

/**
 * The tensors of a tree, in order.
 *
 * @example
 * ```ts
 * import { treeLeaves, zeros } from "@katachi/katachi";
 *
 * treeLeaves({ w: zeros([2, 3]), b: zeros([3]) }).length; // 2
 * ```
 */
export function treeLeaves(tree: unknown): readonly AnyTensor[] {
  return flattenTree(tree, "treeLeaves", "the tree").leaves;
}

/**
 * Applies a function to every leaf of a tree, and of further trees of the same form beside it.
 * Each result must keep the shape and dtype of its leaf, so that the tree keeps its type.
 *
 * @throws {TreeError} Where the trees differ in form or a result differs from its leaf.
 *
 * @example
 * ```ts
 * import { ones, treeMap } from "@katachi/katachi";
 *
 * const params = { w: ones([2, 3]), b: ones([3]) };
 * const half = treeMap((leaf) => leaf.mul(0.5), params);
 * half.w.shape; // [2, 3]
 * ```
 */
export function treeMap<P>(
  f: (leaf: AnyTensor, ...others: AnyTensor[]) => AnyTensor,
  tree: P,
  ...others: readonly P[]
): P {
  const first = flattenTree(tree, "treeMap", "argument 1");
  const rest = others.map((other, i) => {
    const flat = flattenTree(other, "treeMap", `argument ${i + 2}`);
    requireSameTree("treeMap", "argument 1", first.structure, `argument ${i + 2}`, flat.structure);
    return flat.leaves;
  });
  const results = first.leaves.map((leaf, i) => {
    const result = f(leaf, ...rest.map((leaves) => leaves[i]));
    if (
      !isTensor(result) || result.dtype !== leaf.dtype || !equalShapes(result.shape, leaf.shape)
    ) {
      throw new TreeError(
        `treeMap: the result at ${first.structure.paths[i] || "the root"} is ${
          isTensor(result) ? `${result.dtype}[${result.shape}]` : describe(result)
        }, the leaf is ${leaf.dtype}[${leaf.shape}]`,
      );
    }
    return result;
  });
  return first.structure.build(results) as P;
}

/** Refuses two trees of different form. */
export function requireSameTree(
  operation: string,
  nameA: string,
  a: TreeStructure,
  nameB: string,
  b: TreeStructure,
): void {
  if (a.key !== b.key) {
    throw new TreeError(
      `${operation}: ${nameA} and ${nameB} are different trees: ${a.key} and ${b.key}`,
    );
  }
}
