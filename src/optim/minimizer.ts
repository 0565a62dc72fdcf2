/**
 * What a minimizer is: a method that asks for the loss itself, since it searches along lines.
 *
 * @module
 */
import { add, type AnyTensor, type FloatDType, type Tensor, tensor } from "../../mod.ts";
import { along, dot, type Evaluated, flatProblem, moved } from "./flat.ts";
import type { Line, LineEnd } from "./backtrack.ts";

/** Where a minimizer is: what it has found so far, and what it remembers. */
export interface Progress<P, D extends FloatDType, M> {
  /** The best parameters so far. */
  readonly params: P;
  /** The loss there. */
  readonly value: Tensor<[], D>;
  /** The gradient there. */
  readonly gradient: P;
  /** What the method remembers of earlier steps. */
  readonly memory: M;
  /** How many steps have been taken. */
  readonly iterations: Tensor<[], "int32">;
  /** How often the loss has been evaluated. */
  readonly evaluations: Tensor<[], "int32">;
  /** Whether the last step found nowhere lower to go, and no later one will. */
  readonly stalled: Tensor<[], "bool">;
}

/**
 * A method that minimizes a loss of any tree of floats: pure functions, as those of an `Optimizer`,
 * but of the loss and not of its gradient. `M` is what it remembers. A step is one program under
 * `jit`, however often it evaluates the loss.
 */
export interface Minimizer<M> {
  /** The progress before the first step; evaluates the loss once. */
  init<P, D extends FloatDType>(
    loss: (params: P) => Tensor<[], D>,
    params: P,
  ): Progress<P, D, M>;
  /** One step further. The loss must be the one that the progress was made with. */
  step<P, D extends FloatDType>(
    loss: (params: P) => Tensor<[], D>,
    progress: Progress<P, D, M>,
  ): Progress<P, D, M>;
}

/** Where a method stands, with parameters as one vector. */
export interface Stand<D extends FloatDType, M> {
  readonly x: AnyTensor;
  readonly point: Evaluated<D>;
  readonly memory: M;
  /** The loss along a direction from here. */
  lineOf(direction: AnyTensor): Line<D>;
}

/** What a method does in a step. */
export interface Step<D extends FloatDType, M> {
  readonly direction: AnyTensor;
  readonly end: LineEnd<D>;
  readonly memory: M;
  readonly stalled: Tensor<[], "bool">;
}

/** A minimizer from its way to choose directions and search along them. */
export function makeMinimizer<M>(
  name: string,
  remember: (x: AnyTensor) => M,
  advance: <D extends FloatDType>(stand: Stand<D, M>) => Step<D, M>,
): Minimizer<M> {
  return {
    init: (loss, params) => {
      const { pack, unpack, evaluate } = flatProblem(name, loss, params);
      const x = pack(params);
      const { value, gradient } = evaluate(x);
      return {
        params,
        value,
        gradient: unpack(gradient),
        memory: remember(x),
        iterations: tensor(0, "int32"),
        evaluations: tensor(1, "int32"),
        stalled: tensor(false),
      };
    },
    step: (loss, progress) => {
      const { pack, unpack, value, evaluate } = flatProblem(name, loss, progress.params);
      const x = pack(progress.params);
      const { direction, end, memory, stalled } = advance({
        x,
        point: { value: progress.value, gradient: pack(progress.gradient) },
        memory: progress.memory,
        lineOf: (d) => ({
          value: (step) => value(along(x, step, d)),
          evaluate: (step) => evaluate(along(x, step, d)),
          slope: (gradient) => dot(gradient, d),
        }),
      });
      return {
        params: unpack(moved(x, end.step, direction)),
        value: end.point.value,
        gradient: unpack(end.point.gradient),
        memory,
        iterations: add(progress.iterations, 1),
        evaluations: add(progress.evaluations, end.evaluations),
        stalled,
      };
    },
  };
}
