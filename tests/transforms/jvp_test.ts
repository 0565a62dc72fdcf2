/** Forward mode: values and derivatives along tangents, and the errors. */
import { assertEquals, assertThrows } from "@std/assert";
import { assertType, type IsExact } from "@std/testing/types";
import {
  type AnyTensor,
  exp,
  grad,
  greater,
  jit,
  jvp,
  KatachiError,
  linearize,
  log,
  matmul,
  mul,
  ones,
  sin,
  stack,
  stopGradient,
  type Tensor,
  tensor,
  vmap,
  zeros,
} from "@katachi/katachi";
import { close, numbered, type Scalar, type Wide } from "./tensors.ts";

const at = (x: number): Scalar => tensor(x, "float64");

Deno.test("the derivative along a tangent, of one argument and of several", () => {
  const [y, dy] = jvp((x: Scalar) => sin(x).mul(x), [at(0.7)], [at(2)]);
  close(y, at(Math.sin(0.7) * 0.7));
  close(dy, at(2 * (Math.cos(0.7) * 0.7 + Math.sin(0.7))));
  const a = numbered([2, 3]), b = numbered([3, 4], 5), da = numbered([2, 3], 9);
  const db = numbered([3, 4], 7);
  const [product, change] = jvp((a: Wide<[2, 3]>, b: Wide<[3, 4]>) => matmul(a, b), [a, b], [
    da,
    db,
  ]);
  close(product, matmul(a, b));
  close(change, matmul(da, b).add(matmul(a, db)));
});

Deno.test("trees of arguments and of results; results that no tangent reaches", () => {
  const params = { w: numbered([3]), pair: [at(2), at(3)] as [Scalar, Scalar], none: null };
  const tangents = {
    w: ones([3], "float64"),
    pair: [at(1), at(0)] as typeof params.pair,
    none: null,
  };
  const f = (p: typeof params) => ({
    scaled: p.w.mul(p.pair[0]),
    fixed: ones([2]),
    stopped: stopGradient(p.w),
    chosen: p.w.argmax(),
    positive: [greater(p.w, 0)],
  });
  const [value, change] = jvp(f, [params], [tangents]);
  close(value.scaled, params.w.mul(2));
  close(change.scaled, params.w.add(2));
  assertEquals(change.fixed.toArray(), [0, 0]);
  assertEquals(change.stopped.toArray(), [0, 0, 0]);
  // What is no float does not change.
  assertEquals([change.chosen.toArray(), change.chosen.dtype], [0, "int32"]);
  assertEquals(change.positive[0].toArray(), [false, false, false]);
});

Deno.test("forward over forward, over reverse, reverse over forward: second derivatives", () => {
  const f = (x: Scalar) => exp(sin(x).mul(2));
  const along = (g: (x: Scalar) => Scalar) => (x: Scalar) => jvp(g, [x], [at(1)])[1];
  const second = (x: number) =>
    Math.exp(2 * Math.sin(x)) * (4 * Math.cos(x) ** 2 - 2 * Math.sin(x));
  for (const g of [along(along(f)), along(grad(f)), grad(along(f)), jit(along(jit(grad(f))))]) {
    close(g(at(0.4)), at(second(0.4)));
  }
  close(along(along(along(f)))(at(0.4)), grad(grad(grad(f)))(at(0.4)));
});

Deno.test("under vmap and jit, and with them inside", () => {
  const f = (x: Wide<[3]>) => log(x.square().sum().add(1)).mul(x);
  const xs = numbered([4, 3]), vs = numbered([4, 3], 9);
  const push = (x: Wide<[3]>, v: Wide<[3]>) => jvp(f, [x], [v])[1];
  const expected = stack(
    [0, 1, 2, 3].map((i) => push(xs.slice([i]) as Wide<[3]>, vs.slice([i]) as Wide<[3]>)),
  );
  close(vmap(push)(xs, vs), expected);
  close(jit(vmap(push))(xs, vs), expected);
  close(jvp(vmap(f), [xs], [vs])[1], expected);
  close(jvp(jit(vmap(jit(f))), [xs], [vs])[1], expected);
});

Deno.test("JavaScript control flow on values is differentiated as it went", () => {
  const power = (x: Scalar): Scalar => x.item() > 1 ? power(x.div(2)).mul(x) : x;
  // 3: 3 * 1.5 * 0.75, that is x^3 / 8.
  close(jvp(power, [at(3)], [at(1)])[1], at(27 / 8));
});

Deno.test("linearize runs the function once, and its derivative is linear", () => {
  let runs = 0;
  const f = (x: Wide<[3]>, y: Scalar) => (runs++, [sin(x).mul(y), x.sum()] as const);
  const x = numbered([3]);
  const [[value], derivative] = linearize(f, x, at(2));
  close(value, sin(x).mul(2));
  const v = numbered([3], 5), w = numbered([3], 8);
  const [along] = derivative(v, at(0.5));
  close(along, x.cos().mul(v).mul(2).add(sin(x).mul(0.5)));
  const sum = derivative(v.mul(3).add(w), at(4));
  const [one, other] = [derivative(v, at(1)), derivative(w, at(1))];
  close(sum[0], one[0].mul(3).add(other[0]));
  close(sum[1], one[1].mul(3).add(other[1]));
  assertEquals(runs, 1);
  const all = vmap((v: Wide<[3]>) => derivative(v, at(0))[0])(numbered([5, 3]));
  assertEquals([...all.shape], [5, 3]);
  close(
    jit((v: Wide<[3]>) => derivative(v, at(0.5))[0])(v) as AnyTensor,
    along,
  );
});

Deno.test("an empty tangent space: no arguments, no elements", () => {
  const [value, change] = jvp(() => ones([2]), [], []);
  assertEquals([value.toArray(), change.toArray()], [[1, 1], [0, 0]]);
  const [sum, none] = jvp((x: Wide<[0]>) => x.sum(), [zeros([0], "float64")], [
    zeros([0], "float64"),
  ]);
  assertEquals([sum.item(), none.item()], [0, 0]);
});

Deno.test("types: values and derivatives are as the function's result", () => {
  const [y, dy] = jvp((x: Tensor<[2, 3]>, b: Tensor<[3]>) => ({ sum: x.add(b), b }), [
    zeros([2, 3]),
    zeros([3]),
  ], [zeros([2, 3]), zeros([3])]);
  assertType<IsExact<typeof y, { sum: Tensor<[2, 3]>; b: Tensor<[3]> }>>(true);
  assertType<IsExact<typeof dy, typeof y>>(true);
  const [value, derivative] = linearize((x: Tensor<[4]>) => x.sum(), zeros([4]));
  assertType<IsExact<typeof value, Tensor<[]>>>(true);
  assertType<IsExact<typeof derivative, (x: Tensor<[4]>) => Tensor<[]>>>(true);
  assertEquals(derivative(ones([4])).item(), 4);
});

const f = (a: AnyTensor, b: AnyTensor): AnyTensor => mul(a, b);

const wrong: Record<string, () => unknown> = {
  "jvp: the primals and the tangents are different trees: [*, *] and [*]": () =>
    jvp(f, [ones([2]), ones([2])], [ones([2])] as never),
  "jvp: the primals and the tangents are different trees: [{ a: * }] and [{ b: * }]": () =>
    jvp((p: { a: AnyTensor }) => p.a, [{ a: ones([2]) }], [{ b: ones([2]) } as never]),
  "jvp: tangent 1 is float32[3], the primal is float32[2]": () =>
    jvp(f, [ones([2]), ones([2])], [ones([2]), ones([3])]),
  "jvp: tangent 0 is float64[2], the primal is float32[2]": () =>
    jvp(f, [ones([2]), ones([2])], [ones([2], "float64"), ones([2])]),
  "linearize: tangent 0 is float32[3], the primal is float32[2]": () =>
    linearize(f, ones([2]), ones([2]))[1](ones([3]) as never, ones([2])),
  "jvp: argument 1 is int32, and gradients are of float32 and float64 only; convert it with astype, or leave it out with argnums":
    () => jvp(f, [ones([2]), ones([2], "int32")], [ones([2]), ones([2], "int32")]),
  "jvp: the result is a string, not a tensor": () =>
    jvp((_: AnyTensor) => "y", [ones([])], [ones([])]),
};

for (const [message, use] of Object.entries(wrong)) {
  Deno.test(message, () => assertEquals(assertThrows(use, KatachiError).message, message));
}
