/**
 * Random programs over vectors, and random transformations of them, each written twice: with the
 * library's transformations and control flow, and plainly, with JavaScript's own loops and branches.
 *
 * @module
 */
import fc from "fast-check";
import {
  associativeScan,
  checkpoint,
  concat,
  cond,
  customVjp,
  foriLoop,
  fromBuffer,
  grad,
  greater,
  jit,
  jvp,
  less,
  logSumExp,
  matmul,
  scan,
  sin,
  softmax,
  stack,
  switchCase,
  tanh,
  type Tensor,
  tensor,
  vjp,
  vmap,
  where,
} from "@katachi/katachi";

/** A vector of doubles. */
export type Vector = Tensor<[number], "float64">;

/** A function from vectors to vectors of the same length. */
export type Program = (x: Vector) => Vector;

type Step = (w: Tensor<[number, number], "float64">) => {
  readonly real: Program;
  readonly plain: Program;
};

/** A scalar of doubles. */
type Wide = Tensor<[], "float64">;

/** The numbers of a vector's elements. */
const places = (x: Vector): number[] => Array.from({ length: x.shape[0] }, (_, i) => i);

const row = (x: Vector, i: number): Tensor<[], "float64"> => x.slice([i]) as never;

/** The steps that programs are made of: smooth, and tame enough to be applied in any order. */
const steps: Record<string, Step> = {
  sin: () => same((x) => sin(x)),
  affine: (w) => same((x) => tanh(matmul(w, x).add(0.1))),
  quadratic: () => same((x) => tanh(x.mul(x.sum()))),
  softmax: () => same((x) => softmax(x).mul(2)),
  normalized: () => same((x) => x.sub(logSumExp(x))),
  turned: () => same((x) => concat([x.slice([[1, null]]), x.slice([[0, 1]])]).mul(0.9) as Vector),
  chosen: () => same((x) => where(less(x, 0), x, sin(x))),
  custom: () => ({
    real: customVjp((x: Vector) => sin(x), {
      forward: (x) => [sin(x), x.cos()],
      backward: (slope, cotangent) => [cotangent.mul(slope)],
    }),
    plain: (x) => sin(x),
  }),
  branch: () => ({
    real: (x) => cond(less(x.sum(), 0), (x) => sin(x), (x) => tanh(x.mul(2)), x),
    plain: (x) => x.sum().item() < 0 ? sin(x) : tanh(x.mul(2)),
  }),
  branches: (w) => {
    const ways: Program[] = [(x) => sin(x), (x) => matmul(w, x).mul(0.5), (x) => x.mul(x).mul(0.5)];
    return {
      real: (x) => {
        const above = (bound: number) => greater(x.sum(), bound).astype("int32");
        return switchCase(above(0.37).add(above(0.91)), ways, x);
      },
      plain: (x) => {
        const sum = x.sum().item();
        return ways[sum > 0.91 ? 2 : sum > 0.37 ? 1 : 0](x);
      },
    };
  },
  counted: () => ({
    real: (x) => foriLoop(0, 3, (i, c: Vector) => tanh(c.add(x).add(i.astype("float64"))), x),
    plain: (x) => {
      let c = x;
      for (let i = 0; i < 3; i++) c = tanh(c.add(x).add(i));
      return c;
    },
  }),
  scanned: (w) => ({
    real: (x) =>
      scan(
        (c: Tensor<[], "float64">, slice: { x: Tensor<[], "float64">; w: Vector }) => {
          const next = tanh(c.add(slice.x.mul(slice.w.sum())));
          return [next, next.mul(slice.x)];
        },
        x.sum(),
        { x, w },
        { reverse: true },
      )[1] as Vector,
    plain: (x) => {
      let c = x.sum();
      const ys: Tensor<[], "float64">[] = [];
      for (let i = x.shape[0] - 1; i >= 0; i--) {
        c = tanh(c.add(row(x, i).mul((w.slice([i]) as Vector).sum())));
        ys.unshift(c.mul(row(x, i)));
      }
      return stack(ys) as Vector;
    },
  }),
  prefixes: () => ({
    real: (x) => associativeScan((a: Vector, b: Vector) => a.mul(b), sin(x).add(1.2)),
    plain: (x) => {
      const factors = sin(x).add(1.2);
      const ys = [row(factors, 0)];
      for (let i = 1; i < x.shape[0]; i++) ys.push(ys[i - 1].mul(row(factors, i)));
      return stack(ys) as Vector;
    },
  }),
  shifted: () => ({
    // The next carry is the slice, and the result the carry.
    real: (x) => scan((c: Wide, x: Wide) => [x, c.mul(x)], tanh(x.sum()), x)[1] as Vector,
    plain: (x) => {
      const before = [tanh(x.sum()), ...places(x).map((i) => row(x, i))];
      return stack(places(x).map((i) => before[i].mul(row(x, i)))) as Vector;
    },
  }),
  settled: () => ({
    // After the first step the carry is a number that is known beforehand.
    real: (x) =>
      scan((c: Wide, x: Wide) => [tensor(0.5, "float64"), c.mul(x)], x.sum(), x)[1] as Vector,
    plain: (x) =>
      stack(
        places(x).map((i) => row(x, i).mul(i === 0 ? x.sum() : tensor(0.5, "float64"))),
      ) as Vector,
  }),
  numbered: () => ({
    // Whole numbers go round, and the closed-over vector is a result of every step.
    real: (x) => {
      const [{ n, sum }, all] = scan(
        ({ n, sum }: { n: Tensor<[], "int32">; sum: Wide }, y: Wide) => [
          { n: n.add(1), sum: sin(sum.add(y.mul(n.astype("float64")))) },
          x,
        ],
        { n: tensor(1, "int32"), sum: x.sum() },
        x,
      );
      return all.sum(0).mul(sum).div(n.astype("float64")) as Vector;
    },
    plain: (x) => {
      let sum = x.sum();
      for (const i of places(x)) sum = sin(sum.add(row(x, i).mul(i + 1)));
      return x.mul(x.shape[0]).mul(sum).div(x.shape[0] + 1);
    },
  }),
  nested: () => ({
    // The inner loop closes over the carry of the outer one, both over the vector.
    real: (x) => {
      const inner = (c: Wide) => scan((d: Wide, y: Wide) => [tanh(d.mul(y).add(c)), null], c, x)[0];
      return scan((c: Wide, y: Wide) => [inner(c), y.mul(c)], tanh(x.sum()), x)[1] as Vector;
    },
    plain: (x) => {
      let c = tanh(x.sum());
      return stack(
        places(x).map((i) => {
          const y = row(x, i).mul(c);
          let d = c;
          for (const j of places(x)) d = tanh(d.mul(row(x, j)).add(c));
          c = d;
          return y;
        }),
      ) as Vector;
    },
  }),
  mixed: () => {
    // A choice, a rule of its own and a checkpoint in every step.
    const product = customVjp((a: Wide, b: Wide) => sin(a.mul(b)), {
      forward: (a, b) => [sin(a.mul(b)), { a, b }],
      backward: ({ a, b }, cotangent) => {
        const slope = cotangent.mul(a.mul(b).cos());
        return [slope.mul(b), slope.mul(a)];
      },
    });
    const own = checkpoint((c: Wide, y: Wide) => product(c, y).add(0.2));
    return {
      real: (x) =>
        scan(
          (c: Wide, y: Wide) => [cond(less(y, 0.11), (c) => own(c, y), (c) => c.mul(0.5), c), c],
          tanh(x.sum()),
          x,
        )[1].mul(x) as Vector,
      plain: (x) => {
        let c = tanh(x.sum());
        return stack(
          places(x).map((i) => {
            const [before, y] = [c, row(x, i)];
            c = y.item() < 0.11 ? sin(c.mul(y)).add(0.2) : c.mul(0.5);
            return before;
          }),
        ).mul(x) as Vector;
      },
    };
  },
  pair: () => ({
    // A branch that gives its operand, and one value twice; the other branch closes over it.
    real: (x) => {
      const [a, b] = cond(
        less(x.sum(), 0.07),
        (x) => [x, x] as const,
        () => [sin(x), x] as const,
        x,
      );
      return a.mul(b);
    },
    plain: (x) => x.sum().item() < 0.07 ? x.mul(x) : sin(x).mul(x),
  }),
  rows: (w) => ({
    real: (x) => tanh(vmap((r: Vector) => r.mul(x).sum())(w) as Vector),
    plain: (x) => tanh(matmul(w, x)),
  }),
};

function same(program: Program): { real: Program; plain: Program } {
  return { real: program, plain: program };
}

/** What is done to a whole program, and what comes of it plainly. */
const transformations: Record<string, (real: Program, plain: Program) => [Program, Program]> = {
  jit: (real, plain) => [jit(real), plain],
  checkpoint: (real, plain) => [checkpoint(real), plain],
  gradient: (real, plain) => [
    grad((x: Vector) => tanh(real(x)).sum()),
    grad((x: Vector) => tanh(plain(x)).sum()),
  ],
  tangent: (real, plain) => [
    (x) => jvp(real, [x], [sin(x)])[1],
    // Forward mode by reverse: the derivative of <f(x + t v), u> by t, for every unit vector u.
    (x) => {
      const [y] = vjp(plain, x);
      return stack(Array.from(
        { length: y.shape[0] },
        (_, i) => grad((x: Vector) => row(plain(x), i))(x).mul(sin(x)).sum(),
      )) as Vector;
    },
  ],
  cotangent: (real, plain) => [
    (x) => vjp(real, x)[1](sin(x))[0],
    (x) => vjp(plain, x)[1](sin(x))[0],
  ],
  batch: (real, plain) => [
    (x) => vmap(real)(stack([x, x.mul(0.5)])).sum(0) as Vector,
    (x) => plain(x).add(plain(x.mul(0.5))),
  ],
  twice: (real, plain) => [
    (x) => scan((c: Vector, _: null) => [real(c), null], x, null, { length: 2 })[0],
    (x) => plain(plain(x)),
  ],
  either: (real, plain) => [
    (x) => cond(less(x.max(), 1e6), real, (x) => x.neg(), x),
    plain,
  ],
};

/** A program, written twice, and what it is called. */
export interface Pair {
  readonly text: string;
  readonly size: number;
  readonly real: Program;
  readonly plain: Program;
}

/** Programs of a few steps under a few transformations. */
export const pairs: fc.Arbitrary<Pair> = fc.record({
  size: fc.integer({ min: 1, max: 3 }),
  weights: fc.array(fc.integer({ min: -8, max: 8 }), { minLength: 9, maxLength: 9 }),
  names: fc.array(fc.constantFrom(...Object.keys(steps)), { minLength: 1, maxLength: 3 }),
  around: fc.array(fc.constantFrom(...Object.keys(transformations)), { maxLength: 3 }),
}).map(({ size, weights, names, around }) => {
  const w = weightsOf(weights, size);
  const parts = names.map((name) => steps[name](w));
  const then = (which: "real" | "plain"): Program => (x) =>
    parts.reduce((value, part) => part[which](value), x);
  const [real, plain] = around.reduce<[Program, Program]>(
    ([real, plain], name) => transformations[name](real, plain),
    [then("real"), then("plain")],
  );
  const text = `${[...around].reverse().join(" ")} (${names.join(", ")}) on ${size}`;
  return { text, size, real, plain, [fc.toStringMethod]: () => text };
});

function weightsOf(weights: readonly number[], size: number): Tensor<[number, number], "float64"> {
  const data = Float64Array.from({ length: size * size }, (_, i) => weights[i] / 8);
  return fromBuffer(data, [size, size]) as never;
}
