/**
 * Transformations and control flow against JAX's, in both float dtypes; `tools/oracle_transforms.py`
 * made the figures.
 */
import { assertEquals } from "@std/assert";
import {
  add,
  type AnyTensor,
  associativeScan,
  checkpoint,
  clip,
  cond,
  cos,
  customVjp,
  exp,
  foriLoop,
  fromBuffer,
  grad,
  greater,
  hessian,
  jacfwd,
  jacrev,
  jit,
  jvp,
  less,
  log,
  logicalAnd,
  matmul,
  prod,
  reciprocal,
  scan,
  sin,
  stack,
  switchCase,
  tanh,
  type Tensor,
  tensor,
  treeLeaves,
  treeMap,
  valueAndGrad,
  vmap,
  whileLoop,
} from "@katachi/katachi";
import { assertClose, type Figure, figures, numbers } from "../fixtures/figures.ts";

// The tests run in both dtypes; the types are those of the one.
type F<S extends readonly number[]> = Tensor<S>;
type Scalar = F<[]>;

interface Loop {
  value: Figure;
  gradients: Figure[];
  hvp: Figure[];
  jvp: Figure;
  hessian: Figure;
}

interface Figures {
  rnn: Loop;
  rnnReversed: Loop;
  rnnBatch: Figure[];
  newton: { rounds: Figure; roots: Figure; slopes: Figure };
  foriLoop: { value: Figure; gradients: Figure[]; jacobian: Figure };
  cond: { values: Figure; gradients: Figure; hessians: Figure };
  switch: { values: Figure; gradients: Figure };
  associativeScan: { products: Figure; reversed: Figure; sums: Figure; gradient: Figure };
  jacobian: { reverse: Figure; forward: Figure; second: Figure; rosenbrock: Figure };
  perExample: Figure[];
  checkpoint: { gradients: Figure[]; hvp: Figure[] };
  customVjp: { clipped: Figure; log1pExp: Figure; twice: Figure; inScan: Figure };
}

type DType = "float64" | "float32";
const all = await figures<Record<DType, Figures>>("transforms");

type Cell = readonly [w: F<[3, 3]>, u: F<[3, 2]>, b: F<[3]>, h: F<[3]>, xs: F<[5, 2]>];

const step = (w: F<[3, 3]>, u: F<[3, 2]>, b: F<[3]>) => (h: F<[3]>, x: F<[2]>): F<[3]> =>
  tanh(matmul(w, h).add(matmul(u, x)).add(b));

const rnn = (...[w, u, b, h, xs]: Cell): Scalar => {
  const cell = step(w, u, b);
  const [last, ys] = scan(
    (h: F<[3]>, x) => {
      const next = cell(h, x);
      return [next, next.mul(next.sum())];
    },
    h,
    xs,
  );
  return sin(last).sum().add(ys.square().sum());
};

const rnnReversed = (...[w, u, b, h, xs]: Cell): Scalar => {
  const cell = step(w, u, b);
  const [last, ys] = scan(
    (h: F<[3]>, x) => {
      const next = cell(h, x);
      return [next, next.slice([0]).mul(x)];
    },
    h,
    xs,
    { reverse: true },
  );
  return last.sum().add(cos(ys).sum());
};

const newton = (a: Scalar) =>
  whileLoop(
    ({ i, x }: { i: Tensor<[], "int32">; x: Scalar }) =>
      logicalAnd(less(i, 10), greater(x.mul(x).sub(a).abs(), 1e-4)),
    ({ i, x }) => ({ i: i.add(1), x: x.add(a.div(x)).div(2) }),
    { i: tensor(0, "int32"), x: a },
  );

const chosen = (x: F<[3]>): Scalar =>
  cond(greater(x.sum(), 0), (x) => sin(x).sum(), (x) => x.pow(3).sum(), x);

const switched = (i: Tensor<[], "int32">, x: F<[3]>): Scalar =>
  switchCase(i, [(x) => x.sum(), (x) => x.mul(x).sum(), (x) => prod(exp(x))], x);

type Params = readonly (readonly [w: AnyTensor, b: AnyTensor])[];

const mlp = (params: Params, x: F<[3]>, y: F<[2]>): Scalar => {
  const layer = ([w, b]: Params[number], x: AnyTensor) => matmul(w, x).add(b as never);
  const hidden = params.slice(0, -1).reduce(
    (x, p) => tanh(layer(p, x)) as AnyTensor,
    x as AnyTensor,
  );
  return layer(params.at(-1)!, hidden).sub(y as never).square().sum() as Scalar;
};

const at = (x: F<[3]>, i: number): Scalar => x.slice([i]) as Scalar;

const small = (x: F<[3]>) =>
  stack([
    sin(at(x, 0).mul(at(x, 1))),
    exp(at(x, 2)).mul(at(x, 0)),
    x.square().sum(),
    at(x, 1).div(at(x, 2).square().add(1)),
  ]);

const rosenbrock = (x: F<[4]>): Scalar => {
  const head = x.slice([[0, -1]]), tail = x.slice([[1, null]]);
  return tail.sub(head.square()).square().mul(100).add(head.sub(1).square()).sum();
};

const clipped = <S extends readonly number[]>(x: F<S>): F<S> =>
  customVjp((x: F<S>) => sin(x), {
    forward: (x) => [sin(x), cos(x)],
    backward: (c, ct) => [clip(ct.mul(c as never) as F<S>, -0.5, 0.5)],
  })(x);

const log1pExp = customVjp((x: Scalar) => log(exp(x).add(1)), {
  forward: (x) => [log(exp(x).add(1)), exp(x)],
  backward: (e, ct) => [reciprocal(e.add(1)).neg().add(1).mul(ct)],
});

for (const dtype of ["float64", "float32"] as const) {
  const expected = all[dtype];
  // Of second derivatives in float32 both sides lose about so much.
  const tolerance = dtype === "float64" ? 1e-11 : 1e-5;

  const close = (found: AnyTensor, figure: Figure, what: string) => {
    assertEquals(found.dtype as string, dtype, what);
    assertClose(found.toArray(), numbers(figure), tolerance, what, 1);
  };
  const closeAll = (found: unknown, figures: readonly Figure[], what: string) => {
    const leaves = treeLeaves(found);
    assertEquals(leaves.length, figures.length, what);
    leaves.forEach((leaf, i) => close(leaf, figures[i], `${what} ${i}`));
  };
  const from = (values: readonly number[], shape: readonly number[]) =>
    fromBuffer(
      dtype === "float64" ? Float64Array.from(values) : Float32Array.from(values),
      shape,
    ) as AnyTensor;
  const numbered = <const S extends readonly number[]>(shape: S, start = 1) => {
    const size = shape.reduce((a, b) => a * b, 1);
    const values = Array.from({ length: size }, (_, i) => Math.sin(start + i));
    return from(values, shape) as F<{ -readonly [I in keyof S]: S[I] }>;
  };
  const test = (name: string, body: () => void) => Deno.test(`${name}, as in JAX (${dtype})`, body);

  const cell: Cell = [
    numbered([3, 3]),
    numbered([3, 2], 20),
    numbered([3], 30),
    numbered([3], 40),
    numbered([5, 2], 50),
  ];
  const along = cell.map(({ shape }, i) => numbered(shape, 60 + 10 * i)) as unknown as Cell;
  const rows = numbered([6, 3], 5);

  for (const [name, f] of [["rnn", rnn], ["rnnReversed", rnnReversed]] as const) {
    test(`${name}: value, gradients by everything, products with the Hessian`, () => {
      const figures = expected[name];
      const options = { argnums: [0, 1, 2, 3, 4] } as const;
      for (const g of [f, jit(f)] as (typeof f)[]) {
        const [value, gradients] = valueAndGrad(g, options)(...cell);
        close(value, figures.value, "value");
        closeAll(gradients, figures.gradients, "gradient");
        close(jvp(g, [...cell], [...along])[1], figures.jvp, "jvp");
        closeAll(jvp(grad(g, options), [...cell], [...along])[1], figures.hvp, "hvp");
        close(hessian(g)(...cell), figures.hessian, "hessian");
      }
    });
  }

  test("rnn: gradients of a batch of sequences", () => {
    const batched = vmap(grad(rnn, { argnums: [0, 4] }), { inAxes: [null, null, null, null, 0] });
    const [w, u, b, h] = cell;
    closeAll(batched(w, u, b, h, numbered([4, 5, 2], 100)), expected.rnnBatch, "gradient");
  });

  test("whileLoop: its derivative along a tangent, with a number of rounds for each example", () => {
    const points = from([0.5, 2, 9, 100], [4]) as F<[4]>;
    const one = from([1], []) as Scalar;
    const [{ i, x }, { x: slope }] = vmap((a: Scalar) => jvp(newton, [a], [one]))(points);
    assertEquals(i.toArray() as unknown, expected.newton.rounds);
    close(x, expected.newton.roots, "roots");
    close(slope, expected.newton.slopes, "slopes");
  });

  test("foriLoop", () => {
    const powers = (x: F<[3]>, w: F<[3, 3]>) =>
      foriLoop(
        0,
        4,
        (i, c: F<[3]>) => sin(matmul(w, c)).add(c.div(i.astype(dtype).add(1) as Scalar)),
        x,
      );
    const [x, w] = [numbered([3]), numbered([3, 3], 10)] as const;
    const { value, gradients, jacobian } = expected.foriLoop;
    close(powers(x, w), value, "value");
    const total = (x: F<[3]>, w: F<[3, 3]>) => prod(powers(x, w));
    closeAll(grad(total, { argnums: [0, 1] })(x, w), gradients, "gradient");
    close(jacfwd(powers, { argnums: 1 })(x, w), jacobian, "jacobian");
  });

  test("cond and switchCase, chosen for each example", () => {
    close(vmap(chosen)(rows), expected.cond.values, "values");
    close(vmap(grad(chosen))(rows), expected.cond.gradients, "gradients");
    close(vmap(hessian(chosen))(rows), expected.cond.hessians, "hessians");
    const index = tensor([-1, 0, 1, 2, 3, 1], "int32");
    close(vmap(switched)(index, rows), expected.switch.values, "values");
    const gradient = grad(switched, { argnums: 1 });
    close(vmap(gradient)(index, rows), expected.switch.gradients, "gradients");
  });

  test("associativeScan", () => {
    const matrices = numbered([7, 2, 2], 3);
    const product = (a: F<[7, 2, 2]>, b: F<[7, 2, 2]>) => matmul(a, b);
    const { products, reversed, sums, gradient } = expected.associativeScan;
    close(associativeScan(product, matrices), products, "products");
    close(associativeScan(product, matrices, { reverse: true }), reversed, "reversed");
    close(associativeScan((a, b) => add(a, b), rows, { axis: 1 }), sums, "sums");
    const total = (x: F<[7, 2, 2]>) => associativeScan(product, x).sum();
    close(grad(total)(matrices), gradient, "gradient");
  });

  test("jacrev, jacfwd and hessian", () => {
    const x = numbered([3], 7);
    const { reverse, forward, second } = expected.jacobian;
    close(jacrev(small)(x), reverse, "reverse");
    close(jacfwd(small)(x), forward, "forward");
    close(hessian(small)(x), second, "second");
    const bend = hessian(rosenbrock)(numbered([4], 2));
    assertClose(
      bend.toArray(),
      numbers(expected.jacobian.rosenbrock),
      tolerance,
      "rosenbrock",
      100,
    );
  });

  test("per-example gradients of an MLP, and its gradients under checkpoint", () => {
    const params: Params = [
      [numbered([4, 3], 1), numbered([4], 2)],
      [numbered([2, 4], 3), numbered([2], 4)],
    ];
    const [xs, ys] = [numbered([5, 3], 6), numbered([5, 2], 8)] as const;
    const perExample = vmap(grad(mlp), { inAxes: [null, 0, 0] });
    closeAll(perExample(params, xs, ys), expected.perExample, "gradient");
    closeAll(jit(perExample)(params, xs, ys), expected.perExample, "gradient");
    const [x, y] = [numbered([3], 6), numbered([2], 8)] as const;
    const remat = (params: Params) => checkpoint(mlp)(params, x, y);
    const { gradients, hvp } = expected.checkpoint;
    closeAll(grad(remat)(params), gradients, "gradient");
    const tangent = treeMap((leaf) => cos(leaf), params);
    closeAll(jvp(grad(remat), [params], [tangent])[1], hvp, "hvp");
  });

  test("derivatives of one's own", () => {
    const figures = expected.customVjp;
    close(grad((x: F<[6, 3]>) => clipped(x).mul(3).sum())(rows), figures.clipped, "clipped");
    const far = from([-100, -1, 0, 1, 30, 1000], [6]) as F<[6]>;
    close(vmap(grad(log1pExp))(far), figures.log1pExp, "log1pExp");
    const near = far.slice([[1, 5]]);
    close(vmap(grad(grad(log1pExp)))(near), figures.twice, "twice");
    const looped = (c: Scalar) =>
      scan((c: Scalar, x: Scalar) => [clipped(c.mul(x)), null], c, rows.slice([0]))[0];
    close(grad(looped)(from([0.7], []) as Scalar), figures.inScan, "inScan");
  });
}
