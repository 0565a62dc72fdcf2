/** `associativeScan` against the loop, for operations that do not commute. */
import { assertEquals, assertThrows } from "@std/assert";
import { assertType, type IsExact } from "@std/testing/types";
import fc from "fast-check";
import {
  add,
  type AnyTensor,
  associativeScan,
  countEquations,
  type Dim,
  grad,
  jit,
  jvp,
  KatachiError,
  logicalXor,
  makeTape,
  matmul,
  maximum,
  mul,
  ones,
  scan,
  stack,
  type Tensor,
  tensor,
  vmap,
  zeros,
} from "@katachi/katachi";
import { close, example, numbered, type Wide } from "../tensors.ts";

type F = (a: AnyTensor, b: AnyTensor) => AnyTensor;

/** The partial results, one after another. */
function looped(f: F, xs: AnyTensor, axis: number, reverse: boolean): AnyTensor {
  const length = xs.shape.at(axis)!;
  const at = (i: number) => example(xs, reverse ? length - 1 - i : i, axis);
  const ys: AnyTensor[] = [];
  for (let i = 0; i < length; i++) ys.push(i === 0 ? at(0) : f(ys[i - 1], at(i)));
  return length === 0 ? xs : stack(reverse ? ys.reverse() : ys, axis) as AnyTensor;
}

Deno.test("products of matrices, which do not commute: every length, in both directions", () => {
  const f: F = (a, b) => matmul(a, b);
  for (let length = 0; length <= 9; length++) {
    const xs = numbered([length, 2, 2]);
    for (const reverse of [false, true]) {
      const expected = looped(f, xs, 0, reverse);
      const found = (xs: AnyTensor) => associativeScan(f, xs, { reverse });
      close(found(xs), expected, `${length}`);
      close(jit(found)(xs), expected, `${length}`);
    }
  }
});

Deno.test("along every axis of random shapes", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 3 }),
      fc.nat(),
      fc.boolean(),
      fc.boolean(),
      (shape, place, negative, reverse) => {
        const at = place % shape.length;
        const axis = negative ? at - shape.length : at;
        const xs = numbered(shape) as AnyTensor;
        const product: F = (a, b) => mul(a, b);
        close(
          associativeScan(product, xs, { axis, reverse }),
          looped(product, xs, at, reverse),
          `${shape} along ${axis}`,
        );
      },
    ),
    { numRuns: 60 },
  );
});

Deno.test("trees: a linear recurrence as pairs, as one matrix is two vectors", () => {
  type Pair = { a: Wide<[number]>; b: Wide<[number]> };
  const f = (p: Pair, q: Pair): Pair => ({ a: p.a.mul(q.a), b: p.b.mul(q.a).add(q.b) });
  for (const length of [1, 2, 5, 8]) {
    const pair: Pair = { a: numbered([length]), b: numbered([length], 30) };
    const [, expected] = scan(
      (h: Wide<[]>, { a, b }: { a: Wide<[]>; b: Wide<[]> }) => {
        const next = a.mul(h).add(b);
        return [next, next];
      },
      zeros([], "float64"),
      pair,
    );
    close(associativeScan(f, pair).b, expected);
    // And its gradient is the scan's.
    const loss = (pair: Pair) => associativeScan(f, pair).b.square().sum();
    const looped = (pair: Pair) =>
      scan(
        (h: Wide<[]>, { a, b }: { a: Wide<[]>; b: Wide<[]> }) => {
          const next = a.mul(h).add(b);
          return [next, next.square()];
        },
        zeros([], "float64"),
        pair,
      )[1].sum();
    const [found, wanted] = [grad(loss)(pair), grad(looped)(pair)];
    close(found.a, wanted.a);
    close(found.b, wanted.b);
    const [, pushed] = jvp(loss, [pair], [pair]);
    close(pushed, found.a.mul(pair.a).add(found.b.mul(pair.b)).sum());
  }
});

Deno.test("whole numbers, booleans, batches", () => {
  const i = associativeScan((a, b) => add(a, b), tensor([3, 1, 4, 1, 5], "int32"));
  assertEquals([i.toArray(), i.dtype], [[3, 4, 8, 9, 14], "int32"]);
  const on = associativeScan((a, b) => logicalXor(a, b), tensor([true, false, true, true]));
  assertEquals([on.toArray(), on.dtype], [[true, true, false, true], "bool"]);
  const xs = numbered([3, 5]);
  close(
    vmap((x: Wide<[5]>) => associativeScan((a, b) => maximum(a, b), x))(xs),
    associativeScan((a, b) => maximum(a, b), xs, { axis: 1 }),
  );
});

Deno.test("about 2 log2 n applications for n slices", () => {
  const count = (n: number) =>
    countEquations(makeTape((x: AnyTensor) => associativeScan(mul as F, x))(zeros([n]))).mul;
  assertEquals([2, 4, 8, 16, 1024].map(count), [1, 3, 5, 7, 19]);
});

// deno-lint-ignore no-explicit-any
const loose = associativeScan as (f: any, xs: unknown, options?: { axis?: number }) => unknown;

const wrong: Record<string, () => unknown> = {
  "associativeScan: xs.b: axis 1 is out of range for [3]": () =>
    loose(() => {}, { a: ones([3, 2]), b: ones([3]) }, { axis: 1 }),
  "associativeScan: xs: axis 0 is out of range for []": () => loose(() => {}, tensor(1)),
  "associativeScan: lengths along axis 0 differ: xs.a [3, 2], xs.b [4]": () =>
    loose(() => {}, { a: ones([3, 2]), b: ones([4]) }),
  "associativeScan: xs and the result are different trees: { a: * } and *": () =>
    loose(({ a }: { a: AnyTensor }) => a, { a: ones([3]) }),
  "associativeScan: from two float32[2, 5] the function made float32[2] for xs.a; it must keep shape and dtype":
    () => loose(({ a }: { a: AnyTensor }) => ({ a: a.sum(1) }), { a: ones([4, 5]) }),
  "associativeScan: the result is the number 1, not a tensor; write tensor(1)": () =>
    loose(() => 1, ones([4])),
};

for (const [message, use] of Object.entries(wrong)) {
  Deno.test(message, () => assertEquals(assertThrows(use, KatachiError).message, message));
}

Deno.test("types: trees keep theirs, dims that are parameters too", () => {
  const a = associativeScan((p, q) => ({ x: p.x.add(q.x), n: p.n.add(q.n) }), {
    x: ones([4, 2]),
    n: ones([4], "int32"),
  });
  assertType<IsExact<typeof a, { x: Tensor<[4, 2]>; n: Tensor<[4], "int32"> }>>(true);
  assertEquals(a.n.toArray(), [1, 2, 3, 4]);
  const sums = <N extends Dim>(x: Tensor<[N, 3]>): Tensor<[N, 3]> =>
    associativeScan((a, b) => a.add(b), x);
  const b = sums(ones([2, 3]));
  assertType<IsExact<typeof b, Tensor<[2, 3]>>>(true);
  assertEquals(b.toArray(), [[1, 1, 1], [2, 2, 2]]);
});
