/**
 * L-BFGS.
 *
 * @module
 */
import {
  abs,
  add,
  type AnyTensor,
  arange,
  div,
  dynamicIndex,
  dynamicUpdateSlice,
  equal,
  type FloatDType,
  greater,
  isFinite,
  less,
  logicalAnd,
  minimum,
  mod,
  mul,
  neg,
  scan,
  sqrt,
  sub,
  sum,
  type Tensor,
  tensor,
  where,
  zeros,
} from "../../mod.ts";
import { along, dot, type Scalar } from "./flat.ts";
import { requireCount } from "./hyperparameter.ts";
import { type WolfeOptions, wolfeRules } from "./line_search.ts";
import { makeMinimizer, type Minimizer } from "./minimizer.ts";
import { narrow } from "./wolfe.ts";

/** How {@linkcode lbfgs} steps. */
export interface LbfgsOptions extends Omit<WolfeOptions, "initialStep"> {
  /** How many of the last steps are remembered; 10 unless given. */
  readonly history?: number;
}

/**
 * What {@linkcode lbfgs} remembers: the last steps and the changes of the gradient over them, of all
 * parameters as one vector. Step `k` is in row `k mod history`.
 */
export interface Curvatures {
  /** The steps, `[history, parameters]`. */
  readonly steps: Tensor<[number, number], FloatDType>;
  /** The changes of the gradient, `[history, parameters]`. */
  readonly changes: Tensor<[number, number], FloatDType>;
  /** `1 / (s·y)` of each step and change; 0 where there is none yet. */
  readonly weights: Tensor<[number], "float64">;
  /** How many steps have been remembered since the memory was last emptied. */
  readonly count: Tensor<[], "int32">;
  /** The estimate of the inverse second derivative that the recursion begins with. */
  readonly scale: Tensor<[], "float64">;
}

/**
 * L-BFGS: Newton's method with an inverse Hessian that is estimated from the last steps and the
 * changes of the gradient over them (two-loop recursion), and a {@linkcode strongWolfe} line search.
 * The first step is no longer than 1 in the sum of its components, and later searches begin with 1.
 *
 * A step whose change of gradient shows no positive curvature is not remembered. Where a search finds
 * no lower point the memory is emptied, and the next step goes down the gradient; where that does not
 * help either the progress is `stalled`.
 *
 * @throws {RangeError} Where an option is out of its range.
 *
 * @source J. Nocedal, "Updating quasi-Newton matrices with limited storage", 1980; J. Nocedal and S. J.
 * Wright, "Numerical optimization", 2nd ed. 2006, algorithms 7.4 and 7.5.
 *
 * @example
 * ```ts
 * import { jit, type Tensor, tensor } from "@katachi/katachi";
 * import { lbfgs } from "@katachi/katachi/optim";
 *
 * const loss = (x: Tensor<[2], "float64">) => x.sub(tensor([1, 2])).pow(4).sum();
 * const method = lbfgs({ history: 5 });
 * const step = jit((progress: ReturnType<typeof init>) => method.step(loss, progress));
 * const init = () => method.init(loss, tensor([0, 0], "float64"));
 * let progress = init();
 * for (let i = 0; i < 30; i++) progress = step(progress);
 * progress.params.toArray(); // close to [1, 2]
 * ```
 */
export function lbfgs(options: LbfgsOptions = {}): Minimizer<Curvatures> {
  const { history = 10 } = options;
  requireCount("lbfgs", "history", history);
  const { initialStep: _, ...rules } = wolfeRules("lbfgs", options);
  return makeMinimizer(
    "lbfgs",
    (x) => empty(history, x),
    ({ x, point, memory: given, lineOf }) => {
      const newton = neg(times(given, point.gradient)) as AnyTensor;
      // Rounding can turn the direction uphill.
      const descends = less(dot(newton, point.gradient), 0);
      const memory = choose(descends, given, empty(history, x));
      const direction = where(descends, newton, neg(point.gradient)) as AnyTensor;
      const line = lineOf(direction);
      const gentle = minimum(div(1, sum(abs(point.gradient)).astype("float64")), 1);
      const first = where(equal(memory.count, 0), gentle, 1);
      const end = narrow(line, point, line.slope(point.gradient), first, rules);
      const stuck = equal(end.step, 0);
      const step = mul(direction, end.step.astype(x.dtype)) as AnyTensor;
      const change = sub(end.point.gradient, point.gradient) as AnyTensor;
      return {
        direction,
        end,
        memory: choose(stuck, empty(history, x), remembering(memory, step, change)),
        stalled: logicalAnd(stuck, equal(memory.count, 0)),
      };
    },
  );
}

function empty(history: number, x: AnyTensor): Curvatures {
  const rows = zeros([history, x.size] as [number, number], x.dtype as FloatDType);
  return {
    steps: rows,
    changes: rows,
    weights: zeros([history as number], "float64"),
    count: tensor(0, "int32"),
    scale: tensor(1, "float64"),
  };
}

/** The estimated inverse Hessian times a vector. Rows that are not filled have weight 0. */
function times({ steps, changes, weights, count, scale }: Curvatures, x: AnyTensor): AnyTensor {
  const [history] = steps.shape;
  const last = sub(count, 1);
  const newestFirst = mod(sub(last, arange(history, undefined, 1, "int32")), history);
  const row = (i: Tensor<[], "int32">) => ({
    step: dynamicIndex(steps, i) as AnyTensor,
    change: dynamicIndex(changes, i) as AnyTensor,
    weight: dynamicIndex(weights, i) as Scalar,
  });
  const [inner, parts] = scan(
    (q: AnyTensor, i: Tensor<[], "int32">) => {
      const { step, change, weight } = row(i);
      const part = mul(dot(step, q), weight);
      return [along(q, neg(part), change), part] as const;
    },
    x,
    newestFirst,
  );
  const [result] = scan(
    (r: AnyTensor, { i, part }: { i: Tensor<[], "int32">; part: Scalar }) => {
      const { step, change, weight } = row(i);
      return [along(r, sub(part, mul(dot(change, r), weight)), step), null] as const;
    },
    mul(inner, scale.astype(x.dtype)) as AnyTensor,
    { i: newestFirst, part: parts },
    { reverse: true },
  );
  return result;
}

/** A step and a change written over the oldest ones, if they show positive curvature. */
function remembering(memory: Curvatures, step: AnyTensor, change: AnyTensor): Curvatures {
  const [history] = memory.steps.shape;
  const [sy, ss, yy] = [dot(step, change), dot(step, step), dot(change, change)];
  const least = mul(sqrt(mul(ss, yy)), step.dtype === "float64" ? 2 ** -52 : 2 ** -23);
  const curved = logicalAnd(greater(sy, least), isFinite(sy));
  const at = mod(memory.count, history);
  const write = (rows: Curvatures["steps"], row: AnyTensor): Curvatures["steps"] =>
    dynamicUpdateSlice(rows, row.reshape([1, row.size]) as never, [at, 0]);
  return choose(curved, {
    steps: write(memory.steps, step),
    changes: write(memory.changes, change),
    weights: dynamicUpdateSlice(memory.weights, div(1, sy).reshape([1]), [at]),
    count: add(memory.count, 1),
    scale: div(sy, yy),
  }, memory);
}

function choose(condition: Tensor<[], "bool">, a: Curvatures, b: Curvatures): Curvatures {
  return {
    steps: where(condition, a.steps, b.steps),
    changes: where(condition, a.changes, b.changes),
    weights: where(condition, a.weights, b.weights),
    count: where(condition, a.count, b.count),
    scale: where(condition, a.scale, b.scale),
  };
}
