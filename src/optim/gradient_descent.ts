/**
 * Steepest descent.
 *
 * @module
 */
import { add, equal, mul, neg, type Tensor, tensor, where } from "../../mod.ts";
import type { AnyTensor } from "../../mod.ts";
import { backtrack } from "./backtrack.ts";
import { requireRange } from "./hyperparameter.ts";
import { type BacktrackingOptions, backtrackingRules } from "./line_search.ts";
import { makeMinimizer, type Minimizer } from "./minimizer.ts";

/** How {@linkcode gradientDescent} steps. */
export interface GradientDescentOptions extends BacktrackingOptions {
  /**
   * By what the last step is multiplied to begin the next search, 1 or more; `1 / shrink` unless
   * given, so that steps can grow again.
   */
  readonly grow?: number;
}

/** What {@linkcode gradientDescent} remembers. */
export interface LastStep {
  /** The step that the next search begins with. */
  readonly nextStep: Tensor<[], "float64">;
}

/**
 * Steepest descent: `x ← x - t ∇f(x)`, with `t` from a {@linkcode backtracking} line search that
 * begins a little above the last step, at `initialStep` for the first.
 *
 * @throws {RangeError} Where an option is out of its range.
 *
 * @source A. Cauchy, "Méthode générale pour la résolution des systèmes d'équations simultanées", 1847;
 * J. Nocedal and S. J. Wright, "Numerical optimization", 2nd ed. 2006, algorithm 3.1.
 *
 * @example
 * ```ts
 * import { type Tensor, tensor } from "@katachi/katachi";
 * import { gradientDescent, minimize } from "@katachi/katachi/optim";
 *
 * const loss = (x: Tensor<[2]>) => x.mul(tensor([1, 3])).square().sum();
 * const { params, converged } = minimize(loss, tensor([4, -5]), { method: gradientDescent() });
 * converged.item(); // true
 * params.toArray(); // close to [0, 0]
 * ```
 */
export function gradientDescent(options: GradientDescentOptions = {}): Minimizer<LastStep> {
  const { initialStep, ...rules } = backtrackingRules("gradientDescent", options);
  const { grow = 1 / rules.shrink } = options;
  requireRange("gradientDescent", "grow", grow, { low: 1 });
  return makeMinimizer(
    "gradientDescent",
    () => ({ nextStep: tensor(initialStep, "float64") }),
    ({ point, memory, lineOf }) => {
      const direction = neg(point.gradient) as AnyTensor;
      const line = lineOf(direction);
      const slope = line.slope(point.gradient);
      const end = backtrack(line, point, slope, memory.nextStep, rules);
      const stalled = equal(end.step, 0);
      return {
        direction,
        // The gradient at the end of the search is one evaluation more.
        end: { ...end, evaluations: add(end.evaluations, 1) },
        memory: { nextStep: where(stalled, memory.nextStep, mul(end.step, grow)) },
        stalled,
      };
    },
  );
}
