/**
 * A thin stand-in for `@std/testing/types`: the same names with the same meaning, in types of its own.
 * Why it is here, and how to run the tests against the real package, is said in the stand-in for
 * `@std/assert` beside it.
 *
 * @module
 */

/** Checks at compile time that a type is `true`, or `false`, as the argument says. */
export function assertType<T extends boolean>(_expectTrue: T): void {}

/** Compiles where the type is `true`. */
export type AssertTrue<_T extends true> = never;

/** Compiles where the type is `false`. */
export type AssertFalse<_T extends false> = never;

/** Compiles where the type is the one expected. */
export type Assert<T extends boolean, _Expected extends T> = never;

/** `true` where the first type has the second as a member; `any` has all. */
export type Has<T, U> = IsAny<T> extends true ? true
  : IsAny<U> extends true ? false
  : IsNever<Extract<T, U>> extends true ? false
  : true;

/** `true` where the first type does not have the second as a member. */
export type NotHas<T, U> = Has<T, U> extends true ? false : true;

/** `true` where the type has `null` or `undefined` as a member. */
export type IsNullable<T> = Extract<T, null | undefined> extends never ? false
  : true;

/**
 * `true` where two types are the same, not just assignable to each other: `any` is only `any`,
 * `readonly` and optional properties count, and intersections are what they amount to.
 */
export type IsExact<T, U> = Fits<Written<Named<T>>, Written<Named<U>>> extends true
  ? Fits<Written<Named<U>>, Written<Named<T>>>
  : false;

/** `true` for `any`. */
export type IsAny<T> = 0 extends 1 & T ? true : false;

/** `true` for `never`. */
export type IsNever<T> = [T] extends [never] ? true : false;

/** `true` for `unknown`, not for `any`. */
export type IsUnknown<T> = IsAny<T> extends true ? false
  : unknown extends T ? true
  : false;

/**
 * The compiler takes two conditional types for one where what they test for is identical; it looks
 * that closely only while they are written out, not under a name of their own.
 */
type Fits<T, U> = (<X>(value: T) => X extends T ? 1 : 2) extends
  (<X>(value: U) => X extends U ? 1 : 2) ? true : false;

declare const anyName: unique symbol;

/** Gives `any`, which is alike to everything, a type of its own. */
type Named<T> = IsAny<T> extends true ? { readonly [anyName]: never } : T;

/** Writes plain objects out, so that `{ a: 1 } & { b: 2 }` is the same as `{ a: 1; b: 2 }`. */
type Written<T> = T extends Record<PropertyKey, unknown> ? { [K in keyof T]: Written<T[K]> }
  : T;
