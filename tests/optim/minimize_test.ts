/** Minimizers and line searches: beside PyTorch and SciPy, and as properties. */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  DTypeError,
  type FloatDType,
  fromBuffer,
  grad,
  jit,
  log,
  sqrt,
  stack,
  type Tensor,
  tensor,
  traceCount,
  vmap,
} from "@katachi/katachi";
import {
  backtracking,
  gradientDescent,
  lbfgs,
  type LineSearchResult,
  minimize,
  strongWolfe,
} from "@katachi/katachi/optim";
import { assertClose, type Figure, figures, flat } from "../fixtures/figures.ts";

type Vector<D extends FloatDType = "float64"> = Tensor<[number], D>;

interface Found {
  readonly x: Figure;
  readonly value: number;
  readonly iterations: number;
  readonly evaluations: number;
}

interface Problem {
  readonly start: readonly number[];
  readonly torch: Found;
  readonly scipy: Found;
}

const peers = await figures<{
  readonly tolerance: number;
  readonly points: Figure;
  readonly labels: Figure;
  readonly problems: Readonly<Record<string, Problem>>;
}>("minimize");

function vector<D extends FloatDType>(values: readonly number[], dtype: D): Vector<D> {
  return fromBuffer(Float64Array.from(values), [values.length as number]).astype(dtype);
}

function rosenbrock<D extends FloatDType>(x: Vector<D>): Tensor<[], D> {
  const [a, b] = [x.slice([[0, -1]]) as Vector<D>, x.slice([[1, x.size]]) as Vector<D>];
  const [valley, rest] = [b.sub(a.square() as Vector<D>), a.sub(1)] as Vector<D>[];
  return valley.square().mul(100).add(rest.square() as never).sum() as never;
}

const illConditioned = (condition: number) => (x: Vector): Tensor<[], "float64"> => {
  const scales = vector(x.shape[0] === 10 ? powers(condition) : [1], "float64");
  return x.sub(1).square().mul(scales).sum().mul(0.5);
};

function powers(condition: number): number[] {
  return Array.from({ length: 10 }, (_, i) => condition ** (i / 9));
}

const points = fromBuffer(Float64Array.from(flat(peers.points)), [30, 4]);
const labels = fromBuffer(Float64Array.from(flat(peers.labels)), [30]);

/** The logistic loss with labels -1 and 1, and a small penalty. */
function logistic(x: Vector): Tensor<[], "float64"> {
  const margins = points.matmul(x.reshape([4])).mul(labels);
  return margins.neg().exp().log1p().mean().add(x.square().sum().mul(0.005));
}

const losses: Readonly<Record<string, (x: Vector) => Tensor<[], "float64">>> = {
  rosenbrock2: rosenbrock,
  rosenbrock10: rosenbrock,
  quadratic1e3: illConditioned(1e3),
  quadratic1e6: illConditioned(1e6),
  logistic,
};

for (const [name, { start, torch, scipy }] of Object.entries(peers.problems)) {
  Deno.test(`lbfgs finds the minima of PyTorch and SciPy: ${name}`, () => {
    const found = minimize(losses[name], vector(start, "float64"), {
      tolerance: peers.tolerance,
      maxIterations: 1000,
    });
    assert(found.converged.item());
    assertClose(found.params.toArray(), scipy.x, 1e-6, name);
    assertAlmostEquals(found.value.item(), Math.min(scipy.value, torch.value), 1e-12);
    const [fewest, most] = [torch, scipy].map((peer) => peer.evaluations).sort((a, b) => a - b);
    assert(found.evaluations.item() <= 1.25 * fewest || found.evaluations.item() <= most);
    assert(found.iterations.item() <= 1.25 * Math.max(torch.iterations, scipy.iterations));
  });
}

Deno.test("DEBUG", () => {
  for (const [name, { start, torch, scipy }] of Object.entries(peers.problems)) {
    const f = minimize(losses[name], vector(start, "float64"), {
      tolerance: peers.tolerance,
      maxIterations: 1000,
    });
    console.log(
      name,
      f.iterations.item(),
      f.evaluations.item(),
      f.value.item(),
      f.converged.item(),
      "torch",
      torch.iterations,
      torch.evaluations,
      "scipy",
      scipy.iterations,
      scipy.evaluations,
    );
  }
});
