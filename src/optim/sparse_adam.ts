/**
 * Adam for embeddings.
 *
 * @module
 */
import {
  add,
  any,
  type AnyTensor,
  div,
  mul,
  notEqual,
  sqrt,
  tensor,
  where,
  zerosLike,
} from "../../mod.ts";
import {
  biasCorrection,
  complement,
  type Hyperparameter,
  type LearningRate,
  plus,
  requireAmount,
  requireDecay,
  type StepCount,
  times,
} from "./hyperparameter.ts";
import { mapLeaves, zerosOf } from "./leaves.ts";
import {
  chain,
  type ChainState,
  type Optimizer,
  type StateFamily,
  type Transformation,
} from "./optimizer.ts";
import { scaleByLearningRate, type ScheduleState } from "./transforms/scale.ts";

/** How {@linkcode sparseAdam} steps; the letters are the paper's. */
export interface SparseAdamOptions {
  /** Decay of the mean of gradients; 0.9 unless given. */
  readonly beta1?: Hyperparameter;
  /** Decay of the mean of squared gradients; 0.999 unless given. */
  readonly beta2?: Hyperparameter;
  /** Keeps the division away from 0; 1e-8 unless given. */
  readonly epsilon?: Hyperparameter;
}

/** The state of {@linkcode scaleBySparseAdam} for parameters of type `P`. */
export interface RowMoments<P> {
  /** How many steps have been taken. */
  readonly step: StepCount;
  /** The decaying mean of the gradients, a tree like the parameters. */
  readonly mean: P;
  /** The decaying mean of the squared gradients, a tree like the parameters. */
  readonly square: P;
}

/** The states of {@linkcode scaleBySparseAdam}. */
export interface RowMomentState extends StateFamily {
  /** The state for the parameters. */
  readonly state: RowMoments<this["params"]>;
}

/** The states of {@linkcode sparseAdam}: of the moments and the learning rate. */
export type SparseAdamState = ChainState<[RowMomentState, ScheduleState]>;

/**
 * Adam's direction for those rows, slices along the first axis, whose gradient is not 0 throughout.
 * Other rows do not move, and their moments do not decay: a word that is not in the batch stays as it
 * is.
 *
 * As in PyTorch the step is counted for all rows together, and `ε` is not corrected for bias:
 * `√(1 - β₂ᵗ) / (1 - β₁ᵗ) · m / (√v + ε)`. PyTorch goes by the rows that a sparse gradient lists, of
 * which one may be 0.
 *
 * @throws {RangeError} Where a decay is not from 0 to below 1, or epsilon is negative.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { scaleBySparseAdam } from "@katachi/katachi/optim";
 *
 * const rows = scaleBySparseAdam();
 * const x = tensor([[1, 1], [1, 1]]);
 * const [, state] = rows.update(tensor([[4, 0], [0, 0]]), rows.init(x), x);
 * state.mean.toArray(); // [[0.4, 0], [0, 0]], up to float32 rounding
 * ```
 */
export function scaleBySparseAdam(
  options: SparseAdamOptions = {},
): Transformation<RowMomentState> {
  return rowsOf("scaleBySparseAdam", options);
}

function rowsOf(
  operation: string,
  { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 }: SparseAdamOptions,
): Transformation<RowMomentState> {
  requireDecay(operation, "beta1", beta1);
  requireDecay(operation, "beta2", beta2);
  requireAmount(operation, "epsilon", epsilon);
  return {
    init: (params) => ({
      step: tensor(0, "int32"),
      mean: zerosOf(params),
      square: zerosOf(params),
    }),
    update: (gradients, state) => {
      const step = add(state.step, 1);
      const factor = div(sqrt(biasCorrection(beta2, step)), biasCorrection(beta1, step));
      const { updates, mean, square } = mapLeaves(
        ["updates", "mean", "square"],
        (g, oldMean, oldSquare) => {
          const touched = rowsWithGradient(g);
          const decay = (old: AnyTensor, value: AnyTensor, by: Hyperparameter): AnyTensor =>
            where(touched, add(times(old, by), times(value, complement(by))), old) as AnyTensor;
          const mean = decay(oldMean, g, beta1);
          const square = decay(oldSquare, mul(g, g), beta2);
          const direction = div(mean, plus(sqrt(square) as AnyTensor, epsilon)) as AnyTensor;
          const updates = where(touched, times(direction, factor), zerosLike(g)) as AnyTensor;
          return { updates, mean, square };
        },
        gradients,
        state.mean,
        state.square,
      );
      return [updates, { step, mean, square }];
    },
  };
}

/** Which rows have a gradient: a bool for each, with axes of size 1 for the others. */
function rowsWithGradient(g: AnyTensor): AnyTensor {
  const axis = g.shape.slice(1).map((_, i) => i + 1);
  const elements = notEqual(g, 0) as AnyTensor;
  return axis.length === 0 ? elements : any(elements, axis, { keepDims: true });
}

/**
 * Adam for embeddings: only rows that have a gradient move, and only their moments decay, as
 * {@linkcode scaleBySparseAdam} says. (D. P. Kingma and J. Ba, "Adam: a method for stochastic
 * optimization", ICLR 2015; the lazy variant is that of PyTorch's `SparseAdam`.) Use it for embeddings
 * and another optimizer for the rest with {@linkcode partition}.
 *
 * @throws {RangeError} Where a decay is not from 0 to below 1, or another number is negative.
 *
 * @example
 * ```ts
 * import { grad, ones, take, type Tensor, tensor } from "@katachi/katachi";
 * import { applyUpdates, sparseAdam } from "@katachi/katachi/optim";
 *
 * const words = tensor([2, 0], "int32");
 * const loss = (table: Tensor<[3, 1]>) => take(table, words, 0).sum();
 * const table = ones([3, 1]);
 * const optimizer = sparseAdam(0.5);
 * const [updates] = optimizer.update(grad(loss)(table), optimizer.init(table), table);
 * applyUpdates(table, updates).toArray(); // close to [[0.5], [1], [0.5]]
 * ```
 */
export function sparseAdam(
  learningRate: LearningRate,
  options: SparseAdamOptions = {},
): Optimizer<SparseAdamState> {
  requireAmount("sparseAdam", "learningRate", learningRate);
  return chain(rowsOf("sparseAdam", options), scaleByLearningRate(learningRate));
}
