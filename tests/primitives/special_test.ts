/**
 * Special functions against SciPy's values and, mostly, JAX's derivatives, which
 * `tools/oracle_functions.py` wrote down, and against their functional equations.
 */
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import * as k from "@katachi/katachi";
import { columns } from "../../src/engines/interpreter/scalars.ts";
import { type Primitive, primitives } from "../../src/tape/primitive.ts";
import type { Scalar as Algebra } from "../../src/tape/scalar.ts";
import { assertClose, type Figure, figures, flat, numbers } from "../fixtures/figures.ts";

type Wide = k.Tensor<k.Shape, "float64">;
type Scalar = k.Tensor<[], "float64">;
type Unary = (x: k.AnyTensor) => k.AnyTensor;
type Binary = (a: k.AnyTensor, b: k.AnyTensor) => k.AnyTensor;

interface Figures {
  points: Figure[];
  values: Figure[];
  slopePoints: Figure[];
  slopes: Figure[];
  seconds: Figure[];
}

const special = await figures<{
  ends: Figure[];
  unary: Record<string, Figures & { ends: Figure[] }>;
  binary: Record<string, Figures>;
  polygammaPoints: Figure[];
  polygamma: Record<string, Figure[]>;
}>("special");

const library = k as unknown as Record<string, Unary & Binary>;

const wide = (values: readonly unknown[]): Wide =>
  k.fromBuffer(Float64Array.from(values as number[]), [values.length]);

const narrow = (values: readonly unknown[]): k.AnyTensor =>
  k.fromBuffer(Float32Array.from(values as number[]), [values.length]);

/** Relative error, and where figures are small the absolute one. */
const floor = 0.1;

/** What a value at a point may be off relatively in float64, where it is not 1e-14. */
const bounds: Record<string, number> = {
  erf: 1e-15,
  gamma: 1e-13,
  ndtr: 1e-13,
  logNdtr: 1e-13,
  beta: 1e-13,
};

const points = (figure: readonly Figure[]) => flat(numbers(figure as Figure));

for (
  const [name, { points: at, values, ends, slopePoints, slopes, seconds }] of Object.entries(
    special.unary,
  )
) {
  const f = library[name];
  const tolerance = bounds[name] ?? 1e-14;

  Deno.test(`${name}: SciPy's values`, () => {
    const found = f(wide(points(at))).data;
    for (const [i, x] of points(at).entries()) {
      // Below 0 lgamma and digamma cross 0 with no digits of their own.
      const least = (name === "lgamma" || name === "digamma") ? floor : 0;
      assertClose(found[i], Number(values[i]), tolerance, `${name}(${x})`, least);
    }
  });

  Deno.test(`${name}: JAX's values, or the limits, at the ends`, () => {
    assertClose(f(wide(points(special.ends))).toArray(), numbers(ends), tolerance, name);
  });

  Deno.test(`${name}: float32 is float64 rounded`, () => {
    const short = narrow(points(at));
    const found = f(short).data;
    const expected = Float32Array.from(f(wide([...short.data])).data);
    for (const [i, x] of short.data.entries()) {
      assertClose(found[i], expected[i], 1e-5, `${name}(${x})`, floor);
    }
  });

  Deno.test(`${name}: first and second derivatives`, () => {
    const slope = k.grad((x: Scalar) => f(x).sum());
    const second = k.grad((x: Scalar) => slope(x).sum());
    for (const [i, point] of slopePoints.entries()) {
      const x = k.tensor(Number(point), "float64");
      assertClose(slope(x).item(), Number(slopes[i]), 1e-11, `${name}'(${point})`);
      assertClose(second(x).item(), Number(seconds[i]), 1e-9, `${name}''(${point})`);
    }
  });
}

for (
  const [name, { points: at, values, slopePoints, slopes, seconds }] of Object.entries(
    special.binary,
  )
) {
  const f = library[name];

  Deno.test(`${name}: SciPy's values`, () => {
    for (const [i, pair] of at.entries()) {
      const [a, b] = points(pair as Figure[]);
      const found = f(wide([a]), wide([b])).item();
      assertClose(found, Number(values[i]), bounds[name] ?? 1e-14, `${name}(${a}, ${b})`);
    }
  });

  Deno.test(`${name}: first and second derivatives`, () => {
    const slope = k.grad((a: Scalar, b: Scalar) => f(a, b).sum(), { argnums: [0, 1] });
    const second = (i: 0 | 1) =>
      k.grad((a: Scalar, b: Scalar) => slope(a, b)[i].sum(), { argnums: [0, 1] });
    for (const [i, pair] of slopePoints.entries()) {
      const [a, b] = points(pair as Figure[]).map((x) => k.tensor(x, "float64"));
      const found = slope(a, b).map((x) => x.item());
      assertClose(found, numbers(slopes[i]), 1e-11, `${name}' at ${pair}`);
      const hessian = ([0, 1] as const).map((row) => second(row)(a, b).map((x) => x.item()));
      assertClose(hessian, numbers(seconds[i]), 1e-9, `${name}'' at ${pair}`);
    }
  });
}

Deno.test("polygamma: SciPy's values", () => {
  const x = wide(points(special.polygammaPoints));
  for (const [n, values] of Object.entries(special.polygamma)) {
    const found = k.polygamma(Number(n), x).data;
    for (const [i, value] of values.entries()) {
      assertClose(found[i], Number(value), 1e-13, `polygamma(${n}, ${x.data[i]})`, 0);
    }
  }
});

Deno.test("polygamma: the recurrence holds below 0, too", () => {
  const point = fc.double({ min: -20, max: 20, noNaN: true })
    .filter((x) => Math.abs(x - Math.round(x)) > 0.05);
  fc.assert(
    fc.property(point, fc.nat(4), (x, n) => {
      const at = (y: number) => k.polygamma(n, k.tensor(y, "float64")).item();
      const factorial = [1, 1, 2, 6, 24][n];
      const step = (n % 2 === 0 ? 1 : -1) * factorial / x ** (n + 1);
      // Reading x + 1 off by half an ulp moves the value by its slope.
      const size = Math.max(1, Math.abs(at(x)), Math.abs(step), Math.abs(at(x + 1)));
      assert(Math.abs(at(x + 1) - at(x) - step) <= 1e-12 * size, `${at(x + 1)} - ${at(x)}`);
    }),
  );
});

Deno.test("lgamma: the recurrence and the reflection", () => {
  const point = fc.double({ min: -30, max: 30, noNaN: true })
    .filter((x) => Math.abs(x - Math.round(x)) > 1e-3);
  fc.assert(
    fc.property(point, (x) => {
      const at = (y: number) => k.lgamma(k.tensor(y, "float64")).item();
      const scale = Math.max(1, Math.abs(at(x)));
      assert(Math.abs(at(x + 1) - at(x) - Math.log(Math.abs(x))) <= 1e-11 * scale);
    }),
  );
});

Deno.test("betaln: the formula for whole numbers, to the last digits with large ones, too", () => {
  const large = fc.double({ min: 0, max: 12, noNaN: true }).map((power) => 10 ** power);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 6 }), large, (a, b) => {
      const factors = Array.from(
        { length: a },
        (_, i) => Math.log(b + i) - Math.log(Math.max(i, 1)),
      );
      const expected = -factors.reduce((sum, x) => sum + x, 0);
      const [x, y] = [k.tensor(a, "float64"), k.tensor(b, "float64")];
      assertClose(k.betaln(x, y).item(), expected, 1e-13, `${a}, ${b}`, floor);
      assertEquals(k.betaln(x, y).item(), k.betaln(y, x).item());
    }),
  );
});

Deno.test("i0 and i1: Bessel's differential equation, x² y'' + x y' = (x² + n²) y", () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-3, max: 20, noNaN: true }), fc.nat(3), (size, choice) => {
      const [x, n] = [choice > 1 ? -size : size, choice % 2];
      const f = (y: Scalar) => (n === 0 ? k.i0 : k.i1)(y).sum();
      const slope = k.grad(f);
      const second = k.grad((y: Scalar) => slope(y).sum());
      const at = k.tensor(x, "float64");
      const [y, dy, ddy] = [f(at), slope(at), second(at)].map((value) => value.item());
      const left = x * x * ddy + x * dy;
      assertClose(left, (x * x + n * n) * y, 1e-12, `${x}`, Math.abs(x * x * y));
    }),
  );
});

Deno.test("i0: derivatives at 0 are those of its series", () => {
  let f = (x: Scalar): Scalar => k.i0(x).sum();
  const found = Array.from({ length: 5 }, () => {
    const g = f;
    f = (x) => k.grad(g)(x).sum();
    return g(k.tensor(0, "float64")).item();
  });
  assertClose(found, [1, 0, 1 / 2, 0, 3 / 8], 1e-14);
});

Deno.test("ndtri, ndtr, erfInv, erf, logit and sigmoid: inverses of each other", () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-4, max: 0.9999, noNaN: true }), (p) => {
      const x = k.tensor(p, "float64");
      for (const back of [k.ndtr(k.ndtri(x)), k.sigmoid(k.logit(x)), k.erf(k.erfInv(x))]) {
        assertClose(back.item(), p, 1e-13, "", 0);
      }
    }),
  );
});

Deno.test("xlogy and xlog1py: 0 wins, and the derivatives at 0 are JAX's", () => {
  const slopes = k.grad((x: Scalar, y: Scalar) => k.xlogy(x, y).sum(), { argnums: [0, 1] });
  const [byX, byY] = slopes(k.tensor(0, "float64"), k.tensor(0, "float64"));
  assertEquals([byX.item(), byY.item()], [-Infinity, NaN]);
});

Deno.test("erf: exact ends, and the sign of 0", () => {
  assertEquals(k.erf(wide([0, -0, Infinity, -Infinity, NaN])).toArray(), [0, -0, 1, -1, NaN]);
  assertEquals(k.erfcx(wide([Infinity, -Infinity])).toArray(), [0, Infinity]);
});

Deno.test("polygamma: a wrong order is refused in words", () => {
  assertThrows(
    () => k.polygamma(-1, k.ones([2])),
    RangeError,
    "polygamma: the order must be a whole number from 0 to 100, got -1",
  );
});

/** The algebra of an engine that has float32 only: each operation's result is rounded. */
function float32Algebra(): Algebra<number> {
  const wide = columns("float64", 1) as unknown as Record<string, (...args: never[]) => number>;
  const rounded = Object.entries(wide).map(([name, f]) => [
    name,
    (...args: never[]) => Math.fround(f(...args)),
  ]);
  return Object.fromEntries(rounded) as Algebra<number>;
}

Deno.test("in float32 arithmetic the relative error is below 1e-6, or the absolute one near zeros", () => {
  const [narrow, wide] = [float32Algebra(), columns("float64", 1) as unknown as Algebra<number>];
  const names = "cbrt erf erfInv erfc erfcx i0 i0e i1 i1e lgamma ndtri polygamma".split(" ");
  const special = primitives().filter(({ name }) => names.includes(name));
  assertEquals(special.map(({ name }) => name), names);
  const value = ({ meaning }: Primitive, s: Algebra<number>, x: number, n: number): number => {
    assert(meaning.kind === "elementwise");
    return meaning.scalar(s, [x], { n })[0];
  };
  const exponent = fc.double({ min: -30, max: 30, noNaN: true });
  const point = fc.tuple(fc.constantFrom(...special), exponent, fc.boolean(), fc.nat(4));
  fc.assert(
    fc.property(point, ([primitive, power, negative, n]) => {
      const limit = /Inv|ndtri/.test(primitive.name) ? 0 : 1.3;
      const size = 10 ** (power > limit && negative ? -power : power);
      const x = Math.fround(negative ? -size : size);
      const expected = value(primitive, wide, x, n);
      const floor = ["lgamma", "polygamma"].includes(primitive.name) ? 1 : 1e-30;
      const found = value(primitive, narrow, x, n);
      assertClose(found, Math.fround(expected), 1e-6, `${primitive.name}(${x}), ${n}`, floor);
    }),
    { numRuns: 3000 },
  );
});
