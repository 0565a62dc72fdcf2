/**
 * Hyperparameters in the state.
 *
 * @module
 */
import { add, type Tensor, tensor } from "../../../mod.ts";
import type { Schedule, StepCount } from "../hyperparameter.ts";
import type { StateFamily, StateOf, Transformation } from "../optimizer.ts";

/** Hyperparameters by name, as tensors. */
export type Hyperparameters<N extends string> = { readonly [K in N]: Tensor<[], "float64"> };

/** The state of {@linkcode injectHyperparams}, with that of the transformation inside. */
export interface Injected<N extends string, S> {
  /** How many steps have been taken. */
  readonly step: StepCount;
  /** The hyperparameters of the next step; those that have a schedule are those of the last one. */
  readonly hyperparams: Hyperparameters<N>;
  /** The state of the transformation inside. */
  readonly inner: S;
}

/** The states of {@linkcode injectHyperparams}. */
export interface InjectedState<N extends string, F extends StateFamily> extends StateFamily {
  /** The state for the parameters. */
  readonly state: Injected<N, StateOf<F, this["params"]>>;
}

/**
 * A transformation whose hyperparameters are tensors in its state. There they can be read, they can be
 * changed between steps by {@linkcode setHyperparams} without compiling anything anew, and `vmap` tries
 * many values at once. Schedules set theirs at every step. Numbers are not checked for their range.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { injectHyperparams, setHyperparams, sgd } from "@katachi/katachi/optim";
 *
 * const optimizer = injectHyperparams(({ rate }) => sgd(rate), { rate: 0.5 });
 * const x = tensor([1]);
 * const [updates, state] = optimizer.update(x, optimizer.init(x), x);
 * updates.toArray(); // [-0.5]
 * optimizer.update(x, setHyperparams(state, { rate: 0.25 }), x)[0].toArray(); // [-0.25]
 * ```
 */
export function injectHyperparams<N extends string, F extends StateFamily>(
  make: (hyperparams: Hyperparameters<N>) => Transformation<F>,
  values: { readonly [K in N]: number | Schedule },
): Transformation<InjectedState<N, F>> {
  const names = Object.keys(values) as N[];
  const at = (step: StepCount, current?: Hyperparameters<N>): Hyperparameters<N> =>
    Object.fromEntries(names.map((name) => {
      const value: number | Schedule = values[name];
      if (typeof value === "function") return [name, value(step).astype("float64")];
      return [name, current?.[name] ?? tensor(value, "float64")];
    })) as Hyperparameters<N>;
  return {
    init: (params) => {
      const step = tensor(0, "int32");
      const hyperparams = at(step);
      return { step, hyperparams, inner: make(hyperparams).init(params) };
    },
    update: (gradients, state, params, facts) => {
      const hyperparams = at(state.step, state.hyperparams);
      const [updates, inner] = make(hyperparams).update(gradients, state.inner, params, facts);
      return [updates, { step: add(state.step, 1), hyperparams, inner }];
    },
  };
}

/**
 * The state with other hyperparameters.
 *
 * @throws {TypeError} Where the state has no hyperparameter of a name.
 *
 * @example
 * ```ts
 * import { zeros } from "@katachi/katachi";
 * import { adam, injectHyperparams, setHyperparams } from "@katachi/katachi/optim";
 *
 * const optimizer = injectHyperparams((h) => adam(h.learningRate), { learningRate: 0.1 });
 * const state = setHyperparams(optimizer.init(zeros([2])), { learningRate: 0.01 });
 * state.hyperparams.learningRate.item(); // 0.01
 * ```
 */
export function setHyperparams<N extends string, S>(
  state: Injected<N, S>,
  values: { readonly [K in NoInfer<N>]?: number | Tensor<[], "float64"> },
): Injected<N, S> {
  const given = Object.entries(values) as [N, number | Tensor<[], "float64">][];
  const changed = given.map(([name, value]) => {
    if (Object.hasOwn(state.hyperparams, name)) return [name, asTensor(value)];
    const known = Object.keys(state.hyperparams).join(", ");
    throw new TypeError(`setHyperparams: there is no ${name}, only ${known}`);
  });
  return { ...state, hyperparams: { ...state.hyperparams, ...Object.fromEntries(changed) } };
}

function asTensor(value: number | Tensor<[], "float64">): Tensor<[], "float64"> {
  return typeof value === "number" ? tensor(value, "float64") : value;
}
