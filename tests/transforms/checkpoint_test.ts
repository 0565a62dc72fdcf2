/** `checkpoint`: the same values and derivatives for less memory. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { assertType, type IsExact } from "@std/testing/types";
import {
  checkpoint,
  cost,
  countEquations,
  exp,
  grad,
  hessian,
  jit,
  jvp,
  makeTape,
  matmul,
  scan,
  sin,
  stack,
  tanh,
  type Tensor,
  tensor,
  TraceError,
  TreeError,
  vmap,
  zeros,
} from "@katachi/katachi";
import { split } from "../../src/transforms/split.ts";
import { close, numbered, type Scalar, type Vector, type Wide } from "./tensors.ts";

/** Steps of whose results the way back needs two, beside the argument. */
const layer = (x: Vector): Vector => sin(sin(exp(sin(x))));

/** Layers one after the other. */
const deep = (layer: (x: Vector) => Vector, layers: number) => (x: Vector): Scalar => {
  let y = x;
  for (let i = 0; i < layers; i++) y = layer(y);
  return y.sum();
};

Deno.test("values and derivatives are the function's own, of any order", () => {
  const x = numbered([3]), v = numbered([3], 8);
  const f = deep(layer, 3), g = deep(checkpoint(layer), 3);
  close(g(x), f(x));
  close(grad(g)(x), grad(f)(x));
  close(jit(grad(g))(x), grad(f)(x));
  close(grad(jit(g))(x), grad(f)(x));
  close(hessian(g)(x), hessian(f)(x));
  close(jvp(g, [x], [v])[1], jvp(f, [x], [v])[1]);
  close(vmap(grad(g))(stack([x, v])), stack([x, v].map(grad(f))));
  close(grad(deep(checkpoint(checkpoint(layer)), 2))(x), grad(deep(layer, 2))(x));
  const third = (f: (x: Scalar) => Scalar) => grad(grad(grad(f)));
  const one = (x: Scalar) => sin(exp(x));
  close(third(checkpoint(one))(tensor(0.3, "float64")), third(one)(tensor(0.3, "float64")));
});

Deno.test("trees in and out, closed-over tensors, arguments of other dtypes", () => {
  const w = numbered([3, 3]), x = numbered([3], 9);
  const f = (p: { x: Vector; n: Tensor<[], "int32"> }, w: Wide<[3, 3]>) => {
    const y = tanh(matmul(w, p.x as Wide<[3]>));
    return { y: y.mul(p.n.astype("float64")), pair: [p.n.add(1), null] as const };
  };
  const n = tensor(2, "int32");
  const { y, pair } = checkpoint(f)({ x, n }, w);
  close(y, f({ x, n }, w).y);
  assertEquals([pair[0].item(), pair[1]], [3, null]);
  const loss = (w: Wide<[3, 3]>) => checkpoint((x: Vector) => f({ x, n }, w).y)(x).sum();
  const plain = (w: Wide<[3, 3]>) => f({ x, n }, w).y.sum();
  close(grad(loss)(w), grad(plain)(w));
  close(jit(grad(loss))(w), grad(plain)(w));
});

Deno.test("nothing that happens inside is kept: only arguments are read on the way back", () => {
  const tape = (f: (x: Vector) => Vector) => makeTape(f)(zeros([4], "float64"));
  // What the rules of sin and exp read: x, exp(sin(x)) and the sine of that.
  const { forward, residuals } = split(tape(jit(layer)), [true]);
  assertEquals(forward.outputs.length - 1, 2);
  assertEquals(residuals.length, 3);
  const remat = split(tape(checkpoint(layer)), [true]);
  assertEquals(remat.forward.outputs.length - 1, 0);
  assertEquals(remat.residuals, [{ input: 0 }]);
});

Deno.test("memory grows by one tensor a layer, not by all that the layer makes", () => {
  const n = 1000;
  const peak = (f: (x: Vector) => Scalar) =>
    cost(jit(grad(f)), zeros([n], "float64")).peakBytes / (8 * n);
  const growth = (layer: (x: Vector) => Vector) =>
    (peak(deep(layer, 12)) - peak(deep(layer, 8))) / 4;
  assertEquals(Math.round(growth(layer)), 3);
  assertEquals(Math.round(growth(checkpoint(layer))), 1);
  assert(peak(deep(checkpoint(layer), 12)) < 20);
  assert(peak(deep(layer, 12)) > 36);
});

Deno.test("a checkpoint around the body of a scan lays up the carry alone", () => {
  const loop = (body: (c: Vector) => Vector) => (x: Vector) =>
    scan((c: Vector, _: null) => [body(c), null], x, null, { length: 5 })[0];
  const stacked = (f: (x: Vector) => Vector) => {
    const { forward } = split(makeTape(f)(zeros([4], "float64")), [true]);
    return forward.outputs.length - 1;
  };
  assertEquals(stacked(loop(layer)), 3);
  assertEquals(stacked(loop(checkpoint(layer))), 1);
  const x = numbered([4]);
  close(
    grad((x: Vector) => loop(checkpoint(layer))(x).sum())(x),
    grad((x: Vector) => loop(layer)(x).sum())(x),
  );
});

Deno.test("the arithmetic is done again: one more forward pass, and no more", () => {
  // But for the last layer, whose result the gradient does not need.
  const counts = (f: (x: Vector) => Scalar) =>
    countEquations(makeTape(jit(grad(f)))(numbered([3])));
  const [plain, again] = [counts(deep(layer, 4)), counts(deep(checkpoint(layer), 4))];
  assertEquals([plain.exp, again.exp], [4, 7]);
  assertEquals([plain.cos, again.cos], [12, 12]);
});

Deno.test("errors and types are the function's own", () => {
  const f = checkpoint((x: Tensor<[2]>, n: Tensor<[], "int32">) => ({ x, n }));
  assertType<
    IsExact<typeof f, (x: Tensor<[2]>, n: Tensor<[], "int32">) => { x: Tensor<[2]>; n: typeof n }>
  >(true);
  const n = tensor(1, "int32");
  assertEquals(f(zeros([2]), n).n.item(), 1);
  assertEquals(f.name, "");
  assertEquals(checkpoint(layer).name, "layer");
  assertThrows(
    () => checkpoint((x: Tensor<[]>) => x.item() > 0 ? x : x.neg())(tensor(1)),
    TraceError,
    "is not known while checkpoint records",
  );
  assertThrows(
    () => checkpoint((x: Tensor<[]>) => [x, 1])(tensor(1)),
    TreeError,
    "checkpoint: the result[1] is the number 1, not a tensor",
  );
});
