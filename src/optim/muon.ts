/**
 * Muon.
 *
 * @module
 */
import {
  add,
  type AnyTensor,
  div,
  matmul,
  mul,
  type Shape,
  ShapeError,
  sqrt,
  sum,
  swapAxes,
  type Tensor,
  tensor,
  treeMap,
} from "../../mod.ts";
import { showShape } from "../shape/fail.ts";
import type { FloatDType } from "../../mod.ts";
import { adamw, type AdamWState } from "./adam.ts";
import {
  biasCorrection,
  complement,
  type Hyperparameter,
  type LearningRate,
  plus,
  requireAmount,
  requireCount,
  requireDecay,
  type StepCount,
  times,
} from "./hyperparameter.ts";
import { decayed, type LeafTest, zerosOf } from "./leaves.ts";
import {
  chain,
  type ChainState,
  type NoState,
  type Optimizer,
  type StateFamily,
  stateless,
  type Transformation,
} from "./optimizer.ts";
import { partition, type PartitionState } from "./partition.ts";
import { addDecayedWeights } from "./transforms/decay.ts";
import { scaleByLearningRate, type ScheduleState } from "./transforms/scale.ts";

/** How {@linkcode newtonSchulz} iterates. */
export interface NewtonSchulzOptions {
  /** How many iterations; 5 unless given. */
  readonly iterations?: number;
  /** `a`, `b` and `c` of `a X + (b X Xᵀ + c (X Xᵀ)²) X`; `[3.4445, -4.7750, 2.0315]` unless given. */
  readonly coefficients?: readonly [a: number, b: number, c: number];
  /** Is added to the norm that is divided by; 1e-8 unless given. */
  readonly epsilon?: Hyperparameter;
}

/** How {@linkcode scaleByMuon} works. */
export interface MuonDirectionOptions extends NewtonSchulzOptions {
  /** Decay of the mean of gradients; 0.95 unless given. */
  readonly momentum?: Hyperparameter;
  /** Nesterov's momentum, which looks ahead; `true` unless given. */
  readonly nesterov?: boolean;
  /** Whether means are corrected for their beginning with 0, as in optax; `false` unless given. */
  readonly biasCorrection?: boolean;
}

/** How {@linkcode muon} steps. */
export interface MuonOptions<F extends StateFamily = AdamWState> extends MuonDirectionOptions {
  /** How much of the matrices is taken off, times the learning rate; 0 unless given. */
  readonly weightDecay?: Hyperparameter;
  /**
   * Scales updates to `consistentRms √max(in, out)` instead of `√max(1, out / in)`, so that their
   * size does not depend on the shape; with 0.2 they are about as large as Adam's.
   */
  readonly consistentRms?: number;
  /** Which parameters are matrices; those with two axes unless given. */
  readonly matrices?: LeafTest;
  /** The optimizer for the others; {@linkcode adamw} with the same learning rate unless given. */
  readonly fallback?: Optimizer<F>;
}

/** The state of {@linkcode scaleByMuon} for parameters of type `P`. */
export interface MatrixMomentum<P> {
  /** How many steps have been taken; `null` without the correction. */
  readonly step: StepCount | null;
  /** The decaying mean of the gradients, a tree like the parameters. */
  readonly mean: P;
}

/** The states of {@linkcode scaleByMuon}. */
export interface MuonDirectionState extends StateFamily {
  /** The state for the parameters. */
  readonly state: MatrixMomentum<this["params"]>;
}

/** The states of {@linkcode muon}: those for the matrices, and of the optimizer for the others. */
export type MuonState<F extends StateFamily = AdamWState> = PartitionState<{
  matrices: ChainState<[MuonDirectionState, NoState, NoState, ScheduleState]>;
  others: F;
}>;

/**
 * Moves the singular values of matrices, `[..., m, n]`, close to 1 and leaves their singular vectors:
 * from `U S Vᵀ` to nearly `U Vᵀ`. By Newton and Schulz's iteration `X ← a X + (b X Xᵀ + c (X Xᵀ)²) X`
 * from `X / ‖X‖`, of matrix products only. With the default coefficients singular values end between
 * about 0.7 and 1.2; with `[1.5, -0.5, 0]` they converge to 1, but slowly from small ones.
 *
 * @throws {ShapeError} Where there are fewer than two axes.
 * @throws {RangeError} Where the number of iterations is no whole number.
 *
 * @source K. Jordan et al., "Muon: an optimizer for hidden layers in neural networks", 2024.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { newtonSchulz } from "@katachi/katachi/optim";
 *
 * const x = tensor([[0, -2], [1, 0]]);
 * newtonSchulz(x, { iterations: 12, coefficients: [1.5, -0.5, 0] }).toArray(); // [[0, -1], [1, 0]]
 * ```
 */
export function newtonSchulz<S extends Shape, D extends FloatDType>(
  x: Tensor<S, D>,
  options: NewtonSchulzOptions = {},
): Tensor<S, D> {
  requireCount("newtonSchulz", "iterations", options.iterations ?? 5, 0);
  return orthogonal("newtonSchulz", x as AnyTensor, options) as Tensor<S, D>;
}

function orthogonal(
  operation: string,
  x: AnyTensor,
  { iterations = 5, coefficients: [a, b, c] = [3.4445, -4.7750, 2.0315], epsilon = 1e-8 }:
    NewtonSchulzOptions,
): AnyTensor {
  const [rows, columns] = sidesOf(operation, x);
  const square = sum(mul(x, x) as AnyTensor, [-2, -1], { keepDims: true });
  let q = div(x, plus(sqrt(square as AnyTensor), epsilon)) as AnyTensor;
  // Products of the shorter side with itself are cheaper.
  if (rows > columns) q = turned(q);
  for (let i = 0; i < iterations; i++) {
    const gram = product(q, turned(q));
    const factor = add(times(gram, b), times(product(gram, gram), c)) as AnyTensor;
    q = add(times(q, a), product(factor, q)) as AnyTensor;
  }
  return rows > columns ? turned(q) : q;
}

function sidesOf(operation: string, { shape }: AnyTensor): [rows: number, columns: number] {
  if (shape.length < 2) {
    throw new ShapeError(`${operation}: needs matrices, got ${showShape(shape)}`);
  }
  return shape.slice(-2) as [number, number];
}

function turned(x: AnyTensor): AnyTensor {
  return swapAxes(x, -2 as never, -1 as never) as AnyTensor;
}

function product(a: AnyTensor, b: AnyTensor): AnyTensor {
  return matmul(a as never, b as never) as AnyTensor;
}

/**
 * Muon's direction: the decaying mean of the gradients of each matrix, `m ← μ m + (1 - μ) g`,
 * orthogonalized by {@linkcode newtonSchulz}; with Nesterov's momentum it is `(1 - μ) g + μ m` that is
 * orthogonalized. Leaves with more than two axes are stacks of matrices.
 *
 * With `biasCorrection` it is optax's: `m̂ = m / (1 - μᵗ)`, with Nesterov's momentum
 * `(1 - μ) g / (1 - μᵗ) + μ m / (1 - μᵗ⁺¹)`.
 *
 * @throws {RangeError} Where an option is out of its range.
 * @throws {ShapeError} Where a leaf has fewer than two axes.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { scaleByMuon } from "@katachi/katachi/optim";
 *
 * const direction = scaleByMuon({ iterations: 12, coefficients: [1.5, -0.5, 0] });
 * const g = tensor([[0.001, 0], [0, -0.002]]);
 * direction.update(g, direction.init(g), g)[0].toArray(); // close to [[1, 0], [0, -1]]
 * ```
 */
export function scaleByMuon(
  options: MuonDirectionOptions = {},
): Transformation<MuonDirectionState> {
  return directionOf("scaleByMuon", options);
}

function directionOf(
  operation: string,
  options: MuonDirectionOptions,
): Transformation<MuonDirectionState> {
  const { momentum = 0.95, nesterov = true, biasCorrection: corrected = false } = options;
  requireDecay(operation, "momentum", momentum);
  requireCount(operation, "iterations", options.iterations ?? 5, 0);
  return {
    init: (params) => ({
      step: corrected ? tensor(0, "int32") : null,
      mean: zerosOf(params),
    }),
    update: (gradients, state) => {
      const step = state.step === null ? null : add(state.step, 1);
      const mean = decayed(momentum, state.mean, gradients);
      const by = (x: AnyTensor, steps: StepCount | null): AnyTensor =>
        steps === null ? x : div(x, biasCorrection(momentum, steps).astype(x.dtype)) as AnyTensor;
      const updates = treeMap(
        (m, g) => {
          const ahead = nesterov
            ? add(
              times(by(g, step), complement(momentum)),
              times(by(m, step && add(step, 1)), momentum),
            )
            : by(m, step);
          return orthogonal(operation, ahead as AnyTensor, options);
        },
        mean,
        gradients,
      );
      return [updates, { step, mean }];
    },
  };
}

/** Scales the update of a matrix `[in, out]` by its shape. */
function scaleByShape(consistentRms: number | undefined): Transformation<NoState> {
  return stateless((updates) =>
    treeMap((u) => {
      const [inputs, outputs] = sidesOf("muon", u);
      const factor = consistentRms === undefined
        ? Math.sqrt(Math.max(1, outputs / inputs))
        : consistentRms * Math.sqrt(Math.max(inputs, outputs));
      return times(u, factor);
    }, updates)
  );
}

/**
 * Muon: `θ ← θ - η (√max(1, out / in) O + λ θ)` for matrices `[in, out]`, where `O` is the momentum of
 * the gradients, orthogonalized; all other parameters go by another optimizer. (K. Jordan et al.,
 * "Muon: an optimizer for hidden layers in neural networks", 2024; `consistentRms`: J. Liu et al.,
 * "Muon is scalable for LLM training", 2025.)
 *
 * Embeddings and output layers are matrices too, but do better with Adam: choose with `matrices`.
 * PyTorch iterates in bfloat16, this in the parameters' dtype; its weight decay is 0.1.
 *
 * @throws {RangeError} Where an option is out of its range.
 * @throws {ShapeError} Where a parameter taken for a matrix has fewer than two axes.
 *
 * @example
 * ```ts
 * import { eye, ones } from "@katachi/katachi";
 * import { applyUpdates, muon } from "@katachi/katachi/optim";
 *
 * const optimizer = muon(0.02, { matrices: (leaf, path) => leaf.rank === 2 && path !== ".head" });
 * const params = { weight: eye(2), bias: ones([2]), head: eye(2) };
 * const [updates] = optimizer.update(params, optimizer.init(params), params);
 * applyUpdates(params, updates).head.toArray(); // close to [[0.98, 0], [0, 0.98]]
 * ```
 */
export function muon<F extends StateFamily = AdamWState>(
  learningRate: LearningRate,
  options: MuonOptions<F> = {},
): Optimizer<MuonState<F>> {
  const { weightDecay = 0, consistentRms, matrices = (leaf: AnyTensor) => leaf.rank === 2 } =
    options;
  const fallback = options.fallback ?? adamw(learningRate, { weightDecay: 0 }) as unknown;
  requireAmount("muon", "learningRate", learningRate);
  requireAmount("muon", "weightDecay", weightDecay);
  if (consistentRms !== undefined) requireAmount("muon", "consistentRms", consistentRms);
  const rules = {
    matrices: chain(
      directionOf("muon", options),
      scaleByShape(consistentRms),
      addDecayedWeights(weightDecay),
      scaleByLearningRate(learningRate),
    ),
    others: fallback as Optimizer<F>,
  };
  return partition(rules, (leaf, path) => matrices(leaf, path) ? "matrices" : "others");
}
