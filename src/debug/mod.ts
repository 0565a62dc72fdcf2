/**
 * Looking into programs while they run: printing values, finding the first NaN, a
 * random key used twice, why a function was compiled again.
 *
 * @example
 * ```ts
 * import { debug, grad, type Tensor, tensor } from "@katachi/katachi";
 *
 * const loss = (x: Tensor<[2]>) => {
 *   debug.print(x, "x");
 *   return x.square().sum();
 * };
 * debug.nans(true);
 * grad(loss)(tensor([1, 2])); // prints x: float32[2] [1, 2]
 * debug.nans(false);
 * ```
 *
 * @module
 */
export { keys } from "./keys.ts";
export { nans, NumericsError } from "./nans.ts";
export { print } from "./print.ts";
export { retraces } from "./retraces.ts";
export { KeyReuseError } from "../random/reuse.ts";
