/**
 * The inverse trigonometric functions of doubles.
 *
 * The intervals and the parts of `π` are those of FreeBSD's `e_asin.c`, `e_acos.c`, `s_atan.c` and
 * `e_atan2.c` (Sun Microsystems, 1993), the polynomials our own.
 *
 * @module
 */
import type { Value } from "../graph.ts";
import type { Floats } from "../floats.ts";
import { product } from "./product.ts";

/** `(asin(x) / x - 1) / x²` in `x²`, where `|x| ≤ 1/2`. */
const asinRest = [
  0.03220511384793823,
  -0.020289571431741954,
  0.021180068008277438,
  0.003935489157871636,
  0.010715801380993532,
  0.011411212688664603,
  0.01397919968976608,
  0.0173517592149326,
  0.022372205954778453,
  0.030381943067050783,
  0.04464285716602339,
  0.07499999999981498,
  0.1666666666666671,
];

/** `(atan(x) / x - 1) / x²` in `x²`, where `|x| ≤ 7/16`. */
const atanRest = [
  -0.01642294426935789,
  0.036679768319583354,
  -0.04983817686734608,
  0.05835414092220135,
  -0.0666137887956641,
  0.0769190896673204,
  -0.09090889404474144,
  0.11111110504454323,
  -0.14285714275043085,
  0.19999999999909976,
  -0.33333333333333093,
];

/** What `π` exceeds the double next to it by. */
const piLow = 1.2246467991473532e-16;

/** Added to what might be 0 before dividing by it. */
const tiny = 2 ** -500;

interface Arc {
  /** Where `|x| < 1/2`. */
  readonly small: Value;
  /** `asin(y) - y` for `y = |x|`, or else for `y = √((1 - |x|) / 2)`. */
  readonly rest: Value;
  /** That root, and what is lost of it. */
  readonly root: Value;
  readonly lost: Value;
}

function arc(f: Floats, a: Value): Arc {
  const small = f.less(a, f.number(0.5));
  const beyond = f.mul(f.number(0.5), f.sub(f.number(1), a));
  const z = f.select(small, f.mul(a, a), beyond);
  const root = f.sqrt(beyond);
  const y = f.select(small, a, root);
  const { high, low } = product(f, root, root);
  return {
    small,
    rest: f.mul(f.mul(y, z), f.polynomial(asinRest, z)),
    root,
    lost: f.div(f.sub(f.sub(beyond, high), low), f.add(f.add(root, root), f.number(tiny))),
  };
}

/** The arc sine. */
export function asin(f: Floats, x: Value): Value {
  const a = f.abs(x);
  const { small, rest, root, lost } = arc(f, a);
  // π/2 - 2 (root + lost + rest)
  const part = f.add(root, root);
  const quarter = f.number(Math.PI / 4);
  const low = f.sub(f.number(piLow / 2), f.mul(f.number(2), f.add(rest, lost)));
  const beyond = f.add(quarter, f.add(f.sub(quarter, part), low));
  return f.withSign(f.select(small, f.add(a, rest), beyond), x);
}

/** The arc cosine. */
export function acos(f: Floats, x: Value): Value {
  const { small, rest, root, lost } = arc(f, f.abs(x));
  const sign = f.signBit(x);
  const central = f.sub(
    f.number(Math.PI / 2),
    f.sub(x, f.sub(f.number(piLow / 2), f.xor(rest, sign))),
  );
  const angle = f.add(root, f.add(rest, lost));
  const right = f.add(angle, angle);
  const aside = f.add(root, f.sub(f.add(rest, lost), f.number(piLow / 2)));
  const left = f.sub(f.number(Math.PI), f.add(aside, aside));
  return f.select(small, central, f.select(f.less(x, f.number(0)), left, right));
}

/** From a number on: `atan x = atan c + atan((x - c) / (1 + c x))`, where `atan c` is a sum. */
interface Piece {
  readonly from: number;
  readonly c: number;
  readonly high: number;
  readonly low: number;
}

const pieces: readonly Piece[] = [
  { from: 7 / 16, c: 0.5, high: 0.46364760900080609, low: 2.2698777452961687e-17 },
  { from: 11 / 16, c: 1, high: Math.PI / 4, low: piLow / 4 },
  { from: 19 / 16, c: 1.5, high: 0.98279372324732905, low: 1.3903311031230998e-17 },
  { from: 39 / 16, c: Infinity, high: Math.PI / 2, low: piLow / 2 },
];

/** The arc tangent of a number that is not negative. */
function positive(f: Floats, a: Value): Value {
  const one = f.number(1);
  let over = a;
  let under = one;
  let high = f.number(0);
  let low = f.number(0);
  for (const piece of pieces) {
    const here = f.lessEqual(f.number(piece.from), a);
    const c = f.number(piece.c);
    const last = piece.c === Infinity;
    over = f.select(here, last ? f.number(-1) : f.sub(a, c), over);
    under = f.select(here, last ? a : f.add(one, f.mul(c, a)), under);
    high = f.select(here, f.number(piece.high), high);
    low = f.select(here, f.number(piece.low), low);
  }
  const t = f.div(over, under);
  const z = f.mul(t, t);
  const rest = f.mul(f.mul(t, z), f.polynomial(atanRest, z));
  return f.add(high, f.add(t, f.add(rest, low)));
}

/** The arc tangent. */
export function atan(f: Floats, x: Value): Value {
  return f.withSign(positive(f, f.abs(x)), x);
}

/** The angle of the point `(x, y)`. */
export function atan2(f: Floats, y: Value, x: Value): Value {
  const [a, b] = [f.abs(y), f.abs(x)];
  const zero = f.number(0);
  const infinity = f.number(Infinity);
  const plain = f.div(a, b);
  const bothInfinite = f.and(f.equal(a, infinity), f.equal(b, infinity));
  const bothZero = f.equal(f.add(a, b), zero);
  const ratio = f.select(bothInfinite, f.number(1), f.select(bothZero, zero, plain));
  const angle = positive(f, ratio);
  // Where x is negative, or -0: the bit decides; a point straight above is where it is.
  const sign = f.signBit(x);
  const left = f.notEqual(f.or(sign, f.number(1)), f.number(1));
  const other = f.sub(f.number(Math.PI), f.sub(angle, f.number(piLow)));
  const steep = f.less(f.number(2 ** 60), ratio);
  return f.withSign(f.select(f.without(left, steep), other, angle), y);
}
