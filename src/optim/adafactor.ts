/**
 * Adafactor.
 *
 * @module
 */
import {
  add,
  type AnyTensor,
  div,
  maximum,
  mean,
  mul,
  pow,
  rsqrt,
  sqrt,
  square,
  sub,
  type Tensor,
  tensor,
  treeMap,
  zeros,
  zerosLike,
} from "../../mod.ts";
import { flattenTree } from "../tensor/tree.ts";
import {
  type Hyperparameter,
  type LearningRate,
  plus,
  requireAmount,
  requireCount,
  requireDecay,
  requireRange,
  type StepCount,
} from "./hyperparameter.ts";
import { noteRate } from "./rate.ts";
import { decayed, zerosOf } from "./leaves.ts";
import {
  chain,
  type ChainState,
  type NoState,
  type Optimizer,
  type StateFamily,
  stateless,
  type Transformation,
} from "./optimizer.ts";
import { addDecayedWeights, type DecayOptions } from "./transforms/decay.ts";
import { scale, scaled, type ScheduleState } from "./transforms/scale.ts";

/** How {@linkcode scaleByFactoredRms} works. */
export interface FactoredRmsOptions {
  /** Whether to keep means of rows and columns in place of those of all elements; `true` unless given. */
  readonly factored?: boolean;
  /** Leaves are factored where two axes have at least this size; 128 unless given. */
  readonly minDimSizeToFactor?: number;
  /** `c`: means decay by `1 - t⁻ᶜ` at step `t`; 0.8 unless given. */
  readonly decayRate?: number;
  /** From which step `t` is counted; 0 unless given. */
  readonly decayOffset?: number;
  /** Is added to squares; 1e-30 unless given. */
  readonly epsilon?: Hyperparameter;
}

/** How {@linkcode adafactor} steps. */
export interface AdafactorOptions extends FactoredRmsOptions, DecayOptions {
  /** Updates are scaled down to this root mean square in each leaf, `null` for never; 1 unless given. */
  readonly clippingThreshold?: number | null;
  /** Whether steps are relative to the root mean square of each leaf; `true` unless given. */
  readonly multiplyByParameterScale?: boolean;
  /** Decay of the mean of updates that is stepped by; 0, no mean, unless given. */
  readonly momentum?: Hyperparameter;
  /** How much of the parameters is taken off at each step; 0 unless given. */
  readonly weightDecay?: Hyperparameter;
}

/** A tree like `P` with other tensors, or none, at the leaves. */
export type Reduced<P> = P extends AnyTensor ? AnyTensor | null
  : { readonly [K in keyof P]: Reduced<P[K]> };

/** The state of {@linkcode scaleByFactoredRms} for parameters of type `P`. */
export interface FactoredSquares<P> {
  /** How many steps have been taken. */
  readonly step: StepCount;
  /** Decaying means of squared gradients over the largest axis, of factored leaves. */
  readonly rows: Reduced<P>;
  /** Decaying means of squared gradients over the second largest axis, of factored leaves. */
  readonly columns: Reduced<P>;
  /** Decaying means of squared gradients of other leaves. */
  readonly squares: Reduced<P>;
}

/** The states of {@linkcode scaleByFactoredRms}. */
export interface FactoredRmsState extends StateFamily {
  /** The state for the parameters. */
  readonly state: FactoredSquares<NoInfer<this["params"]>>;
}

/** The state of {@linkcode adafactor}'s momentum for parameters of type `P`. */
export interface UpdateMean<P> {
  /** The decaying mean of the updates, a tree like the parameters; `null` without momentum. */
  readonly mean: P | null;
}

/** The states of {@linkcode adafactor}'s momentum. */
export interface UpdateMeanState extends StateFamily {
  /** The state for the parameters. */
  readonly state: UpdateMean<this["params"]>;
}

/** The states of {@linkcode adafactor}, in the order of its chain. */
export type AdafactorState = ChainState<
  [FactoredRmsState, NoState, ScheduleState, NoState, UpdateMeanState, NoState, NoState]
>;

/**
 * Divides gradients by the root of decaying means of their squares, which of matrices are kept for
 * rows and columns only, `R` and `C`: `g / √(R C / mean(R))`. Where a leaf has more than two axes the
 * two largest are meant. The decay grows with the steps, `1 - t⁻ᶜ`.
 *
 * @throws {RangeError} Where an option is out of its range.
 *
 * @source N. Shazeer and M. Stern, "Adafactor: adaptive learning rates with sublinear memory cost",
 * ICML 2018.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { scaleByFactoredRms } from "@katachi/katachi/optim";
 *
 * const rms = scaleByFactoredRms({ minDimSizeToFactor: 2 });
 * const g = tensor([[1, 2], [2, 4]]); // of rank 1, so that nothing is lost
 * const [updates, state] = rms.update(g, rms.init(g), g);
 * updates.toArray(); // close to [[1, 1], [1, 1]]
 * state.rows?.shape; // [2]
 * ```
 */
export function scaleByFactoredRms(
  options: FactoredRmsOptions = {},
): Transformation<FactoredRmsState> {
  return factoredRmsOf("scaleByFactoredRms", options);
}

function factoredRmsOf(
  operation: string,
  options: FactoredRmsOptions,
): Transformation<FactoredRmsState> {
  const { factored = true, minDimSizeToFactor = 128, decayRate = 0.8, decayOffset = 0 } = options;
  const { epsilon = 1e-30 } = options;
  requireCount(operation, "minDimSizeToFactor", minDimSizeToFactor);
  requireCount(operation, "decayOffset", decayOffset, 0);
  requireAmount(operation, "decayRate", decayRate);
  requireAmount(operation, "epsilon", epsilon);
  const axesOf = ({ shape }: AnyTensor): Axes | null =>
    factored ? largestAxes(shape, minDimSizeToFactor) : null;
  return {
    init: (params) => {
      const { leaves, structure } = flattenTree(params, operation, "params");
      const axes = leaves.map(axesOf);
      const tree = (of: (leaf: AnyTensor, axes: Axes | null) => AnyTensor | null) =>
        structure.build(leaves.map((leaf, i) => of(leaf, axes[i]))) as never;
      const without = ({ shape, dtype }: AnyTensor, axis: number): AnyTensor =>
        zeros(shape.toSpliced(axis, 1), dtype) as AnyTensor;
      return {
        step: tensor(0, "int32"),
        rows: tree((leaf, axes) => axes && without(leaf, axes.largest)),
        columns: tree((leaf, axes) => axes && without(leaf, axes.second)),
        squares: tree((leaf, axes) => axes ? null : zerosLike(leaf)),
      };
    },
    update: (gradients, state) => {
      const { leaves, structure } = flattenTree(gradients, operation, "the gradients");
      const [rows, columns, squares] = [state.rows, state.columns, state.squares].map((tree) => {
        const own = flattenTree(tree, operation, "the state").leaves[Symbol.iterator]();
        return () => own.next().value as AnyTensor;
      });
      const now = sub(add(state.step, 1), decayOffset).astype("float64");
      const decay = sub(1, pow(now, -decayRate)) as Tensor<[], "float64">;
      const results = leaves.map((g) => {
        const both = axesOf(g);
        const squared = plus(square(g) as AnyTensor, epsilon);
        if (both === null) {
          const next = decayed(decay, squares(), squared);
          return { update: mul(g, rsqrt(next)), rows: null, columns: null, squares: next };
        }
        const { largest, second } = both;
        const row = decayed(decay, rows(), over(squared, largest, false));
        const column = decayed(decay, columns(), over(squared, second, false));
        const whole = over(row, second > largest ? second - 1 : second, true);
        const byRow = beside(rsqrt(div(row, whole) as AnyTensor), largest);
        const byColumn = beside(rsqrt(column), second);
        return { update: mul(mul(g, byRow), byColumn), rows: row, columns: column, squares: null };
      });
      const tree = (name: keyof (typeof results)[number]) =>
        structure.build(results.map((result) => result[name])) as never;
      const next = { rows: tree("rows"), columns: tree("columns"), squares: tree("squares") };
      return [tree("update"), { step: add(state.step, 1), ...next }];
    },
  };
}

interface Axes {
  readonly largest: number;
  readonly second: number;
}

/** The two largest axes, the later one where sizes are equal; `null` where one is too small. */
function largestAxes(shape: readonly number[], least: number): Axes | null {
  if (shape.length < 2) return null;
  const order = shape.map((_, axis) => axis).sort((a, b) => shape[a] - shape[b] || a - b);
  const [second, largest] = order.slice(-2);
  return shape[second] < least ? null : { largest, second };
}

function over(x: AnyTensor, axis: number, keepDims: boolean): AnyTensor {
  return mean(x, axis, { keepDims }) as AnyTensor;
}

function beside(x: AnyTensor, axis: number): AnyTensor {
  return x.reshape(x.shape.toSpliced(axis, 0, 1)) as AnyTensor;
}

function rms(x: AnyTensor): AnyTensor {
  return sqrt(mean(square(x)) as AnyTensor);
}

/** Scales the updates of each leaf down to a root mean square. */
function clipByRms(threshold: number | null): Transformation<NoState> {
  return stateless((updates) =>
    threshold === null
      ? updates
      : treeMap((u) => div(u, maximum(div(rms(u), threshold) as AnyTensor, 1)), updates)
  );
}

/** Scales the updates of each leaf by its root mean square, at least 0.001. */
function scaleByParameterRms(relative: boolean): Transformation<NoState> {
  return stateless((updates, params) =>
    relative ? treeMap((u, p) => mul(u, maximum(rms(p), 1e-3)), updates, params) : updates
  );
}

function meanOfUpdates(momentum: Hyperparameter): Transformation<UpdateMeanState> {
  return {
    init: (params) => ({ mean: momentum === 0 ? null : zerosOf(params) }),
    update: (updates, { mean }) => {
      const next = mean === null ? null : decayed(momentum, mean, updates);
      return [next ?? updates, { mean: next }];
    },
  };
}

/**
 * Adafactor: gradients over the root of their mean squares, which are kept for rows and columns of
 * matrices only ({@linkcode scaleByFactoredRms}); clipped to a root mean square of 1 and scaled by the
 * learning rate and by the root mean square of the parameters, at least 0.001. The state of large
 * matrices takes next to no memory. (N. Shazeer and M. Stern, "Adafactor: adaptive learning rates with
 * sublinear memory cost", ICML 2018.)
 *
 * It follows optax, also in that weight decay is not scaled by the learning rate. PyTorch's factors
 * all matrices (`minDimSizeToFactor: 1`) over the last two axes, and takes `min(η, 1 / √t)` for the
 * learning rate.
 *
 * @throws {RangeError} Where an option is out of its range.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { adafactor, applyUpdates } from "@katachi/katachi/optim";
 *
 * const optimizer = adafactor(0.5);
 * const x = tensor([2, -2]);
 * const [updates] = optimizer.update(tensor([0.1, 7]), optimizer.init(x), x);
 * applyUpdates(x, updates).toArray(); // [1, -3]: half of 2 each
 * ```
 */
export function adafactor(
  learningRate: LearningRate,
  options: AdafactorOptions = {},
): Optimizer<AdafactorState> {
  const { clippingThreshold = 1, multiplyByParameterScale = true, momentum = 0 } = options;
  const { weightDecay = 0, mask } = options;
  requireAmount("adafactor", "learningRate", learningRate);
  requireAmount("adafactor", "weightDecay", weightDecay);
  requireDecay("adafactor", "momentum", momentum);
  if (clippingThreshold !== null) {
    requireRange("adafactor", "clippingThreshold", clippingThreshold, { low: 0, open: true });
  }
  return chain(
    factoredRmsOf("adafactor", options),
    clipByRms(clippingThreshold),
    scaled(learningRate, noteRate),
    scaleByParameterRms(multiplyByParameterScale),
    meanOfUpdates(momentum),
    addDecayedWeights(weightDecay, { mask }),
    scale(-1),
  );
}
