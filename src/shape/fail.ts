/**
 * How a rule says that something is wrong: in the same words from the compiler and at run time.
 *
 * At the type level a rule gives a shape or a {@linkcode Fail}. A function takes the argument that
 * may be wrong as {@linkcode Arg}: where the rule fails, the parameter's type becomes the message, a
 * string literal, and the compiler prints it in one line under that argument. The result is
 * {@linkcode Ok}, so that one mistake is reported once.
 *
 * @module
 */
import { KatachiError } from "../errors.ts";
import type { Generic, Shape } from "./dim.ts";

/** A rule's failure. */
export interface Fail<M> {
  /** What is wrong, in one line. */
  readonly fail: M;
}

/**
 * A rule's result that is a whole shape of unknown rank, boxed so that the compiler can look at it.
 *
 * @internal
 */
export interface Whole<S extends Shape> {
  /** The shape. */
  readonly whole: S;
}

/**
 * A shape of unknown rank as a rule's result: boxed where it is a type parameter, which it stays.
 *
 * @internal
 */
export type Rankless<S extends Shape, K> = Generic<S["length"], K> extends true ? Whole<S> : Shape;

/** The type of an argument: `T` where the rule holds, else the message. */
// Read as a property: a message that mentions a type parameter would not be inferred in time.
// deno-lint-ignore no-explicit-any
export type Arg<R, T> = R extends { readonly fail: any } ? R["fail"] : T;

/** The resulting shape: the rule's, or unknown rank after a failure. */
// Inferred, since asking whether `[B, 10]` is a shape would be put off until `B` is known.
export type Ok<R> = R extends Whole<infer S> ? S : R extends infer S extends Shape ? S : Shape;

type ShowDim<D extends number, K> = Generic<D, K> extends true ? `${D}`
  : number extends D ? "?"
  : `${D}`;

type ShowDims<S, K, Out extends string = "", Separator extends string = ""> = S extends
  readonly [infer D extends number, ...infer Rest]
  ? ShowDims<Rest, K, `${Out}${Separator}${ShowDim<D, K>}`, ", ">
  : Out;

/**
 * A shape as text: `[2, 3]`, with `?` for a dim and `...` for a rank that the compiler does not know.
 *
 * @internal
 */
export type Show<S extends readonly unknown[], K> = Generic<S["length"], K> extends true ? "[...]"
  : number extends S["length"] ? "[...]"
  : `[${ShowDims<S, K>}]`;

/** Shapes, axes or dims that do not fit the operation. */
export class ShapeError extends KatachiError {
  /** Always `"ShapeError"`. */
  override readonly name = "ShapeError";
}

/** The run-time twin of {@linkcode Show}. */
export function showShape(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}
