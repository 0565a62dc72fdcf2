/**
 * Putting tensors that have names into a tree whose form is known.
 *
 * @module
 */
import type { AnyTensor } from "../../mod.ts";
import { FormatError } from "../data/format_error.ts";
import { showShape } from "../shape/fail.ts";
import { equalShapes } from "../shape/same.ts";
import { namedTree } from "./names.ts";

/** How strict {@linkcode loadInto} is. */
export interface LoadOptions {
  /**
   * Whether the names must be just those of the tree, which they must unless told. If not, tensors that
   * are missing are the tree's own, and those that it has no place for are left out.
   */
  readonly strict?: boolean;
}

/** How many mistakes a message lists. */
const listed = 10;

/**
 * A tree of the same form as another one, of tensors that have its names (`layers.0.weight`), its
 * shapes and its dtypes. Nothing is converted.
 *
 * @throws {FormatError} Where one is missing, has no place, or is of another shape or dtype; the
 * message names each.
 *
 * @example
 * ```ts
 * import { random } from "@katachi/katachi";
 * import { encodeSafetensors, loadInto, parseSafetensors } from "@katachi/katachi/io";
 * import { linear, sequential, tanh } from "@katachi/katachi/nn";
 *
 * const model = sequential(linear.of(2, 8), tanh, linear.of(8, 1));
 * const bytes = encodeSafetensors(model.init(random.key(0)));
 * const template = model.init(random.key(1));
 * const params = loadInto(template, parseSafetensors(bytes).tensors); // those of key 0
 * ```
 */
export function loadInto<T>(
  template: T,
  tensors: Readonly<Record<string, AnyTensor>>,
  options: LoadOptions = {},
): T {
  const { strict = true } = options;
  const { leaves, structure } = namedTree("loadInto", template);
  const mistakes: string[] = [];
  const found = leaves.map(({ name, leaf }) => {
    if (!Object.hasOwn(tensors, name)) {
      if (strict) mistakes.push(`${name}: ${described(leaf)} expected, the file has none`);
      return leaf;
    }
    const tensor = tensors[name];
    if (tensor.dtype !== leaf.dtype || !equalShapes(tensor.shape, leaf.shape)) {
      mistakes.push(`${name}: ${described(leaf)} expected, the file has ${described(tensor)}`);
    }
    return tensor;
  });
  if (strict) {
    const expected = new Set(leaves.map(({ name }) => name));
    for (const [name, tensor] of Object.entries(tensors)) {
      if (!expected.has(name)) {
        mistakes.push(`${name}: none expected, the file has ${described(tensor)}`);
      }
    }
  }
  if (mistakes.length > 0) {
    const more = mistakes.length > listed ? [`and ${mistakes.length - listed} more`] : [];
    throw new FormatError(`loadInto: ${[...mistakes.slice(0, listed), ...more].join("\n")}`);
  }
  return structure.build(found) as T;
}

function described({ dtype, shape }: AnyTensor): string {
  return `${dtype}${showShape(shape)}`;
}
