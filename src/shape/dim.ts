/**
 * Dims and shapes, and the two devices that carry type-level rules over type parameters.
 *
 * **Generic dims.** In the body of a batch-polymorphic function a dim is an unbound type parameter
 * `B`, and the compiler puts off every conditional type that looks at it. {@linkcode Generic} tells
 * such a dim from a literal at once, so that rules can say "`B` and `B` agree, `B` and 10 do not". It
 * needs a witness `K` that is unbound while the compiler reads a rule's declaration and a literal in
 * every call: the name of the operation, as a type parameter of the function with a default
 * (`K extends string = "matmul"`). The name also leads the rule's message.
 *
 * **Equal dims stay equal.** Given arguments of type `Tensor<[B, 784]>` and `Tensor<[B, 10]>` with 32
 * and 16 rows, the compiler would let `B` be `16 | 32`. A tensor carries {@linkcode Exact}, which is
 * not assignable that way.
 *
 * **Signatures.** A function that a rule guards has one signature, never overloads. The rule takes
 * whole shapes and the witness `K`, the function's last type parameter. The argument that a mistake is
 * in has type `Arg<rule, T>`; the result is `Tensor<Ok<rule>>`. `ShapeOf` of a number is `[]`. In turn
 * an operation on operands that may be numbers, a reduction, a shape as an argument, a list, an
 * equation, and a constructor:
 *
 * ```ts ignore
 * add<A extends Operand, B extends Operand, K extends string = "add">(
 *   a: A,
 *   b: Arg<Broadcast<ShapeOf<A>, ShapeOf<B>, K>, B>,
 * ): Tensor<Ok<Broadcast<ShapeOf<A>, ShapeOf<B>, K>>>;
 *
 * sum<S extends Shape, const X extends Axes = undefined, Keep extends boolean = false,
 *   K extends string = "sum">(
 *   x: Tensor<S>,
 *   axis?: Arg<Reduce<S, X, Keep, K>, X>,
 *   options?: { readonly keepDims?: Keep },
 * ): Tensor<Ok<Reduce<S, X, Keep, K>>>;
 *
 * reshape<A extends Shape, const B extends Shape, K extends string = "reshape">(
 *   x: Tensor<A>,
 *   shape: Arg<Reshape<A, B, K>, B>,
 * ): Tensor<Ok<Reshape<A, B, K>>>;
 *
 * concat<const L extends readonly AnyTensor[], const X extends number = 0,
 *   K extends string = "concat">(
 *   tensors: Arg<Concat<Shapes<L>, X, K>, L>,
 *   axis?: X,
 * ): Tensor<Ok<Concat<Shapes<L>, X, K>>>;
 *
 * einsum<const E extends string, const L extends readonly AnyTensor[], K extends string = "einsum">(
 *   equation: Arg<Einsum<E, Shapes<L>, K>, E>,
 *   ...operands: L
 * ): Tensor<Ok<Einsum<E, Shapes<L>, K>>>;
 *
 * zeros<const S extends Shape, K extends string = "zeros">(
 *   shape: Arg<FromDims<S, K>, S>,
 * ): Tensor<Ok<FromDims<S, K>>>;
 * ```
 *
 * `const` keeps literals in nested calls; the rules take the `readonly` away that it adds, and make
 * one of several literals a `number`. A rule begins with the tests that settle it for an unknown rank
 * (`UnknownRank<S, K> extends true ? …`): one that began with `… extends infer T` was settled while the
 * compiler read its declaration.
 *
 * @module
 */

/** The size of an axis: a literal, `number` where only the run time knows, or a type parameter. */
export type Dim = number;

/** The sizes of all axes, outermost first. */
export type Shape = readonly Dim[];

/**
 * A dim that takes part in the type only as itself, never joined with others into a union.
 *
 * @internal
 */
type Invariant<D> = (dim: D) => D;

/** Makes every known dim of a shape invariant; `number` still accepts any dim. */
export type Exact<S extends Shape> = {
  readonly [I in keyof S]: number extends S[I] ? unknown : Invariant<S[I]>;
};

type Marked<D, K> = K extends unknown ? { readonly dim: D; readonly mark: "generic" } : never;

/**
 * Whether `D` is a type parameter (or a branded number) rather than a literal or `number`.
 *
 * From `D` and a mark the compiler infers one `X`: a literal or `number` is taken up by the `number`
 * beside `X`, which leaves the mark alone; a type parameter is not, and joins it. `D` fits into `X`
 * just in that case, and this the compiler decides without waiting for the parameter.
 *
 * @internal
 */
export type Generic<D, K> = Marked<D, K> extends {
  readonly dim: infer X | number;
  readonly mark: infer X;
} ? { readonly is: D } extends { readonly is: X } ? true : false
  : false;

/** Whether two dims are the same type; for type parameters, whether they are the same one. */
type Identical<A, B> = { readonly is: A } extends { readonly is: B }
  ? { readonly is: B } extends { readonly is: A } ? true : false
  : false;

/**
 * A dim that two dims agree on. It comes in a box: the compiler would put off looking at a bare type
 * parameter.
 *
 * @internal
 */
export interface Agreed<D> {
  /** The dim. */
  readonly dim: D;
}

/**
 * Two dims that do not agree.
 *
 * @internal
 */
export interface Disagreed {
  /** Tells it from {@linkcode Agreed}. */
  readonly disagreed: true;
}

/**
 * The dim that two equal dims have: a literal or type parameter wins over `number`.
 *
 * @internal
 */
export type EqualDim<A, B, K> = Generic<A, K> extends true
  ? Generic<B, K> extends true ? Identical<A, B> extends true ? Agreed<A> : Disagreed
  : number extends B ? Agreed<A>
  : Disagreed
  : Generic<B, K> extends true ? number extends A ? Agreed<B> : Disagreed
  : number extends A ? Agreed<B>
  : number extends B ? Agreed<A>
  : [A] extends [B] ? Agreed<A>
  : Disagreed;

/** The dim that two dims broadcast to. */
export type BroadcastDim<A, B, K> = Generic<A, K> extends true
  ? Generic<B, K> extends true ? Identical<A, B> extends true ? Agreed<A> : Disagreed
  : B extends 1 ? Agreed<A>
  : number extends B ? Agreed<A>
  : Disagreed
  : Generic<B, K> extends true ? A extends 1 ? Agreed<B> : number extends A ? Agreed<B> : Disagreed
  : number extends A ? B extends 1 ? Agreed<number> : Agreed<B>
  : number extends B ? A extends 1 ? Agreed<number> : Agreed<A>
  : [A] extends [B] ? Agreed<A>
  : A extends 1 ? Agreed<B>
  : B extends 1 ? Agreed<A>
  : Disagreed;

/**
 * Whether a dim is a literal, which arithmetic can work with.
 *
 * @internal
 */
export type IsLiteral<D, K> = Generic<D, K> extends true ? false : number extends D ? false : true;

/**
 * Whether the rank of a shape is not known: any length, or a shape that is a type parameter.
 *
 * @internal
 */
export type UnknownRank<S extends Shape, K> = Generic<S["length"], K> extends true ? true
  : number extends S["length"] ? true
  : false;

/**
 * Whether a type is one of several.
 *
 * @internal
 */
export type IsUnion<T, All = T> = [T] extends [never] ? false
  : T extends unknown ? [All] extends [T] ? false : true
  : never;

/** A shape without `readonly`, and with `number` where a dim is one of several literals. */
export type Plain<S extends Shape, K = unknown> = number extends S["length"] ? Shape
  : { -readonly [I in keyof S]: Single<S[I], K> };

/**
 * A dim, or `number` where it is one of several literals.
 *
 * @internal
 */
export type Single<D, K> = Generic<D, K> extends true ? D : IsUnion<D> extends true ? number : D;

/** A shape without `readonly`. */
export type Mutable<S extends Shape> = { -readonly [I in keyof S]: S[I] };
