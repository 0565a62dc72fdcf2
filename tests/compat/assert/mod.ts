/**
 * A thin stand-in for `@std/assert`: the same names, the same signatures, the same judgement of what
 * is equal, in words of its own. It is here because the tests shall also run where no registry but
 * npm's can be reached, and the real package is not on it. `links` in the project's `deno.json` puts
 * this folder in the real package's place; to run the tests against the real one, point `links` at a
 * checkout of it, or take the entry out where JSR can be reached.
 *
 * @module
 */
import { AssertionError, difference, raise, show } from "./assertion_error.ts";
import { equal } from "./equal.ts";
import { matchable } from "./object_match.ts";

export { AssertionError, equal };

// deno-lint-ignore no-explicit-any
type Constructor<T> = abstract new (...args: any[]) => T;

/** What {@linkcode assertFalse} lets through. */
export type Falsy = false | 0 | 0n | "" | null | undefined;

/** An array, or what is indexed like one. */
export type ArrayLikeArg<T> = ArrayLike<T> & object;

/** The value is truthy. */
export function assert(expr: unknown, msg = ""): asserts expr {
  if (!expr) throw new AssertionError(msg);
}

/** The value is falsy. */
export function assertFalse(expr: unknown, msg = ""): asserts expr is Falsy {
  if (expr) throw new AssertionError(msg);
}

/** The value is neither null nor undefined. */
export function assertExists<T>(actual: T, msg?: string): asserts actual is NonNullable<T> {
  if (actual === undefined || actual === null) {
    raise(`Expected a value, got ${show(actual)}`, msg);
  }
}

/** The values are alike, as {@linkcode equal} has it. */
export function assertEquals<T>(actual: T, expected: T, msg?: string): void {
  if (equal(actual, expected)) return;
  raise("Values are not equal", msg, difference(actual, expected));
}

/** The values are not alike. */
export function assertNotEquals<T>(actual: T, expected: T, msg?: string): void {
  if (equal(actual, expected)) raise(`Values are equal, and should not be: ${show(actual)}`, msg);
}

/** The values are the same, by `Object.is`. */
export function assertStrictEquals<T>(
  actual: unknown,
  expected: T,
  msg?: string,
): asserts actual is T {
  if (Object.is(actual, expected)) return;
  if (show(actual) === show(expected)) {
    raise(`Values look alike but are not the same: ${show(actual)}`, msg);
  }
  raise("Values are not strictly equal", msg, difference(actual, expected));
}

/** The values are not the same, by `Object.is`. */
export function assertNotStrictEquals<T>(actual: T, expected: T, msg?: string): void {
  if (Object.is(actual, expected)) {
    raise(`Values are the same, and should not be: ${show(actual)}`, msg);
  }
}

/** The numbers are within a tolerance: a ten-millionth of the expected one where none is given. */
export function assertAlmostEquals(
  actual: number,
  expected: number,
  tolerance: number = isFinite(expected) ? Math.abs(expected * 1e-7) : 1e-7,
  msg?: string,
): void {
  if (Object.is(actual, expected)) return;
  const delta = Math.abs(expected - actual);
  if (delta <= tolerance) return;
  raise(`Expected ${actual} within ${tolerance} of ${expected}, it is ${delta} away`, msg);
}

/** The first value is greater than the second. */
export function assertGreater<T>(actual: T, expected: T, msg?: string): void {
  compare(actual > expected, actual, ">", expected, msg);
}

/** The first value is greater than the second, or equal to it. */
export function assertGreaterOrEqual<T>(actual: T, expected: T, msg?: string): void {
  compare(actual >= expected, actual, ">=", expected, msg);
}

/** The first value is less than the second. */
export function assertLess<T>(actual: T, expected: T, msg?: string): void {
  compare(actual < expected, actual, "<", expected, msg);
}

/** The first value is less than the second, or equal to it. */
export function assertLessOrEqual<T>(actual: T, expected: T, msg?: string): void {
  compare(actual <= expected, actual, "<=", expected, msg);
}

function compare(holds: boolean, a: unknown, sign: string, b: unknown, msg?: string): void {
  if (!holds) throw new AssertionError(msg ?? `Expected ${show(a)} ${sign} ${show(b)}`);
}

/** The text contains another. */
export function assertStringIncludes(actual: string, expected: string, msg?: string): void {
  if (!actual.includes(expected)) {
    raise(`Expected ${show(actual)} to contain ${show(expected)}`, msg);
  }
}

/** The text matches. */
export function assertMatch(actual: string, expected: RegExp, msg?: string): void {
  if (!expected.test(actual)) raise(`Expected ${show(actual)} to match ${expected}`, msg);
}

/** The text does not match. */
export function assertNotMatch(actual: string, expected: RegExp, msg?: string): void {
  if (expected.test(actual)) raise(`Expected ${show(actual)} not to match ${expected}`, msg);
}

/** The first array has every element of the second, in whatever order. */
export function assertArrayIncludes<T>(
  actual: ArrayLikeArg<T>,
  expected: ArrayLikeArg<T>,
  msg?: string,
): void {
  const present = Array.from(actual);
  const missing = Array.from(expected).filter((item) =>
    !present.some((other) => equal(item, other))
  );
  if (missing.length > 0) {
    raise(`Expected ${show(actual)} to include ${show(expected)}; missing: ${show(missing)}`, msg);
  }
}

/** The object has all that the other has; it may have more. */
export function assertObjectMatch(
  // deno-lint-ignore no-explicit-any
  actual: Record<PropertyKey, any>,
  expected: Record<PropertyKey, unknown>,
  msg?: string,
): void {
  assertEquals(matchable(actual, expected), matchable(expected, expected), msg);
}

/** The value is an instance of a class. */
export function assertInstanceOf<T extends Constructor<unknown>>(
  actual: unknown,
  expectedType: T,
  msg = "",
): asserts actual is InstanceType<T> {
  if (!(actual instanceof expectedType)) {
    raise(`Expected an instance of ${expectedType.name}, got ${show(actual)}`, msg);
  }
}

/** The value is not an instance of a class. */
export function assertNotInstanceOf<A, T>(
  actual: A,
  unexpectedType: Constructor<T>,
  msg?: string,
): asserts actual is Exclude<A, T> {
  if (actual instanceof unexpectedType) {
    raise(`Expected no instance of ${unexpectedType.name}, got ${show(actual)}`, msg);
  }
}

/** The value is an error, of a class and with a text in its message where they are given. */
export function assertIsError<E extends Error = Error>(
  error: unknown,
  ErrorClass?: Constructor<E>,
  msgMatches?: string | RegExp,
  msg?: string,
): asserts error is E {
  if (!(error instanceof Error)) raise(`Expected an Error, got ${show(error)}`, msg);
  if (ErrorClass !== undefined && !(error instanceof ErrorClass)) {
    raise(`Expected ${ErrorClass.name}, got ${error.constructor.name}: ${error.message}`, msg);
  }
  if (!msgMatches) return;
  const text = plain(error.message);
  const matches = typeof msgMatches === "string"
    ? text.includes(plain(msgMatches))
    : msgMatches.test(text);
  if (!matches) {
    raise(`Expected the error's message to have ${show(msgMatches)}, it is ${show(text)}`, msg);
  }
}

/** The text without colors. */
function plain(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replaceAll(/\x1b\[[0-9;]*m/g, "");
}

/** The function throws; the value that it throws is returned. */
export function assertThrows(fn: () => unknown, msg?: string): unknown;
/** The function throws an error, of a class and with a text in its message where they are given. */
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  ErrorClass: Constructor<E>,
  msgIncludes?: string,
  msg?: string,
): E;
export function assertThrows(
  fn: () => unknown,
  classOrMsg?: Constructor<Error> | string,
  msgIncludes?: string,
  msg?: string,
): unknown {
  if (typeof classOrMsg === "string") return assertThrows(fn, undefined!, undefined, classOrMsg);
  try {
    fn();
  } catch (error) {
    if (classOrMsg !== undefined) assertIsError(error, classOrMsg, msgIncludes, msg);
    return error;
  }
  return raise("Expected the function to throw", msg);
}

/** The function's promise is rejected; the value that it is rejected with is returned. */
export function assertRejects(fn: () => PromiseLike<unknown>, msg?: string): Promise<unknown>;
/** The function's promise is rejected with an error, of a class and with a text where given. */
export function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  ErrorClass: Constructor<E>,
  msgIncludes?: string,
  msg?: string,
): Promise<E>;
export async function assertRejects(
  fn: () => PromiseLike<unknown>,
  classOrMsg?: Constructor<Error> | string,
  msgIncludes?: string,
  msg?: string,
): Promise<unknown> {
  if (typeof classOrMsg === "string") {
    return await assertRejects(fn, undefined!, undefined, classOrMsg);
  }
  let promise: PromiseLike<unknown>;
  try {
    promise = fn();
  } catch (error) {
    return raise(`Expected the function to reject, it throws ${show(error)}`, msg);
  }
  if (typeof promise?.then !== "function") {
    return raise(`Expected the function to return a promise, got ${show(promise)}`, msg);
  }
  try {
    await promise;
  } catch (error) {
    if (classOrMsg !== undefined) assertIsError(error, classOrMsg, msgIncludes, msg);
    return error;
  }
  return raise("Expected the function to reject", msg);
}

/** Fails. */
export function fail(msg?: string): never {
  raise("Failed assertion", msg);
}

/** Fails: this place is never reached. */
export function unreachable(msg?: string): never {
  raise("Unreachable", msg);
}

/** Fails: this is not written yet. */
export function unimplemented(msg?: string): never {
  raise("Unimplemented", msg);
}
