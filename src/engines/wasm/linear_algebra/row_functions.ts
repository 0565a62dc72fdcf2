/**
 * The functions on rows of doubles, two elements at a time.
 *
 * @module
 */
import type { Callee, Code, Local } from "../assembler/code.ts";
import { assign, each, held, sum } from "../assembler/index.ts";
import type { Plain } from "../assembler/opcodes.ts";
import {
  at,
  become,
  both,
  called,
  divided,
  either,
  finite,
  kept,
  less,
  magnitude,
  multiplied,
  plus,
  pushReal,
  put,
  type Real,
  root,
  square,
  when,
} from "../assembler/real.ts";

/**
 * Goes along a row in vectors, `most` at a time while there are so many, then one by one, then with
 * what is left in the low half of one. The body moves its addresses itself.
 */
function along(
  code: Code,
  n: Local,
  most: number,
  body: (vectors: number, bytes: 8 | 16) => void,
): void {
  const left = held(code, n);
  const atATime = (vectors: number) =>
    code.block((done) =>
      code.loop((again) => {
        code.get(left);
        code.i32(2 * vectors);
        code.op("i32.lt_s");
        code.brIf(done);
        body(vectors, 16);
        assign(code, left, sum(left, -2 * vectors));
        code.br(again);
      })
    );
  if (most > 1) atATime(most);
  atATime(1);
  code.get(left);
  code.if(() => body(1, 8));
  code.release(left);
}

function loadVector(code: Code, address: Local, offset: number, bytes: 8 | 16): void {
  code.get(address);
  code.access(bytes === 16 ? "v128.load" : "v128.load64_zero", offset, 3);
}

function storeVector(code: Code, address: Local, value: Local, offset: number, bytes: 8 | 16) {
  code.get(address);
  code.get(value);
  if (bytes === 16) code.access("v128.store", offset, 3);
  else code.accessLane("v128.store64_lane", 0, offset, 3);
}

function splat(code: Code, x: Real): Local {
  const local = code.local("v128");
  pushReal(code, x);
  code.op("f64x2.splat");
  code.set(local);
  return local;
}

/** The body of `Rows.subtract`. */
export function subtract(
  code: Code,
  [y, factors, step, rows, apart, count, n]: readonly Local[],
): void {
  const totals = [0, 1, 2, 3].map(() => code.local("v128"));
  const factor = code.local("v128");
  const [f, x] = [code.local("i32"), code.local("i32")];
  along(code, n, 4, (vectors, bytes) => {
    const own = totals.slice(0, vectors);
    for (const [i, total] of own.entries()) {
      loadVector(code, y, 16 * i, bytes);
      code.set(total);
    }
    assign(code, f, factors);
    assign(code, x, rows);
    each(code, 0, count, 1, () => {
      code.get(f);
      code.access("v128.load64_splat");
      code.set(factor);
      for (const [i, total] of own.entries()) {
        code.get(total);
        code.get(factor);
        loadVector(code, x, 16 * i, bytes);
        code.op("f64x2.mul", "f64x2.sub");
        code.set(total);
      }
      assign(code, f, sum(f, step));
      assign(code, x, sum(x, apart));
    });
    for (const [i, total] of own.entries()) storeVector(code, y, total, 16 * i, bytes);
    assign(code, y, sum(y, 16 * vectors));
    assign(code, rows, sum(rows, 16 * vectors));
  });
}

/** The body of `Rows.reduce`. */
export function reduce(code: Code, [y, x, n, factor]: readonly Local[]): void {
  const [by, value] = [splat(code, factor), code.local("v128")];
  along(code, n, 1, (_, bytes) => {
    loadVector(code, y, 0, bytes);
    loadVector(code, x, 0, bytes);
    code.get(by);
    code.op("f64x2.mul", "f64x2.sub");
    code.set(value);
    storeVector(code, y, value, 0, bytes);
    for (const address of [x, y]) assign(code, address, sum(address, 16));
  });
}

/** Changes a row by an instruction with a number. */
function changed(code: Code, [x, n, by]: readonly Local[], instruction?: Plain): void {
  const [other, value] = [splat(code, by), code.local("v128")];
  along(code, n, 1, (_, bytes) => {
    if (instruction !== undefined) loadVector(code, x, 0, bytes);
    code.get(other);
    if (instruction !== undefined) code.op(instruction);
    code.set(value);
    storeVector(code, x, value, 0, bytes);
    assign(code, x, sum(x, 16));
  });
}

/** The body of `Rows.divide`. */
export function divide(code: Code, parameters: readonly Local[]): void {
  changed(code, parameters, "f64x2.div");
}

/** The body of `Rows.fill`. */
export function fill(code: Code, parameters: readonly Local[]): void {
  changed(code, parameters);
}

/** The body of `Rows.rotate`. */
export function rotate(code: Code, [x, y, n, cosine, sine]: readonly Local[]): void {
  const [c, s] = [splat(code, cosine), splat(code, sine)];
  const [a, b, next] = [0, 1, 2].map(() => code.local("v128"));
  const turned = (first: Local, second: Local, instruction: Plain) => {
    for (const [value, by] of [[first, a], [second, b]]) {
      code.get(value);
      code.get(by);
      code.op("f64x2.mul");
    }
    code.op(instruction);
    code.set(next);
  };
  along(code, n, 1, (_, bytes) => {
    for (const [local, from] of [[a, x], [b, y]]) {
      loadVector(code, from, 0, bytes);
      code.set(local);
    }
    turned(c, s, "f64x2.sub");
    storeVector(code, x, next, 0, bytes);
    turned(s, c, "f64x2.add");
    storeVector(code, y, next, 0, bytes);
    for (const address of [x, y]) assign(code, address, sum(address, 16));
  });
}

/** The body of `Rows.exchange`. */
export function exchange(code: Code, [x, y, n]: readonly Local[]): void {
  const [a, b] = [code.local("v128"), code.local("v128")];
  along(code, n, 1, (_, bytes) => {
    for (const [local, from] of [[a, x], [b, y]]) {
      loadVector(code, from, 0, bytes);
      code.set(local);
    }
    storeVector(code, x, b, 0, bytes);
    storeVector(code, y, a, 0, bytes);
    for (const address of [x, y]) assign(code, address, sum(address, 16));
  });
}

/** The body of `Rows.spread`. */
export function spread(code: Code, [from, to, step, n]: readonly Local[]): void {
  each(code, 0, n, 1, () => {
    put(code, to, at(from));
    assign(code, from, sum(from, 8));
    assign(code, to, sum(to, step));
  });
}

/** Leaves what the two lanes of a vector combine to. */
function lanes(code: Code, value: Local, instruction: Plain): void {
  for (const lane of [0, 1]) {
    code.get(value);
    code.lane("f64x2.extract_lane", lane);
  }
  code.op(instruction);
}

/** The body of `Rows.dot`. */
export function dot(code: Code, [x, y, n]: readonly Local[]): void {
  const totals = [0, 1, 2, 3].map(() => code.local("v128"));
  along(code, n, 4, (vectors, bytes) => {
    for (const [i, total] of totals.slice(0, vectors).entries()) {
      loadVector(code, x, 16 * i, bytes);
      loadVector(code, y, 16 * i, bytes);
      code.op("f64x2.mul");
      code.get(total);
      code.op("f64x2.add");
      code.set(total);
    }
    for (const address of [x, y]) assign(code, address, sum(address, 16 * vectors));
  });
  const [total, ...others] = totals;
  for (const other of others) {
    code.get(total);
    code.get(other);
    code.op("f64x2.add");
    code.set(total);
  }
  lanes(code, total, "f64.add");
}

/** The body of `Rows.largest`. */
export function largest(code: Code, [x, n]: readonly Local[]): void {
  const most = code.local("v128");
  along(code, n, 1, (_, bytes) => {
    loadVector(code, x, 0, bytes);
    code.op("f64x2.abs");
    code.get(most);
    code.op("f64x2.max");
    code.set(most);
    assign(code, x, sum(x, 16));
  });
  lanes(code, most, "f64.max");
}

/** The body of `Rows.length`. */
export function length(code: Code, [x, n]: readonly Local[], largestOf: Callee): void {
  const most = kept(code, called(largestOf, [x, n]));
  const [total, value] = [code.local("f64"), code.local("f64")];
  when(code, both(less(0, most), finite(most)), () => {
    each(code, 0, n, 1, () => {
      become(code, value, divided(at(x), most));
      become(code, total, plus(total, square(value)));
      assign(code, x, sum(x, 8));
    });
    become(code, most, multiplied(most, root(total)));
  });
  pushReal(code, most);
}

/** The body of `Rows.orientation`. */
export function orientation(code: Code, [x, n]: readonly Local[]): void {
  const [most, value] = [kept(code, -1), code.local("f64")];
  const found = code.local("f64");
  each(code, 0, n, 1, () => {
    become(code, value, at(x));
    when(code, less(most, magnitude(value)), () => {
      become(code, most, magnitude(value));
      become(code, found, value);
    });
    assign(code, x, sum(x, 8));
  });
  pushReal(code, either(less(found, 0), -1, 1));
}
