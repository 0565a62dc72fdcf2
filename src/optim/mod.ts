/**
 * Optimizers as pure state transitions: `init` makes a state for some parameters, `update` turns
 * gradients and state into updates and the next state.
 *
 * @example
 * ```ts
 * import { grad, type Tensor, tensor } from "@katachi/katachi";
 * import { adam, applyUpdates } from "@katachi/katachi/optim";
 *
 * const loss = (x: Tensor<[]>) => x.sub(2).square();
 * const optimizer = adam(0.1);
 * let x: Tensor<[]> = tensor(0);
 * let state = optimizer.init(x);
 * for (let step = 0; step < 200; step++) {
 *   const [updates, next] = optimizer.update(grad(loss)(x), state);
 *   x = applyUpdates(x, updates);
 *   state = next;
 * }
 * x.item(); // close to 2
 * ```
 *
 * @module
 */
export { adam, type AdamOptions, type AdamState, type Moments } from "./adam.ts";
export { applyUpdates, type Optimizer, type StateFamily, type StateOf } from "./optimizer.ts";
export { sgd, type SgdOptions, type SgdState, type Velocity } from "./sgd.ts";
