/** Minimizers and line searches: beside PyTorch and SciPy, and as properties. */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  DTypeError,
  type FloatDType,
  fromBuffer,
  grad,
  jit,
  softplus,
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
  return softplus(margins.neg()).mean().add(x.square().sum().mul(0.005));
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
    const least = (count: "evaluations" | "iterations") => Math.min(torch[count], scipy[count]);
    assert(found.evaluations.item() <= 1.05 * least("evaluations") + 1, "evaluations");
    assert(found.iterations.item() <= 1.1 * least("iterations") + 1, "iterations");
  });
}

/** A random smooth function, bounded below: a convex quadratic and a wave in a random direction. */
const smooth = fc.record({
  scales: fc.array(fc.double({ min: 0.01, max: 100, noNaN: true }), { minLength: 3, maxLength: 3 }),
  wave: fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 3, maxLength: 3 }),
  height: fc.double({ min: 0, max: 5, noNaN: true }),
  start: fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 3, maxLength: 3 }),
});

interface Smooth {
  readonly scales: number[];
  readonly wave: number[];
  readonly height: number;
}

function smoothLoss({ scales, wave, height }: Smooth): Loss3 {
  return (x) => {
    const [a, b] = [scales, wave].map((list) => tensor(list as Three, "float64"));
    const bowl = x.square().mul(a).sum();
    const angle = x.mul(b).sum();
    return bowl.add(angle.sin().mul(height));
  };
}

type Three = [number, number, number];
type Vector3 = Tensor<[3], "float64">;
type Loss3 = (x: Vector3) => Tensor<[], "float64">;

const slopeAlong = (loss: Loss3, x: Vector3, d: Vector3) => grad(loss)(x).mul(d).sum().item();

Deno.test("strongWolfe: both conditions hold where it ends, on random smooth functions", () => {
  const rules = fc.record({
    sufficientDecrease: fc.double({ min: 1e-4, max: 0.3, noNaN: true }),
    more: fc.double({ min: 0.1, max: 0.6, noNaN: true }),
    initialStep: fc.double({ min: 1e-3, max: 100, noNaN: true }),
  });
  fc.assert(fc.property(smooth, rules, (parts, { sufficientDecrease, more, initialStep }) => {
    const loss = smoothLoss(parts);
    const x = tensor(parts.start as Three, "float64");
    const d = grad(loss)(x).neg();
    const curvature = sufficientDecrease + more;
    const slope = slopeAlong(loss, x, d);
    fc.pre(slope < -1e-6);
    const end = strongWolfe(loss, x, d, {
      sufficientDecrease,
      curvature,
      initialStep,
      maxEvaluations: 60,
    });
    assert(end.found.item(), "found");
    const [step, value] = [end.step.item(), end.value.item()];
    assert(step > 0);
    const slack = 1e-13 * Math.abs(loss(x).item());
    assert(value <= loss(x).item() + sufficientDecrease * step * slope + slack, "decrease");
    const left = slopeAlong(loss, end.params, d);
    assert(Math.abs(left) <= -curvature * slope * (1 + 1e-9), "curvature");
    assertAlmostEquals(value, loss(end.params).item(), 1e-12 * Math.max(1, Math.abs(value)));
    assertClose(end.params.toArray(), x.add(d.mul(step)).toArray(), 1e-12);
    assertClose(end.gradient.toArray(), grad(loss)(end.params).toArray(), 1e-9);
  }));
});

Deno.test("backtracking: ends at the first of the steps that decreases the loss enough", () => {
  const shrinks = fc.double({ min: 0.1, max: 0.9, noNaN: true });
  fc.assert(fc.property(smooth, shrinks, (parts, shrink) => {
    const loss = smoothLoss(parts);
    const x = tensor(parts.start as Three, "float64");
    const d = grad(loss)(x).neg();
    const slope = slopeAlong(loss, x, d);
    fc.pre(slope < -1e-6);
    const options = { shrink, sufficientDecrease: 0.1, initialStep: 10, maxEvaluations: 400 };
    const end = backtracking(loss, x, d, options);
    let [step, tried] = [10, 1];
    const enough = (step: number) =>
      loss(x.add(d.mul(step))).item() <= loss(x).item() + 0.1 * step * slope;
    while (!enough(step)) [step, tried] = [step * shrink, tried + 1];
    assert(end.found.item());
    assertEquals(end.evaluations.item(), tried);
    assertAlmostEquals(end.step.item(), step, 1e-12);
    assertClose(end.gradient.toArray(), grad(loss)(end.params).toArray(), 1e-9);
  }));
});

const searches = { backtracking, strongWolfe };

for (const [name, search] of Object.entries(searches)) {
  const one = tensor(1, "float64");
  type One = Tensor<[], "float64">;
  const stays = (end: LineSearchResult<One, "float64">, x: One) => {
    assertEquals([end.step.item(), end.found.item()], [0, false]);
    assertEquals(end.params.item(), x.item());
  };

  Deno.test(`${name}: directions that do not descend are not gone in`, () => {
    const loss = (x: One) => x.square();
    for (const direction of [1, 0, NaN, Infinity, -Infinity]) {
      const end = search(loss, one, tensor(direction, "float64"));
      stays(end, one);
      assertEquals([end.value.item(), end.gradient.item()], [1, 2]);
      assertEquals(end.evaluations.item(), 0);
    }
  });

  Deno.test(`${name}: from where the loss or the slope is not finite it does not move`, () => {
    for (const bad of [NaN, Infinity, -Infinity]) {
      stays(search((x: One) => x.mul(0).add(bad), one, one), one);
    }
    const root = (x: One) => x.sqrt();
    stays(search(root, tensor(0, "float64"), tensor(-1, "float64")), tensor(0, "float64"));
  });

  Deno.test(`${name}: a step to where the loss is NaN or infinite is too long`, () => {
    // NaN below 0, the minimum at 0.1.
    const root = (x: One) => x.sqrt().sub(Math.sqrt(0.1)).square();
    const end = search(root, one, tensor(-64, "float64"));
    assert(end.found.item());
    assert(end.params.item() >= 0 && end.value.item() < root(one).item());
    const wall = (x: One) => x.pow(-1).add(x); // +infinity at 0
    const stop = search(wall, tensor(4, "float64"), tensor(-4, "float64"));
    assert(stop.found.item() && stop.params.item() > 0);
  });

  Deno.test(`${name}: runs compiled, batched, and on trees of mixed dtypes`, () => {
    type Mixed = { readonly a: Tensor<[2]>; readonly b: readonly [Tensor<[], "float64">] };
    const loss = ({ a, b: [b] }: Mixed) => a.sub(1).square().sum().astype("float64").add(b.pow(4));
    const from: Mixed = { a: tensor([3, -1]), b: [tensor(2, "float64")] };
    const run = (params: Mixed) => search(loss, params, grad(negated(loss))(params));
    const [plain, compiled] = [run(from), jit(run)(from)];
    assertEquals(plain.params.a.dtype, "float32");
    assertEquals(plain.params.b[0].dtype, "float64");
    assertAlmostEquals(plain.step.item(), compiled.step.item(), 1e-12);
    assertEquals(plain.evaluations.item(), compiled.evaluations.item());
    assert(plain.value.item() < loss(from).item());

    const single = (x: One) => search((x: One) => x.sub(1).pow(4), x, x.sub(1).pow(3).neg());
    const many = vmap(single)(tensor([3, 1, -20], "float64"));
    for (const [i, x] of [3, 1, -20].entries()) {
      const alone = single(tensor(x, "float64"));
      assertEquals(many.found.toArray()[i], alone.found.item());
      assertEquals(many.evaluations.toArray()[i], alone.evaluations.item());
      assertAlmostEquals(many.params.toArray()[i], alone.params.item(), 1e-12);
    }
  });

  Deno.test(`${name}: without enough evaluations it says so`, () => {
    const loss = (x: One) => x.square();
    const end = search(loss, one, tensor(-1e9, "float64"), { maxEvaluations: 2 });
    assertEquals([end.found.item(), end.evaluations.item(), end.step.item()], [false, 2, 0]);
  });

  Deno.test(`${name}: options out of range and parameters that are no floats`, () => {
    const loss = (x: One) => x.square();
    for (
      const options of [
        { initialStep: 0 },
        { initialStep: Infinity },
        { sufficientDecrease: 1 },
        { sufficientDecrease: NaN },
        { maxEvaluations: 0 },
        { maxEvaluations: 1.5 },
      ]
    ) {
      assertThrows(() => search(loss, one, one, options), RangeError, `${name}: `);
    }
    const whole = tensor(1, "int32");
    assertThrows(
      () => search((x: Tensor<[], "int32">) => x.astype("float32"), whole, whole),
      DTypeError,
      `${name}: params must be of floats, got int32`,
    );
  });
}

function negated<P>(loss: (params: P) => Tensor<[], "float64">) {
  return (params: P): Tensor<[], "float64"> => loss(params).neg();
}

Deno.test("strongWolfe: an unbounded loss is followed until evaluations run out", () => {
  type One = Tensor<[], "float64">;
  const end = strongWolfe((x: One) => x.neg(), tensor(0, "float64"), tensor(1, "float64"));
  assertEquals([end.found.item(), end.evaluations.item()], [false, 25]);
  assert(end.step.item() > 1e10, "the best step so far is taken");
  assertThrows(
    () => strongWolfe((x: One) => x, tensor(0, "float64"), tensor(1, "float64"), { curvature: 1 }),
    RangeError,
    "strongWolfe: curvature must be above 0.0001 to below 1, got 1",
  );
});

const methods = {
  lbfgs: lbfgs(),
  "lbfgs with history 1": lbfgs({ history: 1 }),
  gradientDescent: gradientDescent(),
};

for (const [name, method] of Object.entries(methods)) {
  type Params = { readonly w: Tensor<[2], "float64">; readonly b: Tensor<[], "float64"> };
  const loss = ({ w, b }: Params) =>
    w.sub(tensor([1, -2], "float64")).square().sum().add(b.mul(w.sum()).add(b.mul(3)).square());
  const start: Params = { w: tensor([4, 4], "float64"), b: tensor(2, "float64") };
  const options = { method: method as ReturnType<typeof lbfgs>, maxIterations: 5000 };

  Deno.test(`${name}: steps never go up, and one program makes them`, () => {
    let progress = options.method.init(loss, start);
    const step = jit((now: typeof progress) => options.method.step(loss, now));
    for (let i = 0; i < 20; i++) {
      const next = step(progress);
      assert(next.value.item() <= progress.value.item() * (1 + 1e-12) + 1e-15);
      assertAlmostEquals(next.value.item(), loss(next.params).item(), 1e-12);
      assertClose(next.gradient.w.toArray(), grad(loss)(next.params).w.toArray(), 1e-9, "", 1);
      progress = next;
    }
    assertEquals(traceCount(step), 1);
    assertEquals(progress.iterations.item(), 20);
  });

  Deno.test(`${name}: minimizes trees, compiled and batched alike`, () => {
    const found = minimize(loss, start, options);
    assert(found.converged.item());
    assertClose(found.params.w.toArray(), [1, -2], 1e-5);
    const compiled = jit((params: Params) => minimize(loss, params, options))(start);
    assertEquals(compiled.iterations.item(), found.iterations.item());
    const bowl = (x: Tensor<[2], "float64">) => x.sub(1).pow(2).sum().add(x.pow(4).sum());
    const starts = tensor([[0, 2], [-3, 1], [5, 5]], "float64");
    const many = vmap((x: Tensor<[2], "float64">) => minimize(bowl, x, options))(starts);
    for (const [i, row] of starts.toArray().entries()) {
      const alone = minimize(bowl, tensor(row as [number, number], "float64"), options);
      assertClose(many.params.toArray()[i], alone.params.toArray(), 1e-9);
      assertEquals(many.iterations.toArray()[i], alone.iterations.item());
    }
  });

  Deno.test(`${name}: stays at a minimum, and where there is no way down`, () => {
    const at = minimize((x: Vector) => x.square().sum(), vector([0, 0], "float64"), options);
    assertEquals([at.iterations.item(), at.converged.item()], [0, true]);
    assertEquals(at.params.toArray(), [0, 0]);
    // A step from a minimum changes nothing but the count, and says that it is stuck.
    const square = (x: Vector) => x.square().sum();
    const stuck = options.method.step(square, options.method.init(square, vector([0], "float64")));
    assertEquals([stuck.params.toArray(), stuck.stalled.item()], [[0], true]);
    for (const bad of [NaN, Infinity, -Infinity]) {
      const lost = minimize((x: Vector) => x.sum().add(bad), vector([1, 2], "float64"), options);
      assertEquals([lost.params.toArray(), lost.converged.item()], [[1, 2], false]);
      assert(lost.iterations.item() <= 1);
    }
  });

  Deno.test(`${name}: avoids where the loss is not defined`, () => {
    // x - log x, whose logarithm is NaN beyond 0.
    const barrier = (x: Vector) => x.sub(x.log()).sum();
    const found = minimize(barrier, vector([30, 0.01, 5], "float64"), options);
    assert(found.converged.item());
    assertClose(found.params.toArray(), [1, 1, 1], 1e-4);
  });

  Deno.test(`${name}: float32 reaches what float32 can tell`, () => {
    const bowl = (x: Tensor<[3]>) =>
      x.sub(tensor([1, 2, 3])).square().mul(tensor([1, 5, 25])).sum();
    const found = minimize(bowl, tensor([0, 0, 0]), options);
    assertEquals([found.params.dtype, found.value.dtype], ["float32", "float32"]);
    assert(found.converged.item());
    assertClose(found.params.toArray(), [1, 2, 3], 1e-5);
    const impossible = minimize(bowl, tensor([0.1, 0.2, 0.7]), { ...options, tolerance: 0 });
    assertClose(impossible.params.toArray(), [1, 2, 3], 1e-4);
    assert(impossible.iterations.item() < 5000, "it stops where it gets no further");
  });
}

Deno.test("lbfgs: float32 finds Rosenbrock's minimum", () => {
  const found = minimize(rosenbrock<"float32">, vector([-1.2, 1], "float32"), { tolerance: 1e-4 });
  assert(found.converged.item());
  assertClose(found.params.toArray(), [1, 1], 1e-3);
});

Deno.test("lbfgs: a quadratic of n unknowns takes little more than n steps", () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 1, max: 100, noNaN: true }), { minLength: 4, maxLength: 4 }),
      (scales) => {
        const loss = (x: Vector) => x.sub(1).square().mul(vector(scales, "float64")).sum();
        const found = minimize(loss, vector([0, 0, 0, 0], "float64"), {
          tolerance: 1e-8,
          method: lbfgs({ curvature: 0.1 }),
        });
        assert(found.converged.item());
        assert(found.iterations.item() <= 16, `${found.iterations.item()}`);
      },
    ),
    { numRuns: 20 },
  );
});

Deno.test("minimize: options out of range", () => {
  const loss = (x: Vector) => x.sum();
  const x = vector([1], "float64");
  assertThrows(() => minimize(loss, x, { tolerance: -1 }), RangeError, "minimize: tolerance");
  assertThrows(() => minimize(loss, x, { maxIterations: 0 }), RangeError, "maxIterations");
  assertThrows(() => lbfgs({ history: 0 }), RangeError, "lbfgs: history");
  assertThrows(() => lbfgs({ curvature: 1e-5 }), RangeError, "lbfgs: curvature");
  assertThrows(() => gradientDescent({ grow: 0.5 }), RangeError, "gradientDescent: grow");
  assertThrows(() => gradientDescent({ shrink: 1 }), RangeError, "gradientDescent: shrink");
});

Deno.test("minimize: a tree without leaves is at its minimum", () => {
  const found = minimize(() => tensor(3), {});
  assertEquals([found.value.item(), found.converged.item()], [3, true]);
});
