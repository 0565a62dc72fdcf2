/** Jacobians and Hessians: known ones, trees, and the ways to them. */
import { assertEquals, assertThrows } from "@std/assert";
import { assertType, type IsExact } from "@std/testing/types";
import {
  type AnyTensor,
  exp,
  eye,
  grad,
  greater,
  hessian,
  hvp,
  jacfwd,
  jacrev,
  jit,
  KatachiError,
  matmul,
  ones,
  prod,
  sin,
  stack,
  type Tensor,
  tensor,
  treeLeaves,
  vmap,
  zeros,
} from "@katachi/katachi";
import { close, numbered, type Scalar, type Vector, type Wide } from "./tensors.ts";

const wide = (values: number[]): Vector => tensor(values, "float64");
const at = (x: number): Scalar => tensor(x, "float64");

/** H. H. Rosenbrock's valley, of any number of dimensions. */
const rosenbrock = (x: Vector): Scalar => {
  const head = x.slice([[0, -1]]) as Vector;
  const tail = x.slice([[1, null]]) as Vector;
  return tail.sub(head.square()).square().mul(100).add(head.sub(1).square()).sum();
};

Deno.test("the Hessian of Rosenbrock's function is the one from the books", () => {
  const [x, y] = [-1.2, 1];
  const expected = [[1200 * x * x - 400 * y + 2, -400 * x], [-400 * x, 200]];
  const point = wide([x, y]);
  close(hessian(rosenbrock)(point), tensor(expected, "float64"));
  close(jit(hessian(rosenbrock))(point), tensor(expected, "float64"));
  close(grad(rosenbrock)(point), wide([-400 * x * (y - x * x) - 2 * (1 - x), 200 * (y - x * x)]));
  // At the bottom, in five dimensions: tridiagonal.
  const bottom = hessian(rosenbrock)(ones([5], "float64")).toArray();
  assertEquals(bottom[0], [802, -400, 0, 0, 0]);
  assertEquals(bottom[2], [0, -400, 1002, -400, 0]);
  assertEquals(bottom[4], [0, 0, 0, -400, 200]);
});

Deno.test("one step of Newton's method solves a quadratic", () => {
  const a = tensor([[3, 1], [1, 2]], "float64");
  const b = wide([1, -1]);
  const f = (x: Vector) => matmul(x, matmul(a, x)).div(2).sub(matmul(b, x));
  close(hessian(f)(wide([7, -5])), a);
  close(grad(f)(wide([0, 0])), b.neg());
});

Deno.test("hvp is the Hessian times the vector, for trees too, under jit and vmap", () => {
  const x = numbered([4]), v = numbered([4], 7);
  const expected = matmul(hessian(rosenbrock)(x), v);
  close(hvp(rosenbrock, x, v), expected, "", 1e-10);
  close(jit((x: Vector, v: Vector) => hvp(rosenbrock, x, v))(x, v), expected, "", 1e-10);
  const all = vmap((v: Vector) => hvp(rosenbrock, x, v))(numbered([3, 4], 7));
  close(all.slice([0]) as Vector, expected, "", 1e-10);

  const tree = { w: numbered([2, 2]), b: [numbered([2], 4)] as [Wide<[2]>] };
  const along = { w: numbered([2, 2], 8), b: [numbered([2], 9)] as [Wide<[2]>] };
  const loss = (p: typeof tree) => sin(matmul(p.w, p.b[0]).mul(p.b[0])).sum().add(exp(p.w).sum());
  const product = hvp(loss, tree, along);
  const h = hessian(loss)(tree);
  const times = (block: AnyTensor, v: AnyTensor, rank: number) => {
    const own = block.shape.slice(0, block.shape.length - rank);
    return matmul(block.reshape([own.reduce((a, b) => a * b, 1), v.size]), v.reshape([v.size]))
      .reshape(own) as AnyTensor;
  };
  close(product.w, times(h.w.w, along.w, 2).add(times(h.w.b[0], along.b[0], 1)) as AnyTensor);
  close(
    product.b[0],
    times(h.b[0].w, along.w, 2).add(times(h.b[0].b[0], along.b[0], 1)) as AnyTensor,
  );
});

Deno.test("trees: the result's form, of the argument's form; the result's axes first", () => {
  const params = { a: numbered([2, 3]), b: [at(0.5), numbered([0])] as [Scalar, Wide<[0]>] };
  const f = (p: typeof params) => ({
    sums: p.a.sum(1).mul(p.b[0]),
    pair: [p.a.mul(2), p.b[1].sum()] as [Wide<[2, 3]>, Scalar],
  });
  for (const jacobian of [jacrev(f), jacfwd(f), jit(jacrev(f)), jit(jacfwd(f))]) {
    const j = jacobian(params);
    assertEquals(
      treeLeaves(j).map(({ shape }) => [...shape]),
      // pair, then sums; in each a, then b.
      [[2, 3, 2, 3], [2, 3], [2, 3, 0], [2, 3], [], [0], [2, 2, 3], [2], [2, 0]],
    );
    const half = [[0.5, 0.5, 0.5], [0, 0, 0]];
    assertEquals(j.sums.a.toArray(), [half, half.toReversed()]);
    close(j.sums.b[0], params.a.sum(1));
    assertEquals(j.pair[0].a.sum([0, 1]).toArray(), [[2, 2, 2], [2, 2, 2]]);
    assertEquals(j.pair[1].b[0].item(), 0);
  }
});

Deno.test("argnums: a number, or a list for a tuple, of Jacobians and Hessians", () => {
  const f = (a: Wide<[2]>, n: number, b: Wide<[3]>) =>
    matmul(a.square().reshape([2, 1]), b.reshape([1, 3])).mul(n);
  const a = numbered([2]), b = numbered([3], 5);
  for (const jacobian of [jacrev, jacfwd]) {
    const byB = jacobian(f, { argnums: 2 })(a, 3, b);
    assertEquals([...byB.shape], [2, 3, 3]);
    const [again, byA] = jacobian(f, { argnums: [2, 0] })(a, 3, b);
    close(again, byB);
    assertEquals([...byA.shape], [2, 3, 2]);
    close(byA.sum([1]).slice([0, 0]) as Scalar, a.slice([0]).mul(6).mul(b.sum()) as Scalar);
  }
  const total = (a: Wide<[2]>, n: number, b: Wide<[3]>) => sin(f(a, n, b)).sum();
  const [[aa, ab], [ba, bb]] = hessian(total, { argnums: [0, 2] })(a, 3, b);
  assertEquals([aa, ab, ba, bb].map(({ shape }) => [...shape]), [[2, 2], [2, 3], [3, 2], [3, 3]]);
  close(ab, ba.transpose());
  close(hessian(total, { argnums: 2 })(a, 3, b), bb);
});

Deno.test("a Jacobian by an argument that the result does not depend on is zero", () => {
  const f = (_: Wide<[2]>) => ones([3], "float64");
  for (const jacobian of [jacrev(f), jacfwd(f)]) {
    assertEquals(jacobian(numbered([2])).toArray(), [[0, 0], [0, 0], [0, 0]]);
  }
});

Deno.test("over batches, and of batches", () => {
  const f = (x: Wide<[3]>) => sin(x).mul(x.sum());
  const xs = numbered([4, 3]);
  const each = stack([0, 1, 2, 3].map((i) => jacrev(f)(xs.slice([i]) as Wide<[3]>)));
  close(vmap(jacrev(f))(xs), each);
  close(vmap(jacfwd(f))(xs), each);
  close(jit(vmap(jacfwd(jit(f))))(xs), each);
  // No example's result depends on another's argument.
  const all = jacrev(vmap(f))(xs);
  assertEquals([...all.shape], [4, 3, 4, 3]);
  close(all.slice([1, [0, null], 1]) as AnyTensor, each.slice([1]) as AnyTensor);
  assertEquals((all.slice([1, [0, null], 2]) as AnyTensor).abs().sum().item(), 0);
});

Deno.test("third derivatives", () => {
  const f = (x: Wide<[2]>) => x.pow(4).sum().add(prod(x).square());
  const third = jacfwd(jacrev(jacfwd(f)))(wide([2, 3]) as Wide<[2]>);
  close(third, tensor([[[48, 12], [12, 8]], [[12, 8], [8, 72]]], "float64"));
});

Deno.test("float32 stays float32, of mixed dtypes each block has the result's", () => {
  const f = (x: Tensor<[2]>, y: Tensor<[3], "float64">) => x.astype("float64").sum().mul(y);
  const y = tensor([1, 2, 3], "float64");
  for (const jacobian of [jacrev, jacfwd]) {
    assertEquals(jacobian((x: Tensor<[2]>) => sin(x))(zeros([2])).dtype, "float32");
    const [byX, byY] = jacobian(f, { argnums: [0, 1] })(ones([2]), y);
    close(byY, eye(3, "float64").mul(2));
    close(byX, stack([y, y], 1));
    assertType<IsExact<typeof byX, Wide<[3, 2]>>>(true);
  }
});

Deno.test("types: the result's dims, then the argument's; trees of trees; tuples", () => {
  const a = jacrev((x: Tensor<[3, 4]>) => x.sum(1))(zeros([3, 4]));
  assertType<IsExact<typeof a, Tensor<[3, 3, 4]>>>(true);
  const b = jacfwd((p: { w: Tensor<[2, 3]>; b: Tensor<[]> }) => [p.w.sum(0), p.b] as const)({
    w: zeros([2, 3]),
    b: zeros([]),
  });
  assertType<
    IsExact<
      typeof b,
      readonly [
        { w: Tensor<[3, 2, 3]>; b: Tensor<[3]> },
        { w: Tensor<[2, 3]>; b: Tensor<[]> },
      ]
    >
  >(true);
  const c = hessian((x: Tensor<[5]>) => x.square().sum())(zeros([5]));
  assertType<IsExact<typeof c, Tensor<[5, 5]>>>(true);
  const [[aa, ab], [, bb]] = hessian((a: Tensor<[2]>, b: Tensor<[3]>) => a.sum().mul(b.sum()), {
    argnums: [0, 1],
  })(zeros([2]), zeros([3]));
  assertType<IsExact<typeof aa, Tensor<[2, 2]>>>(true);
  assertType<IsExact<typeof ab, Tensor<[2, 3]>>>(true);
  assertType<IsExact<typeof bb, Tensor<[3, 3]>>>(true);
  const many: Tensor<[number]> = zeros([4]);
  const d = jacrev((x: Tensor<[number]>) => sin(x))(many);
  assertType<IsExact<typeof d, Tensor<[number, number]>>>(true);
  const unknown: Tensor = zeros([4]);
  const e = jacrev((x: Tensor) => sin(x))(unknown);
  assertType<IsExact<typeof e, Tensor>>(true);
  const f = hvp((x: Tensor<[4]>) => sin(x).sum(), zeros([4]), ones([4]));
  assertType<IsExact<typeof f, Tensor<[4]>>>(true);
});

const wrong: Record<string, () => unknown> = {
  "jacrev: argument 0 is int32, and gradients are of float32 and float64 only; convert it with astype, or leave it out with argnums":
    () => jacrev((x: AnyTensor) => x)(ones([2], "int32")),
  "jacfwd: the result.at is int32[], and only floats have derivatives": () =>
    jacfwd((x: Tensor<[2]>) => ({ at: x.argmax() }))(ones([2])),
  "jacrev: the result[1] is bool[2], and only floats have derivatives": () =>
    jacrev((x: Tensor<[2]>) => [x, greater(x, 0)])(ones([2])),
  "jacfwd: there is no argument 1, the function got 1": () =>
    jacfwd((x: Tensor<[2]>) => x, { argnums: 1 })(ones([2])),
  "hvp: the function must return a scalar, got [2]": () =>
    hvp((x: AnyTensor) => x, ones([2]), ones([2])),
  "hvp: tangent 0 is float32[3], the primal is float32[2]": () =>
    hvp((x: AnyTensor) => x.sum(), ones([2]), ones([3])),
};

for (const [message, use] of Object.entries(wrong)) {
  Deno.test(message, () => assertEquals(assertThrows(use, KatachiError).message, message));
}
