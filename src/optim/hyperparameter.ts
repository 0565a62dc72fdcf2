/**
 * Hyperparameters: numbers, scalar tensors, or, for learning rates, functions of the step.
 *
 * @module
 */
import { add, type AnyTensor, type FloatDType, mul, pow, sub, type Tensor } from "../../mod.ts";

/**
 * A number that an optimizer goes by. As a tensor it can be computed inside a compiled function, and
 * differ from call to call; see `injectHyperparams`.
 */
export type Hyperparameter = number | Tensor<[], FloatDType>;

/**
 * A hyperparameter that depends on how many steps have been taken, which is 0 at the first one. It is
 * recorded like any function, so it chooses with `where` and not with `if`.
 */
export type Schedule = (step: Tensor<[], "int32">) => Tensor<[], FloatDType>;

/** How far a step goes: always as far, or by a schedule. */
export type LearningRate = Hyperparameter | Schedule;

/** How many steps have been taken. */
export type StepCount = Tensor<[], "int32">;

/**
 * A hyperparameter as an operand for a leaf, whose dtype it takes.
 *
 * @internal
 */
export function operand(value: Hyperparameter, leaf: AnyTensor): number | AnyTensor {
  return typeof value === "number" ? value : value.astype(leaf.dtype);
}

/**
 * The leaf, times a hyperparameter.
 *
 * @internal
 */
export function times(leaf: AnyTensor, factor: Hyperparameter): AnyTensor {
  return mul(leaf, operand(factor, leaf));
}

/**
 * The leaf, and a hyperparameter added to it.
 *
 * @internal
 */
export function plus(leaf: AnyTensor, amount: Hyperparameter): AnyTensor {
  return amount === 0 ? leaf : add(leaf, operand(amount, leaf));
}

/**
 * `1 - value`.
 *
 * @internal
 */
export function complement(value: Hyperparameter): Hyperparameter {
  return typeof value === "number" ? 1 - value : sub(1, value) as Tensor<[], FloatDType>;
}

/**
 * `1 - decayᵗ` after `t` steps, in float64 since `1 - 0.999` has few digits left in float32.
 *
 * @internal
 */
export function biasCorrection(decay: Hyperparameter, step: StepCount): Tensor<[], "float64"> {
  const base = typeof decay === "number" ? decay : decay.astype("float64");
  return sub(1, pow(base, step.astype("float64"))) as Tensor<[], "float64">;
}

/**
 * The learning rate at a step.
 *
 * @internal
 */
export function rateAt(rate: LearningRate, step: StepCount): Hyperparameter {
  return typeof rate === "function" ? rate(step) : rate;
}

/** The ends of an interval: of which it includes the lower one, and may include the upper one. */
interface Range {
  readonly low: number;
  readonly high?: number;
  /** Whether the upper end is allowed, too. */
  readonly closed?: boolean;
  /** Whether the lower end is not. */
  readonly open?: boolean;
}

/**
 * Refuses a number that is out of range. Tensors are not looked at, since they may be traced.
 *
 * @internal
 */
export function requireRange(
  operation: string,
  name: string,
  value: LearningRate,
  { low, high = Infinity, closed = false, open = false }: Range,
): void {
  if (typeof value !== "number") return;
  const inside = (open ? value > low : value >= low) && (closed ? value <= high : value < high);
  if (inside) return;
  const from = open ? `above ${low}` : high === Infinity ? `at least ${low}` : `from ${low}`;
  const to = high === Infinity ? "" : closed ? ` to ${high}` : ` to below ${high}`;
  throw new RangeError(`${operation}: ${name} must be ${from}${to}, got ${value}`);
}

/**
 * Refuses a decay that is not from 0 to below 1.
 *
 * @internal
 */
export function requireDecay(operation: string, name: string, value: Hyperparameter): void {
  requireRange(operation, name, value, { low: 0, high: 1 });
}

/**
 * Refuses a number that is negative or not finite.
 *
 * @internal
 */
export function requireAmount(operation: string, name: string, value: LearningRate): void {
  requireRange(operation, name, value, { low: 0 });
}

/**
 * Refuses a number that is not whole, or too small.
 *
 * @internal
 */
export function requireCount(operation: string, name: string, value: number, least = 1): void {
  if (!Number.isSafeInteger(value) || value < least) {
    throw new RangeError(
      `${operation}: ${name} must be a whole number of at least ${least}, got ${value}`,
    );
  }
}
