/**
 * Momentum.
 *
 * @module
 */
import { add, equal, tensor, treeMap, where } from "../../../mod.ts";
import {
  complement,
  type Hyperparameter,
  requireDecay,
  requireRange,
  type StepCount,
  times,
} from "../hyperparameter.ts";
import { zerosOf } from "../leaves.ts";
import type { StateFamily, Transformation } from "../optimizer.ts";

/** How {@linkcode trace} works. */
export interface TraceOptions {
  /** Nesterov's momentum, which looks ahead; `false` unless given. */
  readonly nesterov?: boolean;
  /** How much of each gradient but the first is left out, as in PyTorch; 0 unless given. */
  readonly dampening?: Hyperparameter;
}

/** The state of {@linkcode trace} for parameters of type `P`. */
export interface Velocity<P> {
  /** The accumulated gradients, a tree like the parameters; `null` without momentum. */
  readonly velocity: P | null;
  /** How many steps have been taken; `null` without dampening. */
  readonly step: StepCount | null;
}

/** The states of {@linkcode trace}. */
export interface TraceState extends StateFamily {
  /** The state for the parameters. */
  readonly state: Velocity<this["params"]>;
}

/**
 * Momentum: `v ← μ v + (1 - τ) g`, where the dampening `τ` leaves the first gradient alone. Updates
 * are `v`, or with Nesterov's momentum `g + μ v`. With a momentum of 0 updates are the gradients.
 *
 * @throws {RangeError} Where the momentum is not from 0 to below 1, or the dampening not from 0 to 1.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { trace } from "@katachi/katachi/optim";
 *
 * const momentum = trace(0.5);
 * const g = tensor([1]);
 * const [, state] = momentum.update(g, momentum.init(g), g);
 * momentum.update(g, state, g)[0].toArray(); // [1.5]
 * ```
 */
export function trace(
  momentum: Hyperparameter,
  options: TraceOptions = {},
): Transformation<TraceState> {
  return traceOf("trace", momentum, options);
}

/**
 * As {@linkcode trace}, for another function that takes its options.
 *
 * @internal
 */
export function traceOf(
  operation: string,
  momentum: Hyperparameter,
  { nesterov = false, dampening = 0 }: TraceOptions,
): Transformation<TraceState> {
  requireDecay(operation, "momentum", momentum);
  requireRange(operation, "dampening", dampening, { low: 0, high: 1, closed: true });
  const damped = dampening !== 0;
  return {
    init: (params) => ({
      velocity: momentum === 0 ? null : zerosOf(params),
      step: momentum !== 0 && damped ? tensor(0, "int32") : null,
    }),
    update: (gradients, { velocity, step }) => {
      if (velocity === null) return [gradients, { velocity, step }];
      const kept = step === null
        ? 1
        : where(equal(step, 0), tensor(1, "float64"), complement(dampening)) as Hyperparameter;
      const next = treeMap(
        (v, g) => add(times(v, momentum), kept === 1 ? g : times(g, kept)),
        velocity,
        gradients,
      );
      const updates = nesterov
        ? treeMap((g, v) => add(g, times(v, momentum)), gradients, next)
        : next;
      return [updates, { velocity: next, step: step === null ? null : add(step, 1) }];
    },
  };
}
