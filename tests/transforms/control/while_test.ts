/** `whileLoop` and `foriLoop` against JavaScript's own loops, forward mode, batches, and errors. */
import { assertEquals, assertThrows } from "@std/assert";
import { assertType, type IsExact } from "@std/testing/types";
import fc from "fast-check";
import {
  type AnyTensor,
  cond,
  foriLoop,
  grad,
  greater,
  hessian,
  jacfwd,
  jit,
  jvp,
  KatachiError,
  less,
  makeTape,
  matmul,
  ones,
  scan,
  sin,
  stack,
  tanh,
  type Tensor,
  tensor,
  TraceError,
  vjp,
  vmap,
  type VmapOptions,
  whileLoop,
  zeros,
} from "@katachi/katachi";
import { close, example, numbered, type Scalar, type Vector, type Wide } from "../tensors.ts";

const at = (x: number): Scalar => tensor(x, "float64");
const int = (x: number) => tensor(x, "int32");

/** Newton's method for a square root: as many steps as it takes. */
const root = (a: Scalar): Scalar =>
  whileLoop(
    (x: Scalar) => greater(x.square().sub(a).abs(), 1e-13),
    (x) => x.add(a.div(x)).div(2),
    a,
  );

/** Halves until the sum is small; a carry of several parts, weights closed over. */
interface Carry {
  readonly x: Vector;
  readonly steps: Tensor<[], "int32">;
}
const shrink = (w: Scalar, bound: Scalar, x: Vector) =>
  whileLoop(
    ({ x }: Carry) => greater(x.abs().sum(), bound),
    ({ x, steps }) => ({ x: sin(x.mul(w)), steps: steps.add(1) }),
    { x, steps: int(0) },
  );
const plainly = (w: Scalar, bound: Scalar, x: Vector): Carry => {
  let steps = 0;
  for (; x.abs().sum().item() > bound.item(); steps++) x = sin(x.mul(w));
  return { x, steps: int(steps) };
};

Deno.test("whileLoop goes on for as long as it should, compiled too", () => {
  for (const a of [0.25, 2, 9]) {
    close(root(at(a)), at(Math.sqrt(a)));
    close(jit(root)(at(a)), at(Math.sqrt(a)));
  }
  const x = numbered([3]);
  for (const bound of [0.1, 0.7, 100]) {
    const expected = plainly(at(0.8), at(bound), x);
    for (const f of [shrink, jit(shrink)]) {
      const found = f(at(0.8), at(bound), x);
      close(found.x, expected.x);
      assertEquals([found.steps.item(), found.steps.dtype], [expected.steps.item(), "int32"]);
    }
  }
});

Deno.test("forward mode is the plain loop's, and finite differences', of any order", () => {
  const f = (w: Scalar, x: Vector) => shrink(w, at(0.5), x).x;
  const plain = (w: Scalar, x: Vector) => plainly(w, at(0.5), x).x;
  const [w, x, dw, dx] = [at(0.9), numbered([3]), at(0.3), numbered([3], 8)];
  const [y, dy] = jvp(f, [w, x], [dw, dx]);
  const [expected, change] = jvp(plain, [w, x], [dw, dx]);
  close(y, expected);
  close(dy, change);
  const step = 1e-6;
  const after = plain(w.add(dw.mul(step)), x.add(dx.mul(step)));
  const before = plain(w.sub(dw.mul(step)), x.sub(dx.mul(step)));
  close(dy, after.sub(before).div(2 * step), "differences", 1e-8);
  const compiled = jit((w: Scalar, x: Vector) => jvp(f, [w, x], [dw, dx])[1]);
  close(compiled(w, x), change);
  close(jvp(jit(f), [w, x], [dw, dx])[1], change);
  close(jacfwd(f, { argnums: 1 })(w, x), jacfwd(plain, { argnums: 1 })(w, x));
  close(jacfwd(jacfwd(f))(w, x), jacfwd(jacfwd(plain))(w, x));
  close(jit(jacfwd(jacfwd(f)))(w, x), jacfwd(jacfwd(plain))(w, x));
  close(jvp(root, [at(2)], [at(1)])[1], at(1 / (2 * Math.SQRT2)), "root", 1e-9);
});

Deno.test("the whole numbers of a carry have a zero tangent", () => {
  const [value, change] = jvp((x: Vector) => shrink(at(0.8), at(0.5), x), [numbered([3])], [
    ones([3], "float64"),
  ]);
  assertEquals([value.steps.dtype, change.steps.dtype, change.steps.item()], ["int32", "int32", 0]);
});

Deno.test("batches, with different numbers of rounds and every choice of what carries the batch", () => {
  const whole = [at(0.8), at(0.5), numbered([2])];
  const many = [
    tensor([0.8, 0.3, 0.9], "float64"),
    tensor([0.5, 0.01, 3], "float64"),
    numbered([3, 2]).mul(2),
  ];
  for (let choice = 0; choice < 7; choice++) {
    const axes = [0, 1, 2].map((i) => choice & (1 << i) ? null : 0);
    const args = axes.map((axis, i) => axis === null ? whole[i] : many[i]);
    const options = { inAxes: axes } as VmapOptions;
    const each = [0, 1, 2].map((i) =>
      plainly(...args.map((x, k) => example(x, i, axes[k])) as Parameters<typeof plainly>)
    );
    const f = vmap(shrink as never, options) as unknown as (...args: AnyTensor[]) => Carry;
    for (const batched of [f, jit(f)]) {
      const { x, steps } = batched(...args);
      close(x, stack(each.map(({ x }) => x)), `axes ${axes}`);
      assertEquals(steps.toArray() as unknown, each.map(({ steps }) => steps.item()), `${axes}`);
    }
    const tangent = (f: typeof shrink) => (...args: AnyTensor[]) =>
      jvp((x: Vector) => f(args[0] as Scalar, args[1] as Scalar, x).x, [args[2] as Vector], [
        ones([2], "float64"),
      ])[1];
    const pushed = vmap(tangent(shrink) as never, options) as (...args: AnyTensor[]) => AnyTensor;
    close(
      pushed(...args),
      stack(
        [0, 1, 2].map((i) => tangent(plainly)(...args.map((x, k) => example(x, i, axes[k])))),
      ) as AnyTensor,
      `tangent, axes ${axes}`,
    );
  }
});

Deno.test("a batch of batches, of one, and of none", () => {
  const count = (x: Tensor<[], "int32">) =>
    whileLoop((x: Tensor<[], "int32">) => less(x, 10), (x) => x.add(3), x);
  const xs = tensor([[1, 2, 3], [30, 9, 10]], "int32");
  assertEquals(vmap(vmap(count))(xs).toArray(), [[10, 11, 12], [30, 12, 10]]);
  assertEquals(vmap(count)(tensor([4], "int32")).toArray(), [10]);
  assertEquals(vmap(count)(zeros([0], "int32")).toArray(), []);
});

Deno.test("a batched loop that has ended stays as it is, though a further step gives NaN", () => {
  const f = (x: Scalar) =>
    whileLoop((x: Scalar) => greater(x, 1), (x) => x.sub(1).sqrt().mul(1.2), x);
  const xs = tensor([1.5, 0.3, 40], "float64");
  const each = [1.5, 0.3, 40].map((x) => {
    while (x > 1) x = Math.sqrt(x - 1) * 1.2;
    return x;
  });
  close(vmap(f)(xs), tensor(each, "float64"));
  const slopes = vmap((x: Scalar) => jvp(f, [x], [at(1)])[1])(xs);
  assertEquals([...slopes.data].map(Number.isFinite), [true, true, true]);
  assertEquals(slopes.toArray()[1], 1);
});

Deno.test("loops in loops, in scan and in cond, forward mode through all of them", () => {
  const inner = (x: Scalar) => whileLoop((x: Scalar) => greater(x, 0.5), (x) => x.mul(x), x);
  const plain = (x: Scalar): Scalar => x.item() > 0.5 ? plain(x.mul(x)) : x;
  const outer = (x: Scalar) =>
    whileLoop((x: Scalar) => less(x, 3), (x) => x.mul(2).add(inner(x.div(4))), x);
  const plainOuter = (x: Scalar): Scalar =>
    x.item() < 3 ? plainOuter(x.mul(2).add(plain(x.div(4)))) : x;
  const scanned = (x: Scalar) =>
    scan((c: Scalar, x: Scalar) => [inner(c.mul(x)), c], x, numbered([4]))[0];
  const plainScanned = (c: Scalar) => {
    for (let i = 0; i < 4; i++) c = plain(c.mul(example(numbered([4]), i) as Scalar));
    return c;
  };
  const chosen = (x: Scalar) => cond(greater(x, 0), inner, (x) => x, x);
  for (
    const [f, g] of [[outer, plainOuter], [scanned, plainScanned], [chosen, plain]] as const
  ) {
    for (const h of [f, jit(f)]) {
      close(h(at(0.9)), g(at(0.9)));
      close(jvp(h, [at(0.9)], [at(1)])[1], jvp(g, [at(0.9)], [at(1)])[1]);
    }
  }
});

const noReverse =
  "whileLoop: cannot be differentiated in reverse, since how often it goes round is not known " +
  "beforehand; use foriLoop with fixed bounds or scan, or forward mode (jvp, jacfwd)";

Deno.test("reverse mode is refused with what to do instead, eager and compiled", () => {
  const through = {
    grad: () => grad(root)(at(2)),
    "grad of jit": () => grad(jit(root))(at(2)),
    "jit of grad": () => jit(grad(root))(at(2)),
    vjp: () => vjp(root, at(2))[1](at(1)),
    "vmap of grad": () => vmap(grad(root))(tensor([2, 3], "float64")),
    "in scan": () =>
      grad((x: Scalar) => scan((c: Scalar, _: null) => [root(c), null], x, null, { length: 2 })[0])(
        at(2),
      ),
    "tensor bounds": () => grad((x: Scalar) => foriLoop(0, int(3), (_, c) => c.mul(x), x))(at(2)),
    hessian: () => hessian(root)(at(2)),
  };
  for (const [name, use] of Object.entries(through)) {
    assertEquals(assertThrows(use, TraceError).message, noReverse, name);
  }
});

Deno.test("reverse mode goes past a loop that the gradient does not go through", () => {
  const f = (x: Scalar) => {
    const { steps } = shrink(at(0.8), at(0.5), x.mul(ones([2], "float64")) as Vector);
    return x.mul(steps.astype("float64"));
  };
  const steps = plainly(at(0.8), at(0.5), ones([2], "float64")).steps.item();
  close(grad(f)(at(1)), at(steps));
  close(jit(grad(f))(at(1)), at(steps));
});

Deno.test("foriLoop: the numbers from lower to before upper, as a scan or a whileLoop", () => {
  const bound = fc.integer({ min: -4, max: 4 });
  fc.assert(
    fc.property(
      bound,
      bound,
      fc.boolean(),
      fc.boolean(),
      (lower, upper, fixedLower, fixedUpper) => {
        const x = numbered([2]);
        const body = (i: Tensor<[], "int32">, c: Vector) => tanh(c.mul(2).add(i.astype("float64")));
        let expected: Vector = x;
        for (let i = lower; i < upper; i++) expected = body(int(i), expected);
        const from = fixedLower ? lower : int(lower);
        const to = fixedUpper ? upper : int(upper);
        close(foriLoop(from, to, body, x as Vector), expected);
        close(
          jit((a: Tensor<[], "int32">, b: Tensor<[], "int32">, x: Vector) =>
            foriLoop(fixedLower ? lower : a, fixedUpper ? upper : b, body, x)
          )(int(lower), int(upper), x),
          expected,
        );
      },
    ),
    { numRuns: 40 },
  );
});

Deno.test("foriLoop with fixed bounds has gradients, those of the plain loop", () => {
  const power = (n: number) => (w: Wide<[2, 2]>, x: Wide<[2]>) =>
    foriLoop(0, n, (i, x: Wide<[2]>) => tanh(matmul(w, x).add(i.astype("float64"))), x).sum();
  const plain = (n: number) => (w: Wide<[2, 2]>, x: Wide<[2]>) => {
    for (let i = 0; i < n; i++) x = tanh(matmul(w, x).add(i));
    return x.sum();
  };
  const [w, x] = [numbered([2, 2]), numbered([2], 5)];
  for (const n of [0, 1, 4]) {
    const expected = grad(plain(n), { argnums: [0, 1] })(w, x);
    const options = { argnums: [0, 1] } as const;
    for (const f of [grad(power(n), options), jit(grad(power(n), options))]) {
      f(w, x).forEach((found, i) => close(found, expected[i], `${n}`));
    }
    close(hessian(power(n))(w, x), hessian(plain(n))(w, x));
  }
});

Deno.test("foriLoop goes round a tree, from unsigned bounds, with the bound batched", () => {
  const found = foriLoop(
    1,
    tensor(4, "uint32"),
    (i, { sum, n }) => ({ sum: sum.add(i), n: n.add(1) }),
    {
      sum: int(0),
      n: at(0),
    },
  );
  assertEquals([found.sum.item(), found.n.item()], [6, 3]);
  const power = (n: Tensor<[], "int32">) => foriLoop(0, n, (_, c: Scalar) => c.mul(2), at(1));
  assertEquals(vmap(power)(tensor([0, 3, 1], "int32")).toArray(), [1, 8, 2]);
});

Deno.test("a loop is one equation, with what it closes over once", () => {
  const big = numbered([10]);
  const f = (x: Vector) =>
    whileLoop((c: Vector) => less(c.sum(), big.sum()), (c) => c.add(big.square()), x);
  const tape = makeTape(jit(f))(numbered([10]));
  assertEquals(tape.equations.length, 1);
});

/** As untyped code calls them. */
// deno-lint-ignore no-explicit-any
const [loose, looseFor] = [whileLoop, foriLoop] as unknown as ((...args: any[]) => unknown)[];

const wrong: Record<string, () => unknown> = {
  "whileLoop: the carry is float32[2] before a step and float32[] after it": () =>
    loose((x: Vector) => less(x.sum(), 1), (x: Vector) => x.sum(), ones([2])),
  "whileLoop: the carry and the next carry are different trees: { a: * } and [*]": () =>
    loose(() => tensor(true), ({ a }: { a: Vector }) => [a], { a: ones([2]) }),
  "whileLoop: the condition must give a scalar bool, got bool[2]": () =>
    loose((x: Vector) => less(x, 1), (x: Vector) => x, ones([2])),
  "whileLoop: the condition must give a scalar bool, got float32[]": () =>
    loose((x: Vector) => x.sum(), (x: Vector) => x, ones([2])),
  "whileLoop: the condition must give a scalar bool tensor, got boolean": () =>
    loose(() => true, (x: Vector) => x, ones([2])),
  "whileLoop: the carry is the number 3, not a tensor; write tensor(3)": () =>
    loose(() => tensor(true), (x: number) => x, 3),
  "foriLoop: the carry is float32[2] before a step and float32[] after it": () =>
    looseFor(0, 3, (_: unknown, x: Vector) => x.sum(), ones([2])),
  "foriLoop: the carry and the next carry are different trees: * and [*]": () =>
    looseFor(0, int(3), (_: unknown, x: Vector) => [x], ones([2])),
  "foriLoop: a bound must be a whole number, got 1.5": () =>
    looseFor(0, 1.5, (_: unknown, x: Vector) => x, ones([2])),
  "foriLoop: a bound must be a whole number, got 0.5": () =>
    looseFor(0.5, int(3), (_: unknown, x: Vector) => x, ones([2])),
  "foriLoop: a bound must be a number or an int32 scalar, got float32[]": () =>
    looseFor(0, tensor(3), (_: unknown, x: Vector) => x, ones([2])),
  "foriLoop: a bound must be a number or an int32 scalar, got int32[2]": () =>
    looseFor(tensor([0, 1], "int32"), 3, (_: unknown, x: Vector) => x, ones([2])),
};

for (const [message, use] of Object.entries(wrong)) {
  Deno.test(message, () => assertEquals(assertThrows(use, KatachiError).message, message));
}

Deno.test("values cannot be read inside", () => {
  assertThrows(
    () => whileLoop((x: Tensor<[]>) => tensor(x.item() > 0), (x) => x, tensor(1)),
    TraceError,
    "is not known while whileLoop records",
  );
});

Deno.test("types: a carry keeps its type", () => {
  const a = whileLoop(
    (c) => {
      assertType<IsExact<typeof c, { x: Tensor<[2, 3]>; n: Tensor<[], "int32"> }>>(true);
      return less(c.n, 3);
    },
    ({ x, n }) => ({ x: x.mul(2), n: n.add(1) }),
    { x: ones([2, 3]), n: zeros([], "int32") },
  );
  assertType<IsExact<typeof a, { x: Tensor<[2, 3]>; n: Tensor<[], "int32"> }>>(true);
  assertEquals([a.n.item(), a.x.sum().item()], [3, 48]);
  const b = foriLoop(0, 4, (i, c) => {
    assertType<IsExact<typeof i, Tensor<[], "int32">>>(true);
    assertType<IsExact<typeof c, Tensor<[5]>>>(true);
    return c.add(i.astype("float32"));
  }, zeros([5]));
  assertType<IsExact<typeof b, Tensor<[5]>>>(true);
  assertEquals(b.toArray(), [6, 6, 6, 6, 6]);
});
