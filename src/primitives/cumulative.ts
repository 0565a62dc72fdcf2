/**
 * Running sums, products, extrema and the like along an axis.
 *
 * The derivative of the sum is a sum from the other end. The others are scans of an associative
 * function of two operands, and are differentiated as the scan by halves that computes the same:
 * neighbours are combined in pairs, the scan of the pairs gives every second result, and each of the
 * other results is one of these combined with one more element. So no gradient divides, and ties are
 * shared as in JAX, which differentiates the same scan. (The scan: G. Blelloch, "Prefix sums and
 * their applications", 1990.)
 *
 * @module
 */
import { ShapeError, showShape } from "../shape/fail.ts";
import type { DType } from "../tensor/dtype.ts";
import { sizeOf } from "../tensor/storage.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { definePrimitive, type Elements, perOperand, type Primitive } from "../tape/primitive.ts";
import { flopPerElement } from "../tape/flops.ts";
import { bind } from "../tape/recorder.ts";
import type { OperandSample } from "../tape/sample.ts";
import { add, mul, sub, winner } from "./arithmetic.ts";
import { equal, where } from "./compare.ts";
import { floats, numeric } from "./elementwise.ts";
import { exp } from "./math.ts";
import { concatPrimitive, reversePrimitive } from "./movement.ts";
import { requireDType, scalar } from "./operands.ts";
import { reshapeRaw } from "./reshape.ts";
import { padRaw, sliceRaw } from "./slice.ts";

/** The axis that is run along, and whether from its end. */
export interface Running {
  /** The axis. */
  readonly axis: number;
  /** From the last element to the first. */
  readonly reverse: boolean;
}

/** What a running function of its own is: all but what they have in common. */
interface Declaration {
  readonly name: string;
  readonly summary: string;
  readonly dtypes: readonly DType[];
  /** From the first element, what makes the result so far of each one that follows. */
  readonly begin: Begin;
  /** As `begin`, for integers, if it differs. */
  readonly beginIntegers?: Begin;
  /** The cotangents of two results that are combined from that of their result `y`. */
  readonly share: Share | "sum";
  /** Where to draw operands from. */
  readonly domain?: Partial<OperandSample>;
}

type Begin = (first: number) => (value: number) => number;

/** Where the result so far is all that the next one needs. */
const combining =
  (combine: (total: number, value: number) => number): Begin => (total) => (value) =>
    total = combine(total, value);

type Share = (
  ct: AnyTensor,
  a: AnyTensor,
  b: AnyTensor,
  y: AnyTensor,
) => readonly [AnyTensor, AnyTensor];

function running(declaration: Declaration): Primitive<Running> {
  const { name, begin, beginIntegers = begin, share } = declaration;
  const primitive: Primitive<Running> = definePrimitive<Running>({
    name,
    family: "cumulative",
    summary: declaration.summary,
    infer: ([x], { axis }) => {
      requireDType(name, x.dtype, declaration.dtypes);
      if (!(axis in x.shape)) {
        throw new ShapeError(`${name}: axis ${axis} is out of range for ${showShape(x.shape)}`);
      }
      return [{ shape: x.shape, dtype: x.dtype }];
    },
    flops: flopPerElement,
    meaning: {
      kind: "kernel",
      run: ([x], params, [out]) =>
        run(x, params, out, floats.includes(x.dtype) ? begin : beginIntegers),
    },
    vjp: perOperand((ct, { inputs: [x], outputs: [y], params: { axis, reverse } }) => {
      if (share === "sum") return bind(primitive, [ct], { axis, reverse: !reverse })[0];
      const turned = (t: AnyTensor) =>
        reverse ? bind(reversePrimitive, [t], { axes: [axis] })[0] : t;
      return turned(halved({ primitive, share, axis }, turned(x), turned(y), turned(ct)));
    }),
    batch: { params: ({ axis, reverse }) => ({ axis: axis + 1, reverse }) },
    sample: (draw, float) => {
      const shape = draw.shape(1, 3);
      if (draw.integer(0, 1) === 1) shape[0] += 3;
      return {
        operands: [{ shape, dtype: float, ...declaration.domain }],
        params: { axis: draw.integer(0, shape.length - 1), reverse: draw.integer(0, 1) === 1 },
      };
    },
  });
  return primitive;
}

/** Runs along the axis, in float64. */
function run(
  x: Elements,
  { axis, reverse }: Running,
  out: Elements,
  begin: Begin,
): void {
  const n = x.shape[axis];
  const inner = sizeOf(x.shape.slice(axis + 1));
  const outer = n === 0 ? 0 : sizeOf(x.shape.slice(0, axis));
  const step = reverse ? -inner : inner;
  for (let i = 0; i < outer; i++) {
    for (let j = 0; j < inner; j++) {
      let at = (i * n + (reverse ? n - 1 : 0)) * inner + j;
      const next = begin(out.data[at] = x.data[at]);
      for (let k = 1; k < n; k++) {
        at += step;
        out.data[at] = next(x.data[at]);
      }
    }
  }
}

/** The primitive at hand while a cotangent is pulled back. */
interface Scan {
  readonly primitive: Primitive<Running>;
  readonly share: Share;
  readonly axis: number;
}

/** Pulls a cotangent back through the scan by halves of `x`, whose results are `y`. */
function halved(scan: Scan, x: AnyTensor, y: AnyTensor, ct: AnyTensor): AnyTensor {
  const { share, axis } = scan;
  const n = x.shape[axis];
  if (n < 2) return ct;
  const every = (t: AnyTensor, start: number, stop = n) => part(t, axis, start, stop, 2);
  const pairs = Math.floor(n / 2);
  const rest = n - pairs - 1;
  const odd = every(y, 1);
  // y[2], y[4], … are y[1], y[3], … combined with x[2], x[4], …
  const [toOdd, toRest] = share(every(ct, 2), part(odd, axis, 0, rest), every(x, 2), every(y, 2));
  const paired = pairs === 1 ? odd : pairsOf(scan, x, pairs);
  const toPaired = halved(scan, paired, odd, add(every(ct, 1), spread(toOdd, axis, 0, 1, pairs)));
  const [toFirst, toSecond] = share(toPaired, every(x, 0, 2 * pairs), every(x, 1), paired);
  const toEven = add(
    bind(concatPrimitive, [part(ct, axis, 0, 1), toRest], { axis })[0],
    spread(toFirst, axis, 0, 1, rest + 1),
  );
  return add(spread(toEven, axis, 0, 2, n), spread(toSecond, axis, 1, 2, n));
}

/** Neighbours combined: elements 0 and 1, 2 and 3, … */
function pairsOf({ primitive, axis }: Scan, x: AnyTensor, pairs: number): AnyTensor {
  const shape = part(x, axis, 0, 2 * pairs).shape;
  const split = reshapeRaw(part(x, axis, 0, 2 * pairs), shape.toSpliced(axis, 1, pairs, 2));
  const [both] = bind(primitive, [split], { axis: axis + 1, reverse: false });
  return reshapeRaw(part(both, axis + 1, 1, 2), shape.with(axis, pairs));
}

/** Every `step`-th element from `start` to before `stop` along an axis. */
function part(x: AnyTensor, axis: number, start: number, stop: number, step = 1): AnyTensor {
  const at = (value: number, others: number) => x.shape.map((_, i) => i === axis ? value : others);
  const stops = x.shape.with(axis, Math.max(start, stop));
  return sliceRaw(x, at(start, 0), stops, at(step, 1));
}

/** Puts elements at every `step`-th place from `start` on along an axis of `n`, among zeros. */
function spread(x: AnyTensor, axis: number, start: number, step: number, n: number): AnyTensor {
  const at = (value: number) => x.shape.map((_, i) => i === axis ? value : 0);
  const count = x.shape[axis];
  const span = count === 0 ? 0 : (count - 1) * step + 1;
  return padRaw(x, scalar(0, x.dtype), at(start), at(n - start - span), at(step - 1));
}

/** The running sum. */
export const cumsumPrimitive: Primitive<Running> = running({
  name: "cumsum",
  summary: "the sum of the elements so far along `axis`",
  dtypes: numeric,
  begin: combining((a, b) => a + b),
  beginIntegers: combining((a, b) => (a + b) | 0),
  share: "sum",
});

/** The running product. */
export const cumprodPrimitive: Primitive<Running> = running({
  name: "cumprod",
  summary: "the product of the elements so far along `axis`",
  dtypes: numeric,
  begin: combining((a, b) => a * b),
  beginIntegers: combining(Math.imul),
  share: (ct, a, b) => [mul(ct, b), mul(ct, a)],
});

/** The running maximum. */
export const cummaxPrimitive: Primitive<Running> = running({
  name: "cummax",
  summary: "the largest of the elements so far along `axis`; NaN from the first on",
  dtypes: numeric,
  begin: combining((a, b) => Math.max(a, b)),
  share: (ct, a, b) => [winner(ct, b, a), winner(ct, a, b)],
  domain: { distinct: true },
});

/** The running minimum. */
export const cumminPrimitive: Primitive<Running> = running({
  name: "cummin",
  summary: "the smallest of the elements so far along `axis`; NaN from the first on",
  dtypes: numeric,
  begin: combining((a, b) => Math.min(a, b)),
  share: (ct, a, b) => [winner(ct, a, b), winner(ct, b, a)],
  domain: { distinct: true },
});

/** The running `log Σ e^x`. */
export const cumlogsumexpPrimitive: Primitive<Running> = running({
  name: "cumlogsumexp",
  summary: "the logarithm of the sum of exponentials so far along `axis`, without overflow",
  dtypes: floats,
  // As the largest element and Σ e^(x - largest) - 1: a logarithm for each step would round each time.
  begin: (largest) => {
    let rest = 0;
    return (x) => {
      // Equal infinities have no distance.
      const part = x === largest ? 1 : Math.exp(-Math.abs(x - largest));
      rest = x <= largest ? rest + part : (rest + 1) * part;
      largest = Math.max(largest, x);
      return largest + Math.log1p(rest);
    };
  },
  share: (ct, a, b, y) => {
    // Where the result is Infinity, JAX takes the infinities for 0.
    const finite = (t: AnyTensor) => where(equal(t, Infinity), 0, t);
    const portion = (t: AnyTensor) => mul(ct, exp(sub(finite(t), finite(y))));
    return [portion(a), portion(b)];
  },
});
