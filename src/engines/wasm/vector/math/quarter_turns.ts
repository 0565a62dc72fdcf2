/**
 * Angles without their quarter turns.
 *
 * Usual angles by a product with `2/π` and `π/2` in parts (W. J. Cody and W. Waite, "Software Manual
 * for the Elementary Functions", 1980); large ones as `payne_hanek.ts` says.
 *
 * @module
 */
import type { Code, Local } from "../../assembler/code.ts";
import type { Value } from "../graph.ts";
import type { Floats } from "../floats.ts";
import { fraction, type Range } from "./payne_hanek.ts";
import { product, settle } from "./product.ts";

/** What is left, between `-π/4` and `π/4`, and the quarter turns, in the lowest bits of a lane. */
export interface Angle {
  readonly high: Value;
  /** What `high` was rounded by. */
  readonly low?: Value;
  readonly turns: Value;
}

/** The largest angle that {@linkcode nearAngle} takes: turns times `π/2`'s parts are exact. */
export const nearLimit = 2 ** 20;

/** `π/2` in parts of 33 bits, and the rest. */
const parts = [
  1.57079632673412561417,
  6.07710050630396597660e-11,
  2.02226624871116645580e-21,
  8.47842766036889956997e-32,
];

/** `π/2 - parts[0]`. */
const second = 6.07710050650619224932e-11;

/** What is left of angles up to the limit. */
export function nearAngle(f: Floats, x: Value): Angle {
  if (f.width === 64) return precise(f, x);
  const doubles = f.doubles();
  const half = (y: Value): { readonly high: Value; readonly turns: Value } => {
    const { count, turns } = whole(doubles, y);
    const coarse = doubles.nmadd(count, doubles.number(parts[0]), y);
    const high = f.demote(doubles.nmadd(count, doubles.number(second), coarse));
    return { high, turns };
  };
  const low = half(f.promoteLow(x));
  if (f.lanes === 2) {
    return { high: low.high, turns: f.graph.shuffle(low.turns, low.turns, evenWords) };
  }
  const high = half(f.promoteHigh(x));
  return {
    high: f.join(low.high, high.high),
    turns: f.graph.shuffle(low.turns, high.turns, evenWords),
  };
}

/** Quarter turns in doubles, as numbers and as bits. */
function whole(f: Floats, x: Value): { readonly count: Value; readonly turns: Value } {
  const magic = f.number(f.magic);
  const turns = f.madd(x, f.number(2 / Math.PI), magic);
  return { count: f.sub(turns, magic), turns };
}

function precise(f: Floats, x: Value): Angle {
  const { count, turns } = whole(f, x);
  const [p1, p2, p3, p4] = parts.map((part) => f.mul(count, f.number(part)));
  const first = f.sub(x, p1);
  const next = f.sub(first, p2);
  const lost = f.sub(f.sub(first, next), p2);
  const third = f.sub(next, p3);
  const lostToo = f.sub(f.sub(next, third), p3);
  const rest = f.sub(p4, f.add(lost, lostToo));
  const high = f.sub(third, rest);
  return { high, low: f.sub(f.sub(third, high), rest), turns };
}

/**
 * Writes a function of large angles. They are in a variable, the result is left on the stack; `of` is
 * given doubles.
 */
export function farAngle(
  f: Floats,
  code: Code,
  x: Local,
  range: Range,
  of: (f: Floats, angle: Angle) => Value,
): void {
  const doubles = f.doubles();
  if (f.width === 64) return ofDoubles(doubles, code, x, range, of);
  const half = code.local("v128");
  const result = code.local("v128");
  for (const upper of f.lanes === 2 ? [false] : [false, true]) {
    f.write(code, [x], (g, y) => upper ? g.promoteHigh(y) : g.promoteLow(y));
    code.set(half);
    ofDoubles(doubles, code, half, range, of);
    code.set(half);
    f.write(code, [result, half], (g, low, y) => upper ? g.join(low, g.demote(y)) : g.demote(y));
    code.set(result);
  }
  code.get(result);
  code.release(half, result);
}

/** What {@linkcode farAngle} writes for doubles: lane by lane in a loop. */
function ofDoubles(
  f: Floats,
  code: Code,
  x: Local,
  range: Range,
  of: (f: Floats, angle: Angle) => Value,
): void {
  const [operand, high, low, turns] = Array.from({ length: 4 }, () => code.local("v128"));
  const counter = code.local("i32");
  code.get(x);
  code.set(operand);
  code.count(counter, 0, 2, 1, () => {
    fraction(code, operand, range, { high, low, turns });
  });
  f.write(code, [high, low, turns], (g, h, l, n) => {
    const quarter = g.number(Math.PI / 2);
    const exact = product(g, h, quarter);
    const beyond = g.add(g.mul(h, g.number(quarterLow)), g.mul(l, quarter));
    const angle = settle(g, { high: exact.high, low: g.add(exact.low, beyond) });
    return of(g, { ...angle, turns: n });
  });
  code.release(operand, high, low, turns, counter);
}

/** What `π/2` exceeds the double next to it by. */
const quarterLow = 6.123233995736766e-17;

const evenWords = [0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27];
