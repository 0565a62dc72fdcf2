/** Derivatives of one's own: they are used, by every transformation, and their forms are checked. */
import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { assertType, type IsExact } from "@std/testing/types";
import {
  type AnyTensor,
  checkpoint,
  clip,
  customVjp,
  exp,
  grad,
  greater,
  hessian,
  jacfwd,
  jacrev,
  jit,
  jvp,
  KatachiError,
  log,
  log1p,
  matmul,
  ones,
  round,
  scan,
  sigmoid,
  sin,
  stack,
  type Tensor,
  tensor,
  TraceError,
  treeLeaves,
  vjp,
  vmap,
  where,
} from "@katachi/katachi";
import { close, numbered, type Scalar, type Vector, type Wide } from "./tensors.ts";

const at = (x: number): Scalar => tensor(x, "float64");

Deno.test("straight through: the function rounds, its gradient does not", () => {
  const through = customVjp((x: Vector) => round(x), {
    forward: (x) => [round(x), null],
    backward: (_, cotangent) => [cotangent],
  });
  const x = tensor([0.4, 1.6, -2.7], "float64");
  assertEquals(through(x).toArray(), [0, 2, -3]);
  assertEquals(grad((x: Vector) => through(x).square().sum())(x).toArray(), [0, 4, -6]);
  assertEquals(grad((x: Vector) => round(x).square().sum())(x).toArray(), [0, 0, 0]);
});

/** JAX's example: the gradient of log(1 + e^x), which is NaN for large x by the plain rules. */
const log1pExp = customVjp((x: Scalar) => log(exp(x).add(1)), {
  forward: (x) => [log(exp(x).add(1)), exp(x)],
  backward: (e, cotangent) => [cotangent.mul(at(1).sub(at(1).div(e.add(1))))],
});

Deno.test("log(1 + e^x) has a gradient where the plain rules give NaN", () => {
  const plain = (x: Scalar) => log(exp(x).add(1));
  assertEquals(grad(plain)(at(1000)).item(), NaN);
  assertEquals(grad(log1pExp)(at(1000)).item(), 1);
  for (const x of [-3, 0, 0.5, 20]) {
    assertAlmostEquals(grad(log1pExp)(at(x)).item(), 1 / (1 + Math.exp(-x)), 1e-15);
  }
  const xs = tensor([1000, 0, -1000], "float64");
  assertEquals(vmap(grad(log1pExp))(xs).toArray(), [1, 0.5, 0]);
  assertEquals(jit(vmap(jit(grad(log1pExp))))(xs).toArray(), [1, 0.5, 0]);
});

Deno.test("a clipped gradient: the identity, bounds as arguments that get none", () => {
  const clipped = customVjp((_low: Scalar, _high: Scalar, x: Vector) => x, {
    forward: (low, high, x) => [x, { low, high }],
    backward: ({ low, high }, cotangent) => [
      null,
      null,
      where(greater(cotangent, high), high, where(greater(low, cotangent), low, cotangent)),
    ],
  });
  const f = (x: Vector) => clipped(at(-0.5), at(0.5), x).square().sum();
  assertEquals(grad(f)(tensor([-1, 0.1, 3], "float64")).toArray(), [-0.5, 0.2, 0.5]);
  // The bounds get zeros.
  const [, pullback] = vjp(clipped, at(-1), at(1), ones([2], "float64"));
  assertEquals(treeLeaves(pullback(ones([2], "float64"))).map((ct) => ct.toArray()), [0, 0, [
    1,
    1,
  ]]);
});

Deno.test("arguments and results that are no floats; trees of residuals", () => {
  const pick = customVjp(
    (p: { x: Vector; i: Tensor<[], "int32"> }, on: Tensor<[], "bool">) => ({
      y: where(on, p.x.mul(2), p.x),
      next: p.i.add(1),
    }),
    {
      forward: (p, on) => [
        { y: where(on, p.x.mul(2), p.x), next: p.i.add(1) },
        { on, more: [p.i, null] as const },
      ],
      // Ten times what it is; the counter's cotangent is zeros of its dtype, and not looked at.
      backward: ({ on, more: [i] }, { y, next }) => {
        assertEquals([i.dtype, next.dtype], ["int32", "int32"]);
        return [{ x: where(on, y.mul(20), y.mul(10)), i: next }, null];
      },
    },
  );
  const [i, on] = [tensor(3, "int32"), tensor(true)];
  const x = numbered([2]);
  assertEquals(pick({ x, i }, on).next.item(), 4);
  const loss = (x: Vector) => {
    const { y, next } = pick({ x, i }, on);
    return y.mul(next.astype("float64")).sum();
  };
  assertEquals(grad(loss)(x).toArray(), [80, 80]);
  assertEquals(jit(grad(loss))(x).toArray(), [80, 80]);
});

/** Its rule says the sine's derivative is the cosine's double, so that it is seen to be used. */
const doubled = customVjp((x: Vector) => sin(x), {
  forward: (x) => [sin(x), x],
  backward: (x, cotangent) => [cotangent.mul(x.cos()).mul(2)],
});

Deno.test("the rule holds in every mode, and its own derivative is that of its steps", () => {
  const x: Vector = numbered([3]), v: Vector = numbered([3], 7);
  const slope = x.cos().mul(2);
  close(grad((x: Vector) => doubled(x).sum())(x), slope);
  close(jvp(doubled, [x], [v])[1], slope.mul(v));
  close(jacrev(doubled)(x), jacfwd(doubled)(x));
  close(jit(jacfwd(doubled))(x), jacfwd(doubled)(x));
  close(grad((x: Vector) => checkpoint(doubled)(x).sum())(x), slope);
  close(vmap(grad((x: Vector) => doubled(x).sum()))(stack([x, v])), stack([x, v]).cos().mul(2));
  const second = sin(x).mul(-2);
  const total = (x: Vector) => doubled(x).sum();
  close(hessian(total)(x).sum(0) as Vector, second);
  close(jit(hessian(total))(x).sum(0) as Vector, second);
  close(grad((x: Vector) => grad(total)(x).sum())(x), second);
  const [last] = scan((c: Vector, _: null) => [doubled(c), null], x, null, { length: 2 });
  close(last, sin(sin(x)));
  const twice = (x: Vector) =>
    scan((c: Vector, _: null) => [doubled(c), null], x, null, { length: 2 })[0].sum();
  close(grad(twice)(x), sin(x).cos().mul(2).mul(slope));
  // Residuals that are the function's own results keep the rule for higher derivatives.
  const own = customVjp((x: Scalar) => exp(x), {
    forward: (x) => {
      const y = exp(x);
      return [y, y];
    },
    backward: (y, cotangent) => [cotangent.mul(y).mul(3)],
  });
  close(grad(own)(at(0)), at(3));
  close(grad(grad(own))(at(0)), at(9));
  close(grad(grad(grad(own)))(at(0)), at(27));
});

Deno.test("its own rule may call it, and it may be nested in others", () => {
  const stable: (x: Scalar) => Scalar = customVjp((x: Scalar) => log1p(exp(x)), {
    forward: (x) => [stable(x), x],
    backward: (x, cotangent) => [cotangent.mul(sigmoid(x))],
  });
  close(grad(stable)(at(0)), at(0.5));
  const outer = customVjp((x: Scalar) => log1pExp(x).mul(2), {
    forward: (x) => [log1pExp(x).mul(2), grad(log1pExp)(x)],
    backward: (slope, cotangent) => [cotangent.mul(slope).mul(2)],
  });
  assertEquals(grad(outer)(at(1000)).item(), 2);
});

Deno.test("it may close over tensors that are not differentiated by", () => {
  const w = numbered([3, 3]);
  const times = (w: Wide<[3, 3]>) =>
    customVjp((x: Wide<[3]>) => matmul(w, x), {
      forward: (x) => [matmul(w, x), null],
      backward: (_, cotangent) => [matmul(w.transpose(), cotangent).mul(5)],
    });
  const x = numbered([3], 4);
  const expected = matmul(w.transpose(), ones([3], "float64")).mul(5);
  const loss = (x: Wide<[3]>) => times(w)(x).sum();
  close(grad(loss)(x), expected);
  // Traced, but not by the gradient.
  close(jit((w: Wide<[3, 3]>) => grad((x: Wide<[3]>) => times(w)(x).sum())(x))(w), expected);
  const ws = stack([w, w.mul(2)]);
  const all = vmap((w: Wide<[3, 3]>) => grad((x: Wide<[3]>) => times(w)(x).sum())(x))(ws);
  close(all, stack([expected, expected.mul(2)]));
});

Deno.test("closing over a tensor that is differentiated by is an error", () => {
  const message = "customVjp: the function closes over a tensor that is being differentiated by; " +
    "pass it as an argument";
  const f = (w: Scalar) => {
    const scaled = customVjp((x: Scalar) => x.mul(w), {
      forward: (x) => [x.mul(w), null],
      backward: (_, cotangent) => [cotangent.mul(w)],
    });
    return scaled(at(2));
  };
  for (const g of [grad(f), jit(grad(f)), grad(jit(f))]) {
    assertEquals(assertThrows(() => g(at(3)), TraceError).message, message);
  }
});

Deno.test("types: the function's own, residuals as forward gives them", () => {
  const f = customVjp((x: Tensor<[3]>, n: Tensor<[], "int32">) => ({ y: x.sum(), n }), {
    forward: (x, n) => [{ y: x.sum(), n }, [x, n] as const],
    backward: ([x, n], { y }) => {
      assertType<IsExact<typeof x, Tensor<[3]>>>(true);
      assertType<IsExact<typeof n, Tensor<[], "int32">>>(true);
      assertType<IsExact<typeof y, Tensor<[]>>>(true);
      return [x.mul(y), null];
    },
  });
  const result = f(ones([3]), tensor(1, "int32"));
  assertType<IsExact<typeof result, { y: Tensor<[]>; n: Tensor<[], "int32"> }>>(true);
  assertEquals(result.y.item(), 3);
});

/** A rule with parts replaced by wrong ones, that the compiler would refuse. */
function broken(rule: { forward?: unknown; backward?: unknown }): () => unknown {
  const f = customVjp((x: AnyTensor, y: { a: AnyTensor }) => x.mul(y.a as never), {
    forward: (x: AnyTensor, y: { a: AnyTensor }) => [x.mul(y.a as never), [x, y.a]],
    backward: (
      [x, a]: AnyTensor[],
      ct: AnyTensor,
    ) => [ct.mul(a as never), { a: ct.mul(x as never) }],
    ...rule,
  } as never) as (x: AnyTensor, y: { a: AnyTensor }) => AnyTensor;
  return () => f(ones([2]), { a: ones([2]) });
}

const wrong: Record<string, () => unknown> = {
  "customVjp: forward must return [result, residuals]": broken({ forward: (x: AnyTensor) => x }),
  "customVjp: the function's result and forward's result are different trees: * and [*]": broken({
    forward: (x: AnyTensor) => [[x], null],
  }),
  "customVjp: forward's result is float32[], where float32[2] is needed": broken({
    forward: (x: AnyTensor) => [x.sum(), null],
  }),
  "customVjp: forward's result is int32[2], where float32[2] is needed": broken({
    forward: (x: AnyTensor) => [x.astype("int32"), null],
  }),
  "customVjp: residual 0 is the number 3, not a tensor; write tensor(3)": broken({
    forward: (x: AnyTensor) => [x, 3],
  }),
  "customVjp: backward must return a list of 2 cotangents, one for each argument": broken({
    backward: ([x]: AnyTensor[]) => [x],
  }),
  "customVjp: cotangent 0 of backward is float32[], where float32[2] is needed": broken({
    backward: ([x]: AnyTensor[]) => [x.sum(), null],
  }),
  "customVjp: cotangent 1 of backward.a is float64[2], where float32[2] is needed": broken({
    backward: ([x]: AnyTensor[]) => [x, { a: x.astype("float64") }],
  }),
  "customVjp: argument 1 and cotangent 1 of backward are different trees: { a: * } and { b: * }":
    broken({ backward: ([x]: AnyTensor[]) => [x, { b: x }] }),
  "customVjp: argument 1 and cotangent 1 of backward are different trees: { a: * } and [*, *]":
    broken({ backward: ([x]: AnyTensor[]) => [x, [x, x]] }),
  "customVjp: argument 0 is the number 1, not a tensor; write tensor(1)": () =>
    customVjp((x: number) => x, { forward: (x) => [x, null], backward: () => [null] })(1),
};

for (const [message, use] of Object.entries(wrong)) {
  Deno.test(message, () => assertEquals(assertThrows(use, KatachiError).message, message));
}

Deno.test("a rule is clipped where its writer clips it: in float32, too", () => {
  const f = customVjp((x: Tensor<[2]>) => x, {
    forward: (x) => [x, null],
    backward: (_, cotangent) => [clip(cotangent, -1, 1)],
  });
  const gradient = grad((x: Tensor<[2]>) => f(x).mul(3).sum())(ones([2]));
  assertEquals([gradient.toArray(), gradient.dtype], [[1, 1], "float32"]);
});
