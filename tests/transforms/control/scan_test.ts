/** `scan` against the loop that it stands for: values, derivatives, batches, and what it keeps. */
import { assertEquals, assertThrows } from "@std/assert";
import { assertType, type IsExact } from "@std/testing/types";
import fc from "fast-check";
import {
  type AnyTensor,
  checkpoint,
  cond,
  type Dim,
  grad,
  hessian,
  hvp,
  jit,
  jvp,
  KatachiError,
  less,
  matmul,
  ones,
  scan,
  sin,
  stack,
  tanh,
  type Tensor,
  tensor,
  TraceError,
  vmap,
  type VmapOptions,
  zeros,
} from "@katachi/katachi";
import { close, example, numbered, type Scalar, type Vector, type Wide } from "../tensors.ts";

/** A carry of two parts, one of them whole numbers, and a slice of two parts. */
interface Carry {
  readonly h: Wide<[2]>;
  readonly n: Tensor<[], "int32">;
}
interface Slices<S extends readonly number[], I extends readonly number[]> {
  readonly x: Wide<S>;
  readonly i: Tensor<I, "int32">;
}
type Weights = Wide<[2, 2]>;

/** A step that uses everything: a weight closed over, both carries, both slices. */
const step = (w: Weights) => ({ h, n }: Carry, { x, i }: Slices<[2], []>) => {
  const next = tanh(matmul(w, h).add(x).add(n.astype("float64").mul(0.1)));
  return [{ h: next, n: n.add(i) }, [next.mul(x), { count: n, plain: x.sum() }]] as const;
};

type Loop = (
  w: Weights,
  h: Wide<[2]>,
  x: Wide<[number, 2]>,
) => { h: AnyTensor; n: AnyTensor; ys: AnyTensor[] };

const indices = (length: number) =>
  stack(Array.from({ length }, (_, i) => tensor(i + 1, "int32"))) as Tensor<[number], "int32">;

/** The loop as an equation. */
const scanned = (reverse: boolean): Loop => (w, h, x) => {
  const i = x.shape[0] === 0 ? zeros([0], "int32") : indices(x.shape[0]);
  const init: Carry = { h, n: tensor(0, "int32") };
  const [carry, [y, { count, plain }]] = scan(step(w), init, { x, i } as never, {
    reverse,
  }) as never as [
    Carry,
    [AnyTensor, { count: AnyTensor; plain: AnyTensor }],
  ];
  return { ...carry, ys: [y, count, plain] };
};

/** The loop, plainly. */
const unrolled = (reverse: boolean): Loop => (w, h, x) => {
  let carry: Carry = { h, n: tensor(0, "int32") };
  const length = x.shape[0];
  const ys: AnyTensor[][] = [];
  for (let k = 0; k < length; k++) {
    const at = reverse ? length - 1 - k : k;
    const slice = { x: example(x, at) as Wide<[2]>, i: tensor(at + 1, "int32") };
    const [next, [y, { count, plain }]] = step(w)(carry, slice);
    carry = next;
    ys[at] = [y, count, plain];
  }
  const empty = [zeros([0, 2], "float64"), zeros([0], "int32"), zeros([0], "float64")];
  return { ...carry, ys: empty.map((none, j) => length === 0 ? none : stack(ys.map((y) => y[j]))) };
};

/** A scalar of all float results, with a weight of its own for each. */
const loss = (loop: Loop) => (w: Weights, h: Wide<[2]>, x: Wide<[number, 2]>): Scalar => {
  const { h: last, ys: [y, , plain] } = loop(w, h, x);
  return sin(last.sum().mul(2)).add(y.square().sum()).add(plain.sum().mul(0.3)) as Scalar;
};

const [w, h] = [numbered([2, 2]), numbered([2], 7)];
const lengths = [0, 1, 2, 3, 6];
const directions = [false, true];

for (const reverse of directions) {
  const way = reverse ? "in reverse" : "forward";
  const [fast, plain] = [scanned(reverse), unrolled(reverse)];

  Deno.test(`${way}: carry and slices are the loop's, for every length, compiled too`, () => {
    for (const length of lengths) {
      const x = numbered([length, 2], 20);
      const expected = plain(w, h, x);
      for (const f of [fast, jit(fast)]) {
        const found = f(w, h, x);
        close(found.h, expected.h);
        assertEquals([found.n.item(), found.n.dtype], [expected.n.item(), "int32"]);
        found.ys.forEach((y, i) => close(y, expected.ys[i], `y ${i} of ${length}`));
      }
    }
  });

  Deno.test(`${way}: gradients by weights, first carry and slices are the loop's`, () => {
    const options = { argnums: [0, 1, 2] } as const;
    for (const length of lengths) {
      const x = numbered([length, 2], 20);
      const expected = grad(loss(plain), options)(w, h, x);
      for (
        const f of [
          grad(loss(fast), options),
          jit(grad(loss(fast), options)),
          grad(jit(loss(fast)), options),
          grad(loss(jit(fast)), options),
        ]
      ) f(w, h, x).forEach((g, i) => close(g, expected[i], `by ${i} of ${length}`));
    }
  });

  Deno.test(`${way}: second derivatives are the loop's, by reverse and by forward mode`, () => {
    const x = numbered([3, 2], 20);
    const byAll = (loop: Loop) => (p: { w: Weights; h: Wide<[2]>; x: Wide<[number, 2]> }) =>
      loss(loop)(p.w, p.h, p.x);
    const p = { w, h, x: x as Wide<[number, 2]> };
    const v = { w: numbered([2, 2], 30), h: numbered([2], 31), x: numbered([3, 2], 32) };
    const expected = hvp(byAll(plain), p, v as never);
    const found = hvp(byAll(fast), p, v as never);
    close(found.w, expected.w);
    close(found.h, expected.h);
    close(found.x, expected.x);
    const by = (loop: Loop) => (w: Weights) => loss(loop)(w, h, x);
    close(hessian(by(fast))(w), hessian(by(plain))(w));
    const twice = (loop: Loop) => grad((w: Weights) => grad(by(loop))(w).square().sum());
    close(twice(fast)(w), twice(plain)(w));
    close(jit(twice(fast))(w), twice(plain)(w));
    close(jvp(by(fast), [w], [v.w])[1], jvp(by(plain), [w], [v.w])[1]);
    close(jvp(grad(by(fast)), [w], [v.w])[1], jvp(grad(by(plain)), [w], [v.w])[1]);
  });

  Deno.test(`${way}: batched, with every choice of what carries the batch`, () => {
    const whole = { w: numbered([2, 2]), h: numbered([2], 7), x: numbered([4, 2], 20) };
    const many = { w: numbered([3, 2, 2]), h: numbered([3, 2], 7), x: numbered([3, 4, 2], 20) };
    for (const [a, b, c] of [0, 1, 2, 3, 4, 5, 6].map((n) => [n & 1, n & 2, n & 4])) {
      const axes = [a ? null : 0, b ? null : 0, c ? null : 0];
      const args = [a ? whole.w : many.w, b ? whole.h : many.h, c ? whole.x : many.x];
      const results = (loop: Loop) => (...args: Parameters<Loop>) => {
        const { h, n, ys } = loop(...args);
        return [h, n, ...ys, ...grad(loss(loop), { argnums: [0, 1, 2] })(...args)];
      };
      const options = { inAxes: axes } as VmapOptions;
      const batched = vmap(results(fast) as never, options) as (
        ...args: AnyTensor[]
      ) => AnyTensor[];
      const each = [0, 1, 2].map((i) =>
        results(plain)(...args.map((x, k) => example(x, i, axes[k])) as unknown as Parameters<Loop>)
      );
      for (const f of [batched, jit(batched)]) {
        f(...args).forEach((result, j) =>
          close(result, stack(each.map((one) => one[j])), `result ${j} for axes ${axes}`)
        );
      }
    }
  });
}

Deno.test("for random lengths, sizes and directions, a linear recurrence is the loop's", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 6 }),
      fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 2 }),
      fc.boolean(),
      (length, dims, reverse) => {
        const x = numbered([length, ...dims]) as AnyTensor;
        const first = ones(dims, "float64") as AnyTensor;
        const [last, ys] = scan(
          (c: AnyTensor, x: AnyTensor) => [c.mul(0.5 as never).add(x), c] as never,
          first,
          x as never,
          { reverse },
        ) as unknown as [AnyTensor, AnyTensor];
        let c = first;
        const before: AnyTensor[] = [];
        for (let k = 0; k < length; k++) {
          const at = reverse ? length - 1 - k : k;
          before[at] = c;
          c = c.mul(0.5 as never).add(example(x, at)) as AnyTensor;
        }
        close(last, c);
        if (length > 0) close(ys, stack(before) as AnyTensor);
        assertEquals([...ys.shape], [length, ...dims]);
      },
    ),
    { numRuns: 50 },
  );
});

Deno.test("with nothing to scan over, so many steps; with no results, null", () => {
  const [last, ys] = scan(
    (c: Vector, _: null) => [c.mul(2), c.sum()],
    ones([2], "float64") as Vector,
    null,
    {
      length: 4,
    },
  );
  assertEquals([last.toArray(), ys.toArray()], [[16, 16], [2, 4, 8, 16]]);
  const [, nothing] = scan((c: Scalar, x) => [c.add(x), null], numbered([]), numbered([3]));
  assertEquals(nothing, null);
  const [none, sums] = scan((c: null, x: Wide<[2]>) => [c, x.sum()], null, numbered([3, 2]));
  assertEquals(none, null);
  close(sums, numbered([3, 2]).sum(1));
  const [same, empty] = scan((c: Vector, _: null) => [c, c.sum()], numbered([2]) as Vector, null, {
    length: 0,
  });
  close(same, numbered([2]));
  assertEquals([...empty.shape], [0]);
});

Deno.test("a carry may swap its parts, keep one, and give one twice", () => {
  type Pair = { a: Scalar; b: Scalar; fixed: Scalar };
  const f = (c: Pair) =>
    scan(
      ({ a, b, fixed }: Pair, x: Scalar) => [{ a: b, b: a.mul(x), fixed }, [a, a, fixed]],
      c,
      numbered([5]),
    );
  const init = { a: numbered([], 2), b: numbered([], 3), fixed: numbered([], 4) };
  const plain = (c: Pair) => {
    let { a, b } = c;
    const ys: Scalar[] = [];
    for (let i = 0; i < 5; i++) {
      ys.push(a);
      [a, b] = [b, a.mul(example(numbered([5]), i) as Scalar)];
    }
    return { a, b, ys: stack(ys) };
  };
  const [last, [ys, again, fixed]] = f(init);
  const expected = plain(init);
  close(last.a, expected.a);
  close(last.b, expected.b);
  close(ys, expected.ys);
  close(again, expected.ys);
  close(fixed, stack(Array(5).fill(init.fixed)));
  const sum = (c: Pair) => {
    const [last, [ys, again, fixed]] = f(c);
    return last.a.mul(last.fixed).add(ys.mul(again).sum()).add(fixed.sum());
  };
  const plainSum = (c: Pair) => {
    const { a, ys } = plain(c);
    return a.mul(c.fixed).add(ys.mul(ys).sum()).add(c.fixed.mul(5));
  };
  const [found, wanted] = [grad(sum)(init), grad(plainSum)(init)];
  close(found.a, wanted.a);
  close(found.b, wanted.b);
  close(found.fixed, wanted.fixed);
});

Deno.test("scan in scan, in cond, in checkpoint, in jit, in vmap in scan", () => {
  const a = numbered([3, 4]);
  const rows = (c: Scalar, row: Wide<[4]>): [Scalar, Wide<[4]>] => {
    const [sum, sums] = scan((c: Scalar, x: Scalar) => [sin(c.add(x)), c.mul(x)], c, row);
    return [sum, sums];
  };
  const nested = (a: Wide<[3, 4]>) => scan(rows, numbered([]), a)[1];
  const plain = (a: Wide<[3, 4]>) => {
    let c = numbered([]);
    return stack([0, 1, 2].map((i) =>
      stack([0, 1, 2, 3].map((j) => {
        const x = example(example(a, i), j) as Scalar;
        const y = c.mul(x);
        c = sin(c.add(x));
        return y;
      }))
    ));
  };
  const total = (f: (a: Wide<[3, 4]>) => AnyTensor) => (a: Wide<[3, 4]>) =>
    f(a).square().sum() as Scalar;
  const chosen = (a: Wide<[3, 4]>) => cond(less(a.sum(), 100), nested, (a: Wide<[3, 4]>) => a, a);
  for (const f of [nested, jit(nested), chosen, checkpoint(nested), jit(checkpoint(chosen))]) {
    close(f(a), plain(a));
    close(grad(total(f))(a), grad(total(plain))(a));
    close(jit(grad(total(f)))(a), grad(total(plain))(a));
  }
  close(hessian(total(nested))(a), hessian(total(plain))(a));
  const each = (x: Wide<[4]>) =>
    scan((c: Wide<[4]>, _: null) => [vmap((x: Scalar) => sin(x))(c), null], x, null, {
      length: 2,
    })[0];
  close(vmap(each)(a), sin(sin(a)));
});

Deno.test("a function may close over tensors that are traced, at every level", () => {
  const x = numbered([3]);
  const f = (w: Scalar) => (v: Scalar) =>
    scan((c: Scalar, x: Scalar) => [sin(c.mul(w)).add(x.mul(v)), null], w, x)[0];
  const plain = (w: Scalar) => (v: Scalar) => {
    let c = w;
    for (let i = 0; i < 3; i++) c = sin(c.mul(w)).add((example(x, i) as Scalar).mul(v));
    return c;
  };
  const mixed = (f: (w: Scalar) => (v: Scalar) => Scalar) => (w: Scalar) =>
    grad((v: Scalar) => f(w)(v).square())(w.mul(2));
  const at = numbered([], 5);
  close(grad(mixed(f))(at), grad(mixed(plain))(at));
  close(jit(grad(jit(mixed(f))))(at), grad(mixed(plain))(at));
  close(
    vmap((w: Scalar) => grad(mixed(f))(w))(stack([at, at.mul(2)])),
    stack([at, at.mul(2)].map(grad(mixed(plain)))),
  );
});

/** As untyped code calls it. */
const loose = scan as unknown as (
  // deno-lint-ignore no-explicit-any
  f: (carry: any, x: any) => unknown,
  init: unknown,
  xs: unknown,
  options?: { readonly length: number },
) => unknown;

const wrong: Record<string, () => unknown> = {
  "scan: the carry is float32[2] before a step and float32[] after it": () =>
    loose((c: AnyTensor, x: AnyTensor) => [c.sum() as AnyTensor, x], ones([2]), ones([3])),
  "scan: the carry.h is float32[] before a step and float64[] after it": () =>
    loose((c: { h: AnyTensor }) => [{ h: c.h.astype("float64") }, null], {
      h: tensor(0) as AnyTensor,
    }, ones([3])),
  "scan: the carry and the next carry are different trees: { a: * } and { b: * }": () =>
    loose((c: { a: AnyTensor }) => [{ b: c.a } as never, null], { a: ones([2]) }, ones([3])),
  "scan: the function must return [carry, y]": () =>
    loose((c: AnyTensor) => c as never, ones([2]), ones([3])),
  "scan: xs is a scalar, and has no axis to go along": () =>
    loose((c: AnyTensor, x: AnyTensor) => [c, x], ones([2]), tensor(1)),
  "scan: xs.b is a scalar, and has no axis to go along": () =>
    loose((c: AnyTensor, _: unknown) => [c, null], ones([2]), { a: ones([3]), b: tensor(1) }),
  "scan: xs.b [4] has 4 slices, where 3 are to be made": () =>
    loose((c: AnyTensor, _: unknown) => [c, null], ones([2]), { a: ones([3]), b: ones([4]) }),
  "scan: xs [3] has 3 slices, where 4 are to be made": () =>
    loose((c: AnyTensor, _: unknown) => [c, null], ones([2]), ones([3]), { length: 4 }),
  "scan: with nothing to scan over, say how many steps with { length }": () =>
    loose((c: AnyTensor, _: null) => [c, null], ones([2]), null),
  "scan: length must be a whole number, got -1": () =>
    loose((c: AnyTensor, _: null) => [c, null], ones([2]), null, { length: -1 }),
  "scan: the result[1].y is the number 1, not a tensor; write tensor(1)": () =>
    loose((c: AnyTensor, _: null) => [c, { y: 1 }], ones([2]), null, { length: 1 }),
  "scan: the carry is the number 0, not a tensor; write tensor(0)": () =>
    loose((c: number, _: unknown) => [c, null], 0, ones([3])),
};

for (const [message, use] of Object.entries(wrong)) {
  Deno.test(message, () => assertEquals(assertThrows(use, KatachiError).message, message));
}

Deno.test("values cannot be read inside", () => {
  const f = (c: Tensor<[]>, x: Tensor<[]>): [Tensor<[]>, null] => [x.item() > 0 ? c : x, null];
  assertThrows(() => scan(f, tensor(0), ones([3])), TraceError, "while scan records");
});

Deno.test("types: the carry as it is, slices without their first dim, results with it", () => {
  const a = scan(
    (c: Tensor<[4]>, x) => {
      assertType<IsExact<typeof x, Tensor<[4], "int32">>>(true);
      return [c.add(x), { y: x, s: c.sum() }];
    },
    zeros([4]),
    zeros([7, 4], "int32"),
  );
  assertType<
    IsExact<typeof a, [carry: Tensor<[4]>, ys: { y: Tensor<[7, 4], "int32">; s: Tensor<[7]> }]>
  >(true);

  const [carry, ys] = scan(
    ({ h }: { h: Tensor<[2, 3]> }, { x, n: [n] }: { x: Tensor<[3]>; n: readonly [Tensor<[]>] }) => [
      { h: h.add(x).mul(n) },
      [x, n] as const,
    ],
    { h: zeros([2, 3]) },
    { x: zeros([5, 3]), n: [zeros([5])] as const },
  );
  assertType<IsExact<typeof carry, { h: Tensor<[2, 3]> }>>(true);
  assertType<IsExact<typeof ys, readonly [Tensor<[5, 3]>, Tensor<[5]>]>>(true);

  const [, ten] = scan((c: Tensor<[]>, _: null) => [c, c], tensor(0), null, { length: 10 });
  assertType<IsExact<typeof ten, Tensor<[10]>>>(true);

  const many: Tensor<[number, 3]> = zeros([4, 3]);
  const [, some] = scan((c: Tensor<[]>, x) => [c, x.sum()], tensor(0), many);
  assertType<IsExact<typeof some, Tensor<[number]>>>(true);

  const generic = <N extends Dim>(xs: Tensor<[N, 3]>): Tensor<[N]> =>
    scan((c: Tensor<[]>, x: Tensor<[3]>) => [c, x.sum()], tensor(0), xs)[1];
  const b = generic(zeros([8, 3]));
  assertType<IsExact<typeof b, Tensor<[8]>>>(true);
  assertEquals([...b.shape], [8]);

  const rnn = <N extends Dim, B extends Dim>(
    xs: Tensor<[N, B, 3]>,
    h: Tensor<[B, 5]>,
  ): Tensor<[N, B, 5]> =>
    scan(
      (h, x) => {
        const next: Tensor<[B, 5]> = tanh(matmul(h, ones([5, 5])).add(matmul(x, ones([3, 5]))));
        return [next, next];
      },
      h,
      xs,
    )[1];
  const d = rnn(zeros([8, 2, 3]), zeros([2, 5]));
  assertType<IsExact<typeof d, Tensor<[8, 2, 5]>>>(true);
  assertEquals([...d.shape], [8, 2, 5]);
});
