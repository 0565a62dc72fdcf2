/** The transformations: their results, their nesting, and their errors. */
import { assertAlmostEquals, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import {
  add,
  type AnyTensor,
  countEquations,
  DTypeError,
  grad,
  jit,
  makeTape,
  matmul,
  mul,
  ones,
  runTape,
  ShapeError,
  sin,
  stopGradient,
  tanh,
  type Tensor,
  tensor,
  traceCount,
  TraceError,
  TreeError,
  valueAndGrad,
  vjp,
  where,
  zeros,
} from "@katachi/katachi";

type Scalar = Tensor<[], "float64">;
const at = (x: number): Scalar => tensor(x, "float64");

Deno.test("derivatives of any order", () => {
  let f = (x: Scalar): Scalar => sin(x);
  for (
    const expected of [Math.cos, (x: number) => -Math.sin(x), (x: number) => -Math.cos(x), Math.sin]
  ) {
    f = grad(f);
    assertAlmostEquals(f(at(0.7)).item(), expected(0.7), 1e-14);
  }
});

Deno.test("trees of parameters: nested objects, arrays, tuples, null", () => {
  const params = {
    layers: [{ w: ones([2, 3]) }, { w: ones([2, 3]) }],
    pair: [tensor(2), tensor(3)] as [Tensor<[]>, Tensor<[]>],
    nothing: null,
  };
  const loss = (p: typeof params) =>
    p.layers[0].w.mul(p.layers[1].w).sum().mul(p.pair[0]).add(p.pair[1]);
  const gradient = grad(loss)(params);
  assertEquals(gradient.layers[0].w.toArray(), [[2, 2, 2], [2, 2, 2]]);
  assertEquals(gradient.pair[0].item(), 6);
  assertEquals(gradient.pair[1].item(), 1);
  assertEquals(gradient.nothing, null);
});

Deno.test("argnums and hasAux", () => {
  const f = (a: Tensor<[2]>, b: Tensor<[2]>) => a.mul(b).sum();
  const [x, y] = [tensor([1, 2]), tensor([3, 4])];
  assertEquals(grad(f, { argnums: 1 })(x, y).toArray(), [1, 2]);
  const [da, db] = grad(f, { argnums: [0, 1] })(x, y);
  assertEquals([da.toArray(), db.toArray()], [[3, 4], [1, 2]]);

  const g = (
    a: Tensor<[2]>,
  ): [Tensor<[]>, { twice: Tensor<[2]> }] => [a.sum(), { twice: a.mul(2) }];
  const [gradient, aux] = grad(g, { hasAux: true })(x);
  assertEquals([gradient.toArray(), aux.twice.toArray()], [[1, 1], [2, 4]]);
  const [[value, more], again] = valueAndGrad(g, { hasAux: true })(x);
  assertEquals([value.item(), more.twice.toArray(), again.toArray()], [3, [2, 4], [1, 1]]);
});

Deno.test("other arguments may be anything", () => {
  const f = (x: Scalar, options: { power: number; name: string }) => x.pow(options.power);
  assertEquals(grad(f)(at(3), { power: 2, name: "square" }).item(), 6);
});

Deno.test("JavaScript control flow on values is differentiated as it went", () => {
  const branch = (x: Scalar): Scalar => x.item() > 0 ? x.mul(x) : x.neg();
  assertEquals([grad(branch)(at(3)).item(), grad(branch)(at(-3)).item()], [6, -1]);

  const loop = (x: Scalar): Scalar => {
    let y = x;
    while (y.item() < 100) y = y.mul(y);
    return y;
  };
  assertEquals(grad(loop)(at(3)).item(), 8 * 3 ** 7);

  const power = (x: Scalar, n: number): Scalar => n === 0 ? at(1) : x.mul(power(x, n - 1));
  assertEquals(grad(power)(at(2), 5).item(), 80);

  const dice = (x: Scalar): Scalar => {
    const chosen = Math.random() < 0.5;
    const y = chosen ? x.mul(2) : x.mul(3);
    factor = chosen ? 2 : 3;
    return y;
  };
  let factor = 0;
  for (let i = 0; i < 20; i++) assertEquals(grad(dice)(at(1)).item(), factor);
});

Deno.test("nesting: grad, jit and vjp in every order", () => {
  const f = (x: Scalar): Scalar => sin(x).mul(x);
  const first = Math.cos(0.3) * 0.3 + Math.sin(0.3);
  const second = 2 * Math.cos(0.3) - 0.3 * Math.sin(0.3);
  for (const g of [grad(f), jit(grad(f)), grad(jit(f)), jit(grad(jit(f)))]) {
    assertAlmostEquals(g(at(0.3)).item(), first, 1e-15);
  }
  for (
    const g of [
      grad(grad(f)),
      grad(jit(grad(f))),
      jit(grad(grad(jit(f)))),
      grad((x: Scalar) => vjp(jit(f), x)[1](at(1))[0]),
    ]
  ) {
    assertAlmostEquals(g(at(0.3)).item(), second, 1e-15);
  }
});

Deno.test("a compiled function may close over a tensor that is being differentiated", () => {
  const f = (x: Scalar): Scalar => jit((y: Scalar) => y.mul(x))(x.mul(x));
  assertEquals(grad(f)(at(2)).item(), 12);
  assertEquals(grad(grad(f))(at(2)).item(), 12);
  assertEquals(jit(grad(f))(at(2)).item(), 12);
});

Deno.test("inner and outer variables are kept apart", () => {
  // d/dx (x · d/dy (x + y)) = 1, not 2: the perturbations must not be confused.
  const f = (x: Scalar): Scalar => x.mul(grad((y: Scalar) => x.add(y))(at(1)));
  assertEquals(grad(f)(at(1)).item(), 1);
});

Deno.test("an argument that is not used, or only through integers, has the gradient 0", () => {
  assertEquals(grad((_: Tensor<[2]>) => tensor(1))(ones([2])).toArray(), [0, 0]);
  const steps = (x: Tensor<[2]>) => x.astype("int32").astype("float32").sum();
  assertEquals(grad(steps)(ones([2])).toArray(), [0, 0]);
  assertEquals(grad((x: Tensor<[]>) => stopGradient(x).mul(x))(tensor(3)).item(), 3);
});

Deno.test("the pullback of vjp may be called again, and takes trees", () => {
  const f = (p: { a: Tensor<[2]>; b: Tensor<[2]> }) => ({
    sum: add(p.a, p.b),
    product: mul(p.a, p.b),
  });
  const [, pullback] = vjp(f, { a: tensor([1, 2]), b: tensor([3, 4]) });
  for (let i = 0; i < 2; i++) {
    const [{ a, b }] = pullback({ sum: tensor([1, 1]), product: tensor([10, 10]) });
    assertEquals([a.toArray(), b.toArray()], [[31, 41], [11, 21]]);
  }
});

Deno.test("jit traces once for each form of its arguments", () => {
  const f = jit((x: AnyTensor) => mul(x, 2));
  f(zeros([3]));
  f(ones([3]));
  assertEquals(traceCount(f), 1);
  f(zeros([4]));
  f(zeros([3], "float64"));
  assertEquals(traceCount(f), 3);
  assertThrows(() => traceCount(() => 1), TypeError, "needs a function made by jit");
});

Deno.test("jit refuses beyond maxTraces and says what is new", () => {
  const f = jit(function double(x: AnyTensor) {
    return mul(x, 2);
  }, { maxTraces: 1 });
  f(zeros([3]));
  const { message } = assertThrows(() => f(zeros([4])), TraceError);
  assertEquals(
    message,
    "jit: would trace double more than maxTraces = 1 times: " +
      "argument 0 has the shape [4], had [3] (in trace 1)",
  );
});

Deno.test("the order of an object's keys does not matter", () => {
  const f = jit((p: { a: Tensor<[]>; b: Tensor<[]> }) => p.a.sub(p.b));
  assertEquals(f({ a: tensor(5), b: tensor(2) }).item(), 3);
  assertEquals(f({ b: tensor(2), a: tensor(5) }).item(), 3);
  assertEquals(traceCount(f), 1);
});

Deno.test("errors: a result that is no scalar, no float, no tensor", () => {
  const vector = (x: Tensor) => x.mul(2);
  assertThrows(
    () => grad(vector)(ones([3])),
    ShapeError,
    "grad: the function must return a scalar, got [3]",
  );
  const count = (x: Tensor) => x.argmax();
  assertThrows(
    () => grad(count)(ones([3])),
    DTypeError,
    "grad: the function must return a float, got int32",
  );
  const number = ((x: Tensor) => x.sum().item()) as unknown as (x: Tensor) => Tensor<[]>;
  assertThrows(() => grad(number)(ones([3])), TreeError, "must return a scalar tensor, got number");
  const late = (async (x: Tensor) => await x.sum()) as unknown as (x: Tensor) => Tensor<[]>;
  assertThrows(() => grad(late)(ones([3])), TreeError, "it cannot be async");
});

Deno.test("errors: an integer input, a leaf that is no tensor, an argument that is not there", () => {
  const f = (p: { step: Tensor<[], "int32"> }) => p.step.astype("float32");
  assertThrows(
    () => grad(f)({ step: tensor(1, "int32") }),
    DTypeError,
    "grad: argument 0.step is int32, and gradients are of float32 and float64 only",
  );
  const g = (p: { rate: number; w: Tensor<[]> }) => p.w.mul(p.rate);
  assertThrows(
    () => grad(g)({ rate: 0.5, w: tensor(1) }),
    TreeError,
    "grad: argument 0.rate is the number 0.5, not a tensor; write tensor(0.5)",
  );
  assertThrows(() => jit(g)({ rate: 0.5, w: tensor(1) }), TreeError, "jit: argument 0.rate");
  assertThrows(
    () => grad((x: Tensor<[]>) => x, { argnums: 2 })(tensor(1)),
    TreeError,
    "grad: there is no argument 2, the function got 1",
  );
});

Deno.test("errors: reading a traced value under jit names the way", () => {
  const f = jit((x: Tensor<[]>) => x.item() > 0 ? x : x.neg());
  const error = assertThrows(() => f(tensor(1)), TraceError);
  for (const word of ["item()", "jit", "where", "cond", "scan"]) {
    assertStringIncludes(error.message, word);
  }
  for (const read of [(x: Tensor) => x.toArray(), (x: Tensor) => x.data, (x: Tensor) => `${x}`]) {
    assertThrows(
      () => jit((x: Tensor) => (read(x), x))(ones([2])),
      TraceError,
      "is not known while jit",
    );
  }
});

Deno.test("errors: a traced tensor that leaked out of its trace", () => {
  let leaked: Tensor<[2]> = ones([2]);
  jit((x: Tensor<[2]>) => {
    leaked = x.mul(2);
    return leaked;
  })(ones([2]));
  const error = assertThrows(() => add(leaked, 1), TraceError, "leaked out of jit");
  assertStringIncludes(error.message, "return it instead");
  assertThrows(() => leaked.toArray(), TraceError, "leaked out of jit");
});

Deno.test("errors: a cotangent of another tree or shape", () => {
  const [, pullback] = vjp((x: Tensor) => ({ y: x.mul(2) }), ones([2]));
  assertThrows(() => pullback({ y: ones([3]) }), ShapeError, "vjp: the cotangent.y is float32[3]");
  const other = { z: ones([2]) } as unknown as { y: Tensor };
  assertThrows(
    () => pullback(other),
    TreeError,
    "vjp: the result and the cotangent are different trees",
  );
});

Deno.test("a failing function leaves no trace behind", () => {
  assertThrows(() =>
    jit((_: Tensor) => {
      throw new RangeError("mine");
    })(ones([2])), RangeError);
  assertEquals(add(tensor(1), 1).item(), 2);
});

Deno.test("the gradient of a compiled function is two tapes: forward with residuals, and back", () => {
  const f = jit((w: Tensor<[3, 2]>) => tanh(matmul(ones([4, 3]), w)).sum());
  const tape = makeTape(grad(f))(ones([3, 2]));
  const { call, tanh: tanhs } = countEquations(tape);
  assertEquals([call, tanhs], [2, 1]);
  const [gradient] = runTape(tape, ones([3, 2]));
  assertEquals(gradient.toArray(), grad(f)(ones([3, 2])).toArray());
});

Deno.test("where: no gradient flows into the branch not taken", () => {
  const f = (x: Tensor<[2]>) => where(tensor([true, false]), x.mul(2), x.mul(3)).sum();
  assertEquals(grad(f)(ones([2])).toArray(), [2, 3]);
});
