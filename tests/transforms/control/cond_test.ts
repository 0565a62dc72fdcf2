/** `cond` and `switchCase`: which branch, its derivative, batches of choices, and errors. */
import { assertEquals, assertThrows } from "@std/assert";
import { assertType, type IsExact } from "@std/testing/types";
import fc from "fast-check";
import {
  type AnyTensor,
  cond,
  cost,
  debug,
  grad,
  greater,
  hessian,
  jit,
  jvp,
  less,
  log,
  makeTape,
  matmul,
  ones,
  sin,
  stack,
  switchCase,
  tanh,
  type Tensor,
  tensor,
  TraceError,
  vmap,
  type VmapOptions,
  where,
  zeros,
} from "@katachi/katachi";
import { split } from "../../../src/transforms/split.ts";
import { printedBy } from "../../debug/console.ts";
import { close, example, numbered, type Scalar, type Vector, type Wide } from "../tensors.ts";

const at = (x: number): Scalar => tensor(x, "float64");
const int = (x: number) => tensor(x, "int32");

/** A choice by a sign, between branches that close over another argument. */
const f = (w: Vector, x: Vector) =>
  cond(less(x.sum(), 0), (x) => sin(x.mul(w)), (x: Vector) => tanh(x).add(w), x);
const plain = (w: Vector, x: Vector) => x.sum().item() < 0 ? sin(x.mul(w)) : tanh(x).add(w);
const [w, x] = [numbered([3]), numbered([3], 7)];

Deno.test("the branch that is chosen: values and derivatives through it and what it closes over", () => {
  const loss = (f: (w: Vector, x: Vector) => Vector) => (w: Vector, x: Vector) =>
    f(w, x).square().sum();
  const options = { argnums: [0, 1] } as const;
  for (const at of [x, x.neg()]) {
    for (const g of [f, jit(f)]) {
      close(g(w, at), plain(w, at));
      const expected = grad(loss(plain), options)(w, at);
      for (const d of [grad(loss(g), options), jit(grad(loss(g), options))]) {
        d(w, at).forEach((found, i) => close(found, expected[i], `by ${i}`));
      }
      close(jvp(g, [w, at], [x, w])[1], jvp(plain, [w, at], [x, w])[1]);
      close(hessian(loss(g))(w, at), hessian(loss(plain))(w, at));
      close(hessian(loss(g), { argnums: 1 })(w, at), hessian(loss(plain), { argnums: 1 })(w, at));
    }
  }
});

Deno.test("only the branch that is taken is executed", () => {
  const say = (text: string) => (x: Vector) => (debug.print(x.sum(), text), x.mul(2));
  const g = (x: Vector) => cond(greater(x.sum(), 0), say("positive"), say("negative"), x);
  const gradient = grad((x: Vector) => g(x).sum());
  for (const h of [g, jit(g), gradient, jit(gradient)] as ((x: Vector) => unknown)[]) {
    assertEquals(printedBy(() => h(tensor([1], "float64"))), ["positive: float64[] 1"]);
    assertEquals(printedBy(() => h(tensor([-1], "float64"))), ["negative: float64[] -1"]);
  }
  // A NaN of the other branch reaches neither value nor gradient, as it would with where.
  const safe = (x: Scalar) => cond(greater(x, 0), (x) => log(x), (x) => x, x);
  const unsafe = (x: Scalar) => where(greater(x, 0), log(x), x).sum();
  assertEquals([safe(at(0)).item(), grad(safe)(at(0)).item()], [0, 1]);
  assertEquals(grad(unsafe)(at(0)).item(), NaN);
});

Deno.test("a boolean condition, and operands that are trees, or none at all", () => {
  const pair = { x, more: [w, null] as const };
  const g = (on: boolean) =>
    cond(
      on,
      ({ x, more: [w] }: typeof pair, n: Tensor<[], "int32">) => [x.add(w), { n }] as const,
      ({ x }, n) => [x, { n: n.add(1) }] as const,
      pair,
      int(3),
    );
  close(g(true)[0], x.add(w));
  assertEquals([g(true)[1].n.item(), g(false)[1].n.item()], [3, 4]);
  const none = (c: Tensor<[], "bool">) => cond(c, () => x, () => w);
  close(none(tensor(true)), x);
  close(jit(none)(tensor(false)), w);
});

Deno.test("batches: a shared choice stays one, choices of their own are the select", () => {
  const whole = [w, x], many = [numbered([4, 3]), numbered([4, 3], 9)];
  const loss = (f: (w: Vector, x: Vector) => Vector) =>
    grad((w: Vector, x: Vector) => f(w, x).square().sum(), { argnums: [0, 1] });
  for (const [a, b] of [[0, 0], [null, 0], [0, null]] as const) {
    const options = { inAxes: [a, b] } as VmapOptions;
    const args = [a === null ? whole[0] : many[0], b === null ? whole[1] : many[1]];
    const each = (g: (w: Vector, x: Vector) => AnyTensor | AnyTensor[]) =>
      [0, 1, 2, 3].map((i) =>
        g(example(args[0], i, a) as Vector, example(args[1], i, b) as Vector)
      );
    const batched = vmap(f as never, options) as (...args: AnyTensor[]) => AnyTensor;
    close(batched(...args), stack(each(plain) as AnyTensor[]) as AnyTensor, `${[a, b]}`);
    close(jit(batched)(...args), stack(each(plain) as AnyTensor[]) as AnyTensor, `${[a, b]}`);
    const gradients = vmap(loss(f) as never, options) as (...args: AnyTensor[]) => AnyTensor[];
    const expected = each(loss(plain) as never) as AnyTensor[][];
    gradients(...args).forEach((found, k) =>
      close(found, stack(expected.map((one) => one[k])) as AnyTensor, `${[a, b]} by ${k}`)
    );
    const tape = makeTape(batched)(...args).toString();
    assertEquals(tape.includes("cond"), b === null);
  }
});

Deno.test("a batch whose branches differ in what carries it", () => {
  const g = (on: Tensor<[], "bool">, x: Scalar) =>
    [
      cond(on, () => at(1), () => x),
      cond(on, (x) => [x, at(2)], (x) => [at(3), x], x),
    ] as const;
  const [one, [two, three]] = vmap(g, { inAxes: [null, 0] })(
    tensor(true),
    tensor([5, 6], "float64"),
  );
  assertEquals([one, two, three].map((t) => t.toArray()), [[1, 1], [5, 6], [2, 2]]);
  const [own] = vmap(g)(tensor([true, false]), tensor([5, 6], "float64"));
  assertEquals(own.toArray(), [1, 6]);
  const [shared] = vmap(g, { inAxes: [0, null] })(tensor([true, false]), at(7));
  assertEquals(shared.toArray(), [1, 7]);
});

Deno.test("switchCase clamps its index, as a number, a tensor, and for each example", () => {
  const branches = [(x: Scalar) => x, (x: Scalar) => x.neg(), (x: Scalar) => x.square()];
  const value = (i: number, x: number) => [x, -x, x * x][Math.min(Math.max(i, 0), 2)];
  const slope = (i: number, x: number) => [1, -1, 2 * x][Math.min(Math.max(i, 0), 2)];
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -3, max: 5 }), { minLength: 1, maxLength: 4 }),
      (indices) => {
        const g = (i: Tensor<[], "int32">, x: Scalar) => switchCase(i, branches, x);
        for (const i of indices) {
          assertEquals(switchCase(i, branches, at(3)).item(), value(i, 3));
          assertEquals(g(int(i), at(3)).item(), value(i, 3));
          assertEquals(jit(g)(int(i), at(3)).item(), value(i, 3));
          assertEquals(grad(g, { argnums: 1 })(int(i), at(3)).item(), slope(i, 3));
        }
        const all = tensor(indices, "int32");
        const xs = numbered([indices.length]);
        close(
          vmap(g)(all, xs),
          stack(indices.map((i, k) => at(value(i, Math.sin(k + 1))))),
        );
        close(
          vmap(grad(g, { argnums: 1 }))(all, xs),
          stack(indices.map((i, k) => at(slope(i, Math.sin(k + 1))))),
        );
      },
    ),
    { numRuns: 25 },
  );
  assertEquals(switchCase(tensor(2, "uint32"), branches, at(3)).item(), 9);
  assertEquals(switchCase(7, [(x: Scalar) => x.mul(2)], at(3)).item(), 6);
});

Deno.test("cond in cond, in vmap, with other operands at each level", () => {
  const g = (x: Scalar): Scalar =>
    cond(
      less(x, 0),
      (x) => cond(less(x, -1), (x) => x.square(), (x) => x.neg(), x),
      (x: Scalar) => cond(less(x, 1), (x) => sin(x), () => x.mul(3), x),
      x,
    );
  const plain = (x: number) => x < -1 ? x * x : x < 0 ? -x : x < 1 ? Math.sin(x) : 3 * x;
  const slope = (x: number) => x < -1 ? 2 * x : x < 0 ? -1 : x < 1 ? Math.cos(x) : 3;
  const points = [-2, -0.5, 0.5, 2];
  const xs = tensor(points, "float64");
  for (const h of [g, jit(g)]) {
    points.forEach((x) => close(h(at(x)), at(plain(x))));
    close(vmap(h)(xs), tensor(points.map(plain), "float64"));
    close(vmap(grad(h))(xs), tensor(points.map(slope), "float64"));
    close(jit(vmap(grad(h)))(xs), tensor(points.map(slope), "float64"));
  }
});

Deno.test("what is kept: branches share their places, the index is not differentiated", () => {
  const g = (x: Vector) =>
    cond(less(x.sum(), 0), (x) => sin(sin(sin(x))), (x) => tanh(tanh(tanh(x))), x);
  const { forward } = split(makeTape(g)(zeros([4], "float64")), [true]);
  // The condition, and two tensors for either branch (the third is the result, or the argument).
  const floats = forward.outputs.slice(1).filter(({ dtype }) => dtype === "float64");
  assertEquals(floats.length, 2);
});

Deno.test("results that nothing reads are pruned, with their operands", () => {
  const heavy = numbered([4, 4]);
  const g = (x: Wide<[4]>) =>
    cond(less(x.sum(), 0), (x) => [matmul(heavy, x), x], (x) => [x, x.neg()], x)[1];
  const { flops, byPrimitive } = cost(jit(g), zeros([4], "float64"));
  assertEquals(byPrimitive.contract, undefined);
  assertEquals(flops < 20, true);
});

/** As untyped code calls them. */
// deno-lint-ignore no-explicit-any
const [loose, looseSwitch] = [cond, switchCase] as unknown as ((...args: any[]) => unknown)[];
const same = (x: AnyTensor) => x;

const wrong: Record<string, () => unknown> = {
  "cond: the result is float32[2] from onFalse and float32[] from onTrue": () =>
    loose(true, (x: Vector) => x.sum(), same, ones([2])),
  "cond: the result.y is float32[2] from onFalse and int32[2] from onTrue": () =>
    loose(true, (y: Vector) => ({ y: y.astype("int32") }), (y: Vector) => ({ y }), ones([2])),
  "cond: the result of onFalse and the result of onTrue are different trees: * and [*, *]": () =>
    loose(true, (x: Vector) => [x, x], same, ones([2])),
  "cond: the condition must be a scalar, got [2]": () =>
    loose(tensor([true, false]), same, same, ones([2])),
  "cond: the condition must be bool, got float32": () => loose(tensor(1), same, same, ones([2])),
  "cond: the condition must be a scalar bool tensor, got number": () =>
    loose(1, same, same, ones([2])),
  "cond: operand 0 is the number 3, not a tensor; write tensor(3)": () =>
    loose(true, same, same, 3),
  "cond: the result is the number 1, not a tensor; write tensor(1)": () =>
    loose(true, () => 1, same, ones([2])),
  "switchCase: the result is float32[2] from branch 0 and float32[] from branch 2": () =>
    looseSwitch(0, [same, same, (x: Vector) => x.sum()], ones([2])),
  "switchCase: needs at least one branch": () => looseSwitch(0, [], ones([2])),
  "switchCase: the index must be int32 or uint32, got float32": () =>
    looseSwitch(tensor(1), [same], ones([2])),
  "switchCase: the index must be a scalar, got [1]": () =>
    looseSwitch(tensor([1], "int32"), [same], ones([2])),
  "switchCase: the index must be a whole number, got 0.5": () =>
    looseSwitch(0.5, [same], ones([2])),
};

for (const [message, use] of Object.entries(wrong)) {
  Deno.test(message, () => assertEquals(assertThrows(use, Error).message, message));
}

Deno.test("values cannot be read in a branch", () => {
  const read = (x: Tensor<[]>) => x.item() > 0 ? x : x.neg();
  assertThrows(() => cond(true, read, read, tensor(1)), TraceError, "while cond records");
});

Deno.test("types: the branches' one result", () => {
  const a = cond(
    true,
    (x, n) => {
      assertType<IsExact<typeof x, Tensor<[2, 3]>>>(true);
      assertType<IsExact<typeof n, Tensor<[], "int32">>>(true);
      return { sum: x.sum(0), n };
    },
    (x, n) => ({ sum: x.sum(0).neg(), n }),
    ones([2, 3]),
    zeros([], "int32"),
  );
  assertType<IsExact<typeof a, { sum: Tensor<[3]>; n: Tensor<[], "int32"> }>>(true);
  assertEquals(a.sum.toArray(), [2, 2, 2]);
  const b = switchCase(1, [(x: Tensor<[4]>) => x.sum(), (x: Tensor<[4]>) => x.mean()], ones([4]));
  assertType<IsExact<typeof b, Tensor<[]>>>(true);
  assertEquals(b.item(), 1);
});
