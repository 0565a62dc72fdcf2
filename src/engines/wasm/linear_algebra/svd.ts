/**
 * Code for singular values and vectors, and for the pseudo-inverse, by Jacobi's method in Hestenes'
 * one-sided form.
 *
 * @module
 */
import { matrixOf } from "../../../shape/matrix.ts";
import type { Equation } from "../../../tape/tape.ts";
import type { Local } from "../assembler/code.ts";
import { assign, each, type Index, push, sum, times } from "../assembler/index.ts";
import {
  at,
  atMost,
  become,
  either,
  finite,
  kept,
  larger,
  less,
  magnitude,
  multiplied,
  negated,
  plus,
  put,
  root,
  same,
  square,
  when,
} from "../assembler/real.ts";
import type { Builder } from "../builder.ts";
import { type Buffer, load } from "../symbolic.ts";
import { diagonalizing, eachRanked, epsilon, identity, sweep } from "./jacobi.ts";
import {
  copied,
  define,
  defineFrom,
  eachMatrix,
  perMatrix,
  transposed,
  type Work,
} from "./kernel.ts";
import { element } from "./rows.ts";

/**
 * What a decomposition works with: `count` vectors of `length` elements, the columns of a matrix, or
 * its rows where there are fewer. They become `count` long singular vectors, completed to `most`,
 * and what turns them becomes the short ones.
 */
interface Sizes {
  readonly count: number;
  readonly length: number;
  readonly most: number;
  /** Whether the long vectors are those on the left. */
  readonly tall: boolean;
}

/** What a decomposition begins and ends in, and what it works in. */
function partsOf(
  builder: Builder,
  equation: Equation,
  full: boolean,
): { sizes: Sizes; buffers: readonly Buffer[]; scratch: readonly number[] } {
  const [input] = equation.inputs;
  const [height, width] = matrixOf(equation.primitive.name, input.shape);
  const tall = height >= width;
  const [count, length] = tall ? [width, height] : [height, width];
  const most = full ? length : count;
  const a = builder.read(input);
  return {
    sizes: { count, length, most, tall },
    buffers: [
      copied(builder, tall ? transposed(a) : a),
      perMatrix(equation, [count]),
      perMatrix(equation, [most, length]),
      perMatrix(equation, [count, count]),
    ],
    // What turns the vectors, their lengths, and how much of each axis they have.
    scratch: [count * count, count, length],
  };
}

/** `A = U diag(s) Vᵀ`. */
export function lowerSvd(builder: Builder, equation: Equation): void {
  const { outputs: [outU, outS, outV], params: { full } } = equation;
  const { sizes, buffers, scratch } = partsOf(builder, equation, full);
  eachMatrix(builder, equation, buffers, (work) => decompose(work, sizes), { scratch });
  const [, s, long, short] = buffers;
  const [u, v] = sizes.tall ? [long, short] : [short, long];
  define(builder, outU, transposed(load(u)));
  defineFrom(builder, outS, s);
  defineFrom(builder, outV, v);
}

/** `V diag(1 / s) Uᵀ` over the singular values that count. */
export function lowerPinv(builder: Builder, equation: Equation): void {
  const { outputs: [output], params: { rtol } } = equation;
  const [width, height] = matrixOf("pinv", output.shape);
  const { sizes, buffers, scratch } = partsOf(builder, equation, false);
  const result = perMatrix(equation, [width, height]);
  eachMatrix(builder, equation, [...buffers, result], (work) => {
    const { code, rows, places: [a, s, long, short, to, ...room] } = work;
    decompose({ ...work, places: [a, s, long, short, ...room] }, sizes);
    const [us, vs] = sizes.tall ? [long, short] : [short, long];
    const [u, v] = [{ address: us, columns: height }, { address: vs, columns: width }];
    const used = code.local("i32");
    const [value, least] = [code.local("f64"), kept(code, multiplied(rtol, at(s)))];
    assign(code, used, 0);
    code.block((done) =>
      each(code, 0, sizes.count, 1, (k) => {
        become(code, value, at(sum(s, times(k, 8))));
        atMost(value, least)(code);
        code.brIf(done);
        rows.divide(element(v, k, 0), width, negated(value));
        assign(code, used, sum(used, 1));
      })
    );
    rows.fill(to, width * height, 0);
    each(code, 0, width, 1, (i) =>
      rows.subtract(
        element({ address: to, columns: height }, i, 0),
        [element(v, 0, i), width * 8],
        [element(u, 0, 0), height * 8],
        used,
        height,
      ));
    code.release(used, value, least);
  }, { scratch });
  defineFrom(builder, output, result);
}

function decompose(work: Work, sizes: Sizes): void {
  const { code, rows, places: [a, s, long, short] } = work;
  const { count, length, most } = sizes;
  const largest = kept(code, rows.largest(a, count * length));
  when(code, finite(largest), () => {
    become(code, largest, either(same(largest, 0), 1, largest));
    rows.divide(a, count * length, largest);
    orthogonalize(work, sizes);
    each(code, 0, count, 1, (i) => {
      const own = sum(s, times(i, 8));
      put(code, own, multiplied(largest, at(own)));
    });
  }, () => {
    rows.fill(s, count, NaN);
    rows.fill(long, most * length, NaN);
    rows.fill(short, count * count, NaN);
  });
  code.release(largest);
}

/** Turns the vectors in pairs until they are orthogonal. Their lengths are the singular values. */
function orthogonalize(work: Work, sizes: Sizes): void {
  const { code, rows, places: [address, s, toLong, toShort, turned, lengths] } = work;
  const { count, length, tall } = sizes;
  const [a, long] = [address, toLong].map((address) => ({ address, columns: length }));
  const [turns, short] = [turned, toShort].map((address) => ({ address, columns: count }));
  const [xx, xy, yy, floor] = [0, 1, 2, 3].map(() => code.local("f64"));
  identity(code, rows, turned, count);
  const negligible = kept(code, multiplied(epsilon, rows.length(address, count * length)));
  sweep(code, count, (p, q, moved) => {
    const [x, y] = [element(a, p, 0), element(a, q, 0)];
    become(code, xx, rows.dot(x, x, length));
    become(code, xy, rows.dot(x, y, length));
    become(code, yy, rows.dot(y, y, length));
    become(
      code,
      floor,
      multiplied(larger(negligible, root(xx)), larger(negligible, root(yy))),
    );
    when(code, less(multiplied(4 * epsilon, floor), magnitude(xy)), () => {
      diagonalizing(code, [xx, xy, yy], ({ cosine, sine }) => {
        rows.rotate(x, y, length, cosine, sine);
        rows.rotate(element(turns, p, 0), element(turns, q, 0), count, cosine, sine);
      });
      moved();
    });
  });
  each(
    code,
    0,
    count,
    1,
    (i) => put(code, sum(lengths, times(i, 8)), rows.length(element(a, i, 0), length)),
  );
  const known = code.local("i32");
  assign(code, known, 0);
  eachRanked(code, lengths, count, true, (i, rank, value) => {
    put(code, sum(s, times(rank, 8)), value);
    rows.copy(element(turns, i, 0), element(short, rank, 0), count);
    when(code, less(negligible, value), () => {
      rows.copy(element(a, i, 0), element(long, rank, 0), length);
      rows.divide(element(long, rank, 0), length, value);
      assign(code, known, sum(known, 1));
    });
  });
  complete(work, sizes, known);
  // The left vectors give the sign, and each other one that completes a basis its own.
  const sign = code.local("f64");
  each(code, 0, sizes.most, 1, (j) => {
    const [own, other] = [element(long, j, 0), element(short, j, 0)];
    push(code, j);
    code.i32(count);
    code.op("i32.lt_s");
    code.if(() => {
      become(code, sign, tall ? rows.orientation(own, length) : rows.orientation(other, count));
      rows.divide(other, count, sign);
    }, () => become(code, sign, rows.orientation(own, length)));
    rows.divide(own, length, sign);
  });
  code.release(xx, xy, yy, floor, negligible, known, sign);
}

/**
 * Completes orthonormal vectors, from `known` on: what is left of that unit vector which is the least
 * in their span, again and again.
 */
function complete(
  { code, rows, places: [, , toLong, , , , within] }: Work,
  { length, most }: Sizes,
  known: Local,
): void {
  const long = { address: toLong, columns: length };
  const [least, value] = [code.local("f64"), code.local("f64")];
  const axis = code.local("i32");
  const enter = (vector: Index) =>
    each(code, 0, length, 1, (i) => {
      const own = sum(within, times(i, 8));
      become(code, value, at(sum(vector, times(i, 8))));
      put(code, own, plus(at(own), square(value)));
    });
  rows.fill(within, length, 0);
  each(code, 0, known, 1, (j) => enter(element(long, j, 0)));
  each(code, known, most, 1, (j) => {
    const own = element(long, j, 0);
    become(code, least, Infinity);
    each(code, 0, length, 1, (i) => {
      become(code, value, at(sum(within, times(i, 8))));
      when(code, less(value, least), () => {
        become(code, least, value);
        assign(code, axis, i);
      });
    });
    rows.fill(own, length, 0);
    put(code, element(long, j, axis), 1);
    // Twice is enough for what rounding leaves (Giraud et al. 2005).
    each(code, 0, 2, 1, () =>
      each(code, 0, j, 1, (other) => {
        const row = element(long, other, 0);
        rows.reduce(own, row, rows.dot(own, row, length), length);
      }));
    rows.divide(own, length, rows.length(own, length));
    enter(own);
  });
  code.release(least, value, axis);
}
