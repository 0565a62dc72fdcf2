/**
 * A compiled function's arguments: trees of tensors, and static values that the program is made for.
 *
 * @module
 */
import { showShape } from "../shape/fail.ts";
import { isTensor } from "../tensor/storage.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import {
  flattenTree,
  type FlatTree,
  type Matcher,
  matcherOf,
  type TreeStructure,
} from "../tensor/tree.ts";

/** An argument: a tree taken apart, or the text of a static value. */
export type Argument = FlatTree | { readonly fixed: string };

/** Arguments taken apart. */
export interface Arguments {
  readonly list: readonly Argument[];
  /** The tensors of all trees. */
  readonly leaves: readonly AnyTensor[];
  /** The form of the whole; static values are part of it. */
  readonly structure: Pick<TreeStructure, "build">;
  /** The same for arguments that one program serves. */
  readonly key: string;
}

/** Takes arguments apart, those of some positions as static values. */
export function takeApart(
  operation: string,
  args: readonly unknown[],
  statics: readonly number[],
): Arguments {
  const list = args.map((arg, i): Argument =>
    statics.includes(i)
      ? { fixed: staticText(arg, `${operation}: argument ${i}`) }
      : flattenTree(arg, operation, `argument ${i}`)
  );
  return {
    list,
    leaves: list.flatMap((argument) => "fixed" in argument ? [] : argument.leaves),
    structure: {
      build: (leaves) => {
        let at = 0;
        return list.map((argument, i) => {
          if ("fixed" in argument) return args[i];
          const own = leaves.slice(at, at += argument.leaves.length);
          return argument.structure.build(own);
        });
      },
    },
    key: list.map(keyOf).join("; "),
  };
}

/** Makes a quick comparison with arguments; without it, their keys tell whether they are alike. */
export function argumentsMatcher(
  operation: string,
  args: readonly unknown[],
  statics: readonly number[],
): (others: readonly unknown[]) => readonly AnyTensor[] | undefined {
  const matchers = args.map((arg, i): Matcher => {
    if (!statics.includes(i)) return matcherOf(arg);
    const where = `${operation}: argument ${i}`;
    const text = staticText(arg, where);
    return (other) => staticText(other, where) === text;
  });
  return (others) => {
    if (others.length !== matchers.length) return undefined;
    const leaves: AnyTensor[] = [];
    for (let i = 0; i < matchers.length; i++) {
      if (!matchers[i](others[i], leaves)) return undefined;
    }
    return leaves;
  };
}

function keyOf(argument: Argument): string {
  if ("fixed" in argument) return `static ${argument.fixed}`;
  const { leaves, structure } = argument;
  return `${structure.key} of ${leaves.map(typeText).join(", ")}`;
}

/** Dtype and shape: `float32[2, 3]`. */
export function typeText({ dtype, shape }: Pick<AnyTensor, "dtype" | "shape">): string {
  return `${dtype}${showShape(shape)}`;
}

const identities = new WeakMap<WeakKey, number>();
let count = 0;

/**
 * A static value as text: different for values that differ. Numbers, strings and the like are told
 * apart by value, lists and plain objects by what is in them, anything else by identity.
 */
function staticText(value: unknown, where: string): string {
  if (isTensor(value)) {
    throw new TypeError(`${where} is static, and a tensor is not; leave it out of staticArgnums`);
  }
  switch (typeof value) {
    case "number":
      return Object.is(value, -0) ? "-0" : String(value);
    case "string":
      return JSON.stringify(value);
    case "bigint":
      return `${value}n`;
    case "symbol":
      return Symbol.keyFor(value) === undefined ? identityText(value, "symbol") : String(value);
    case "function":
      return identityText(value, value.name || "function");
    case "object":
      break;
    default:
      return String(value);
  }
  if (value === null) return "null";
  if (Array.isArray(value)) return `[${value.map((item) => staticText(item, where)).join(", ")}]`;
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    return identityText(value, prototype.constructor?.name ?? "object");
  }
  const parts = Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1)
    .map(([name, item]) => `${JSON.stringify(name)}: ${staticText(item, where)}`);
  return `{ ${parts.join(", ")} }`;
}

function identityText(value: WeakKey, name: string): string {
  let identity = identities.get(value);
  if (identity === undefined) identities.set(value, identity = ++count);
  return `#${identity} ${name}`;
}
