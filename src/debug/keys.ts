/**
 * Finding random keys that are used twice.
 *
 * @module
 */
import { watchKeys } from "../random/reuse.ts";
import { switchOf } from "./mode.ts";

const setKeys = switchOf(watchKeys);

/**
 * Looks, from now on, at what becomes of random keys: one that is used twice throws a
 * {@linkcode KeyReuseError} with both lines, since the two would draw the same numbers. Drawing and
 * `random.split` use a key up; `random.foldIn` does not (JAX's rules for `jax_debug_key_reuse`).
 *
 * A key is the tensor itself: a copy of its values counts as another one. Uses inside a function that
 * {@linkcode jit} traced meanwhile count at each of its calls. A loop must not use the same key in
 * every step; either branch of a choice may use a key, since only one of them happens.
 *
 * @example
 * ```ts
 * import { debug, random } from "@katachi/katachi";
 *
 * using _watch = debug.keys(true);
 * const [a, b] = random.split(random.key(0));
 * random.normal(a, [2]);
 * random.uniform(b, [2]); // with `a` this would throw
 * ```
 */
export function keys(on: boolean): Disposable {
  return setKeys(on);
}
