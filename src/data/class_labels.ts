/**
 * Labels as numbers of classes, and back.
 *
 * @module
 */
import { fromBuffer, type IndexDType, type Tensor } from "../../mod.ts";

/** The name of a class. */
export type ClassName = string | number;

/** Labels as numbers of classes. */
export interface EncodedLabels<N extends number, C extends ClassName> {
  /** The class of each label. */
  readonly y: Tensor<[N], "int32">;
  /** The classes, in the order of their numbers. */
  readonly classes: readonly C[];
}

/** Which classes there are. */
export interface EncodeOptions<C extends ClassName> {
  /** The classes in order; unless given, those of the labels, sorted. */
  readonly classes?: readonly C[];
}

/**
 * The number of each label's class, among the classes given or, sorted, the different labels. Hand the
 * classes of the data to train on to that to test on. For one-hot rows, put the numbers into `oneHot`.
 *
 * @throws {RangeError} Where a label is none of the given classes, or a class is given twice.
 *
 * @example
 * ```ts
 * import { oneHot } from "@katachi/katachi";
 * import { encodeLabels } from "@katachi/katachi/data";
 *
 * const { y, classes } = encodeLabels(["dog", "cat", "dog"]);
 * y.toArray(); // [1, 0, 1]
 * classes; // ["cat", "dog"]
 * oneHot(y, 2).toArray(); // [[0, 1], [1, 0], [0, 1]]
 * encodeLabels(["cat"], { classes }).y.toArray(); // [0]
 * ```
 */
export function encodeLabels<
  const L extends readonly ClassName[],
  const C extends ClassName = L[number],
>(labels: L, options: EncodeOptions<C> = {}): EncodedLabels<L["length"], C> {
  const classes = options.classes ?? [...new Set(labels as unknown as C[])].sort(byValue);
  const numbers = new Map<ClassName, number>(classes.map((name, i) => [name, i]));
  if (numbers.size < classes.length) {
    const twice = classes.find((name, i) => classes.indexOf(name) !== i);
    throw new RangeError(`encodeLabels: the class ${JSON.stringify(twice)} is given twice`);
  }
  const codes = Int32Array.from(labels, (label) => {
    const code = numbers.get(label);
    if (code !== undefined) return code;
    throw new RangeError(`encodeLabels: ${JSON.stringify(label)} is none of ${listed(classes)}`);
  });
  return { y: fromBuffer(codes, [labels.length]) as Tensor<[L["length"]], "int32">, classes };
}

/**
 * The labels of numbered classes: what {@linkcode encodeLabels} encoded.
 *
 * @throws {RangeError} Where a number has no class.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { decodeLabels } from "@katachi/katachi/data";
 *
 * decodeLabels(tensor([1, 0], "int32"), ["cat", "dog"]); // ["dog", "cat"]
 * ```
 */
export function decodeLabels<const C extends ClassName>(
  y: Tensor<readonly [number], IndexDType>,
  classes: readonly C[],
): C[] {
  return Array.from(y.data, (code) => {
    if (code >= 0 && code < classes.length) return classes[code];
    throw new RangeError(`decodeLabels: no class ${code} of ${listed(classes)}`);
  });
}

/** Numbers come before words. */
function byValue(a: ClassName, b: ClassName): number {
  if (typeof a !== typeof b) return typeof a === "number" ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}

function listed(classes: readonly ClassName[]): string {
  const some = classes.slice(0, 8).map((name) => JSON.stringify(name)).join(", ");
  return `${classes.length} classes: ${some}${classes.length > 8 ? ", …" : ""}`;
}
