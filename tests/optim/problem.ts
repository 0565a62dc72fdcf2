/**
 * The problem whose trajectories are in the fixtures: an ill-conditioned least squares and a small
 * network, whose gradients do not touch one another.
 *
 * @module
 */
import {
  add,
  type FloatDType,
  grad,
  jit,
  matmul,
  mean,
  mul,
  square,
  sub,
  sum,
  tanh,
  type Tensor,
  tensor,
} from "@katachi/katachi";
import {
  applyUpdates,
  type Optimizer,
  type StateFamily,
  type StateOf,
} from "@katachi/katachi/optim";
import { figures } from "../fixtures/figures.ts";

/** The parameters. */
export interface Params<D extends FloatDType> {
  readonly x: Tensor<[4], D>;
  readonly w1: Tensor<[2, 3], D>;
  readonly b1: Tensor<[3], D>;
  readonly w2: Tensor<[3, 1], D>;
  readonly b2: Tensor<[1], D>;
}

/** What a fixture says of it. */
export interface Problem {
  readonly a: number[][];
  readonly b: number[];
  readonly x: number[][];
  readonly y: number[][];
  readonly start: Readonly<Record<keyof Params<"float64">, number[] | number[][]>>;
  readonly steps: readonly number[];
}

/** A trajectory: all parameters after some of the steps. */
export type Trajectory = readonly (readonly number[])[];

export const { problem } = await figures<{ problem: Problem }>("optim_torch");

const names = ["x", "w1", "b1", "w2", "b2"] as const;

/** Where the parameters begin. */
export function start<D extends FloatDType>(dtype: D): Params<D> {
  const entries = names.map((name) => [name, tensor(problem.start[name] as number[], dtype)]);
  return Object.fromEntries(entries) as unknown as Params<D>;
}

/** The sum of both losses. */
export function lossOf<D extends FloatDType>(dtype: D): (p: Params<D>) => Tensor<[], D> {
  const constant = (values: number[] | number[][]) => tensor(values as number[][], dtype) as never;
  const a: Tensor<[6, 4], D> = constant(problem.a);
  const b: Tensor<[6], D> = constant(problem.b);
  const x: Tensor<[5, 2], D> = constant(problem.x);
  const y: Tensor<[5, 1], D> = constant(problem.y);
  return (p) => {
    const residual = sub(matmul(a, p.x), b);
    const hidden = tanh(add(matmul(x, p.w1), p.b1));
    const error = sub(add(matmul(hidden, p.w2), p.b2), y);
    return add(mul(sum(square(residual)), 0.5), mean(square(error))) as never;
  };
}

/** A step of an optimizer on the problem. */
export function stepOf<F extends StateFamily, D extends FloatDType>(
  optimizer: Optimizer<F>,
  dtype: D,
): (params: Params<D>, state: StateOf<F, Params<D>>) => Step<F, D> {
  const slopes = grad(lossOf(dtype) as never) as (p: Params<D>) => Params<D>;
  return (params, state) => {
    const [updates, next] = optimizer.update(slopes(params), state, params);
    return { params: applyUpdates(params, updates), state: next };
  };
}

/** Parameters and state after a step. */
export interface Step<F extends StateFamily, D extends FloatDType> {
  readonly params: Params<D>;
  readonly state: StateOf<F, Params<D>>;
}

/** All numbers of parameters, in the order of the fixtures. */
export function numbersOf(params: Params<FloatDType>): number[] {
  return names.flatMap((name) => [...params[name].data]);
}

/** Where an optimizer goes, compiled; `see` chooses what is looked at, the parameters unless given. */
export function trajectory<F extends StateFamily, D extends FloatDType>(
  optimizer: Optimizer<F>,
  dtype: D,
  see: (step: Step<F, D>) => Params<D> = ({ params }) => params,
): Trajectory {
  const step = jit(stepOf(optimizer, dtype));
  let now: Step<F, D> = { params: start(dtype), state: optimizer.init(start(dtype)) };
  const found: number[][] = [];
  for (let i = 1; i <= Math.max(...problem.steps); i++) {
    now = step(now.params, now.state);
    if (problem.steps.includes(i)) found.push(numbersOf(see(now)));
  }
  return found;
}

/**
 * How far two trajectories are apart: in float64 relative to each number, in float32 to the largest
 * parameter of the moment, since small ones are differences that have lost their last digits.
 */
export function distance(found: Trajectory, expected: Trajectory, dtype: FloatDType): number {
  const least = dtype === "float32" ? 1 : 0.01;
  return Math.max(...found.flatMap((row, i) => {
    const floor = least * Math.max(...expected[i].map(Math.abs));
    return row.map((x, j) => {
      const scale = Math.max(floor, Math.abs(expected[i][j]));
      return Math.abs(x - expected[i][j]) / scale;
    });
  }));
}
