/**
 * Sine, cosine and tangent: polynomials in what is left of the angle without quarter turns.
 *
 * @module
 */
import type { Value } from "../graph.ts";
import type { Floats } from "../floats.ts";
import { product, settle, type Sum } from "./product.ts";
import type { Range } from "./payne_hanek.ts";
import { type Angle, farAngle, nearAngle, nearLimit } from "./quarter_turns.ts";

/** `(sin(x) / x - 1) / x²` in `x²`, where `|x| ≤ π/4`. */
const sine32 = [-1.9518472e-4, 8.33219e-3, -1.6666655e-1];
const sine64 = [
  1.5897697643675732e-10,
  -2.5050776198599238e-08,
  2.755731382860328e-06,
  -0.0001984126983028686,
  0.008333333333323173,
  -0.16666666666666635,
];

/** `(cos(x) - 1 + x²/2) / x⁴` in `x²`. */
const cosine32 = [2.4441886e-5, -1.3887404e-3, 4.166665e-2];
const cosine64 = [
  -1.13659107556568e-11,
  2.087585361068239e-09,
  -2.755731539471391e-07,
  2.480158729344959e-05,
  -0.0013888888888881215,
  0.041666666666666644,
];

/** The sine of what is left of an angle. */
function sineOf(f: Floats, { high, low }: Angle): Sum {
  const z = f.mul(high, high);
  const cube = f.mul(z, high);
  const [first, ...others] = f.pick(sine32, sine64).toReversed();
  const rest = f.polynomial(others.toReversed(), z);
  const beyond = low === undefined
    ? f.mul(f.mul(cube, z), rest)
    : f.madd(z, f.nmadd(f.number(0.5), low, f.mul(cube, rest)), low);
  return { high, low: f.madd(cube, f.number(first), beyond) };
}

/** The cosine of what is left of an angle. */
function cosineOf(f: Floats, { high, low }: Angle): Sum {
  const one = f.number(1);
  const z = f.mul(high, high);
  const half = f.mul(f.number(0.5), z);
  const rest = f.mul(f.mul(z, z), f.polynomial(f.pick(cosine32, cosine64), z));
  const beyond = low === undefined ? rest : f.nmadd(high, low, rest);
  const first = f.sub(one, half);
  return { high: first, low: f.add(f.sub(f.sub(one, first), half), beyond) };
}

/** The sine, or with a quarter turn more the cosine. */
function wave(f: Floats, angle: Angle, more: 0n | 1n): Value {
  const one = f.bits(1n);
  const turns = more === 0n ? angle.turns : f.addBits(angle.turns, one);
  const odd = f.equalBits(f.and(turns, one), one);
  const [sine, cosine] = [sineOf(f, angle), cosineOf(f, angle)].map(({ high, low }) =>
    f.add(high, low)
  );
  const down = f.shiftLeft(f.and(turns, f.bits(2n)), f.width - 2);
  return f.xor(f.select(odd, cosine, sine), down);
}

/** The tangent: the quotient of sine and cosine, corrected for their second parts. */
function slope(f: Floats, angle: Angle): Value {
  const one = f.bits(1n);
  const odd = f.equalBits(f.and(angle.turns, one), one);
  const [sine, cosine] = [sineOf(f, angle), cosineOf(f, angle)].map((sum) => settle(f, sum));
  const over = choose(f, odd, cosine, sine);
  const under = choose(f, odd, sine, cosine);
  const quotient = f.div(over.high, under.high);
  const back = product(f, quotient, under.high);
  const missing = f.sub(
    f.add(f.sub(f.sub(over.high, back.high), back.low), over.low),
    f.mul(quotient, under.low),
  );
  const magnitude = f.add(quotient, f.div(missing, under.high));
  return f.xor(magnitude, f.and(odd, f.signBit(f.number(-1))));
}

function choose(f: Floats, mask: Value, a: Sum, b: Sum): Sum {
  return { high: f.select(mask, a.high, b.high), low: f.select(mask, a.low, b.low) };
}

/** A function of an angle, by what is left of it; large angles take another way. */
function periodic(
  f: Floats,
  key: string,
  x: Value,
  range: Range,
  of: (f: Floats, angle: Angle) => Value,
): Value {
  const usual = of(f, nearAngle(f, x));
  const a = f.abs(x);
  const far = f.and(f.less(f.number(nearLimit), a), f.less(a, f.number(Infinity)));
  return f.rarely(`${key} ${range}`, far, [x], usual, (code, [operand]) => {
    farAngle(f, code, operand, range, of);
  });
}

/** The sine. */
export function sin(f: Floats, x: Value): Value {
  const sine = periodic(f, "sin", x, f.width, (floats, angle) => wave(floats, angle, 0n));
  return f.select(f.equal(x, f.number(0)), x, sine);
}

/** The cosine. */
export function cos(f: Floats, x: Value): Value {
  return periodic(f, "cos", x, f.width, (floats, angle) => wave(floats, angle, 1n));
}

/** The tangent. */
export function tan(f: Floats, x: Value): Value {
  return f.inDoubles((doubles, y) => {
    const tangent = periodic(doubles, "tan", y, f.width, slope);
    return doubles.select(doubles.equal(y, doubles.number(0)), y, tangent);
  }, x);
}
