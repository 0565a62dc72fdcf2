/**
 * Axes joined into one, as a layer.
 *
 * @module
 */
import { type Dim, type Flatten, flatten as joined } from "../../mod.ts";
import { type Input, type Layer, type LayerKind, makeLayer, type Name } from "./layer.ts";

/** The types of `flatten.of`. */
export interface FlattenLayer<Start extends number, End extends number>
  extends LayerKind<"flatten"> {
  /** The shape with the axes joined. */
  readonly output: Flatten<Input<this>, Start, End, Name<this>>;
  /** The dtype that comes in. */
  readonly dtype: this["given"];
}

/** The type of {@linkcode flatten}. */
export interface Flattening {
  /** A layer that joins the axes from `start`, 1 unless given, to `end`, the last one unless given. */
  of<const Start extends Dim = 1, const End extends Dim = -1>(
    start?: Start,
    end?: End,
  ): Layer<FlattenLayer<Start, End>>;
}

/**
 * The layer that joins axes into one, all but the batch's unless told, as PyTorch's `Flatten`. (The
 * function is the core's `flatten`, which joins all of them.)
 *
 * @throws {ShapeError} Where an axis is out of range.
 *
 * @example
 * ```ts
 * import { random, zeros } from "@katachi/katachi";
 * import { flatten, linear, sequential } from "@katachi/katachi/nn";
 *
 * const model = sequential(flatten.of(), linear.of(784, 10));
 * model.apply(model.init(random.key(0)), zeros([32, 28, 28])).shape; // [32, 10]
 * ```
 */
export const flatten: Flattening = {
  of: (start: Dim = 1, end: Dim = -1) =>
    makeLayer({
      name: "flatten",
      run: (_, x) => [joined(x, start as never, end), null],
    }) as never,
};
