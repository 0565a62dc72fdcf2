/**
 * What an optimizer is: a pair of pure functions over a tree of parameters, most often a chain of
 * several that each do one thing.
 *
 * @module
 */
import { add, type FloatDType, type Tensor, treeMap } from "../../mod.ts";

/**
 * A transformation of gradients: `init` makes the state for some parameters, `update` turns
 * gradients and state into what goes on to the next transformation and the next state. Nothing is
 * kept anywhere else.
 *
 * `State` is a function of the parameter tree's type, written as an interface with a `state` that
 * refers to `this["params"]`; see {@linkcode StateOf}.
 */
export interface Transformation<F extends StateFamily> {
  /** The state before the first step. */
  init<P>(params: P): StateOf<F, P>;
  /**
   * From gradients, a tree like the parameters, to updates, another one, and the next state. The
   * parameters are those that the gradients were taken at.
   */
  update<P>(
    gradients: P,
    state: StateOf<F, P>,
    params: P,
    facts?: StepFacts<P>,
  ): [updates: P, state: StateOf<F, P>];
}

/**
 * A transformation whose updates are there to be added to the parameters, with
 * {@linkcode applyUpdates}.
 */
export type Optimizer<F extends StateFamily> = Transformation<F>;

/** A state type that depends on the type of the parameters. */
export interface StateFamily {
  /** The type of the parameter tree. */
  readonly params: unknown;
  /** The state for it. */
  readonly state: unknown;
}

/** The state that a family has for parameters of type `P`. */
export type StateOf<F extends StateFamily, P> = (F & { readonly params: P })["state"];

/** What a step may be told beside the gradients. Most transformations need none of it. */
export interface StepFacts<P> {
  /** The loss at the parameters. */
  readonly value?: Tensor<[], FloatDType>;
  /** The loss as a function of the parameters, for line searches. */
  readonly loss?: (params: P) => Tensor<[], FloatDType>;
}

/** The state of a transformation that keeps nothing. */
export interface NoState extends StateFamily {
  /** Nothing. */
  readonly state: null;
}

/** The states of a {@linkcode chain}: those of its transformations, in order. */
export interface ChainState<F extends readonly StateFamily[]> extends StateFamily {
  /** The state for the parameters. */
  readonly state: { readonly [I in keyof F]: StateOf<F[I], this["params"]> };
}

/**
 * One transformation after the other: what the first makes of the gradients goes to the second. The
 * state is the tuple of their states.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { chain, clip, scale } from "@katachi/katachi/optim";
 *
 * const optimizer = chain(clip(1), scale(-0.5));
 * const params = { w: tensor([0, 0]) };
 * const [updates] = optimizer.update({ w: tensor([4, -0.5]) }, optimizer.init(params), params);
 * updates.w.toArray(); // [-0.5, 0.25]
 * ```
 */
export function chain<F extends readonly StateFamily[]>(
  ...transformations: { readonly [I in keyof F]: Transformation<F[I]> }
): Transformation<ChainState<F>> {
  const steps = transformations as readonly Transformation<AnyState>[];
  const chained: Transformation<AnyState> = {
    init: (params) => steps.map((step) => step.init(params)),
    update: (gradients, state, params, facts) => {
      const before = state as readonly unknown[];
      let updates = gradients;
      const after = steps.map((step, i) => {
        const [next, own] = step.update(updates, before[i], params, facts);
        updates = next;
        return own;
      });
      return [updates, after];
    },
  };
  return chained as unknown as Transformation<ChainState<F>>;
}

/** @internal */
interface AnyState extends StateFamily {
  readonly state: unknown;
}

/**
 * A transformation without a state, of a function of gradients and parameters.
 *
 * @example
 * ```ts
 * import { sign, tensor, treeMap } from "@katachi/katachi";
 * import { chain, scale, stateless } from "@katachi/katachi/optim";
 *
 * const signs = stateless((gradients) => treeMap((g) => sign(g), gradients));
 * const optimizer = chain(signs, scale(-0.25));
 * const x = tensor([3, -4]);
 * optimizer.update(x, optimizer.init(x), x)[0].toArray(); // [-0.25, 0.25]
 * ```
 */
export function stateless(f: <P>(gradients: P, params: P) => P): Transformation<NoState> {
  return { init: () => null, update: (gradients, _, params) => [f(gradients, params), null] };
}

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
