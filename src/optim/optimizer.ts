/**
 * What an optimizer is: a pair of pure functions over a tree of parameters.
 *
 * @module
 */
import { add, treeMap } from "../../mod.ts";

/**
 * An optimizer: `init` makes the state for some parameters, `update` turns gradients and state into
 * what to add to the parameters and the next state. Nothing is kept anywhere else.
 *
 * `State` is a function of the parameter tree's type, written as an interface with a `state` that
 * refers to `this["params"]`; see {@linkcode StateOf}.
 */
export interface Optimizer<F extends StateFamily> {
  /** The state before the first step. */
  init<P>(params: P): StateOf<F, P>;
  /** From gradients and state to updates, a tree like the parameters, and the next state. */
  update<P>(gradients: P, state: StateOf<F, P>, params?: P): [updates: P, state: StateOf<F, P>];
}

/** A state type that depends on the type of the parameters. */
export interface StateFamily {
  /** The type of the parameter tree. */
  readonly params: unknown;
  /** The state for it. */
  readonly state: unknown;
}

/** The state that a family has for parameters of type `P`. */
export type StateOf<F extends StateFamily, P> = (F & { readonly params: P })["state"];

/**
 * The parameters with updates added to them.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { applyUpdates } from "@katachi/katachi/optim";
 *
 * const params = { w: tensor([1, 2]) };
 * applyUpdates(params, { w: tensor([-0.5, 0]) }).w.toArray(); // [0.5, 2]
 * ```
 */
export function applyUpdates<P>(params: P, updates: P): P {
  return treeMap((leaf, update) => add(leaf, update), params, updates);
}
