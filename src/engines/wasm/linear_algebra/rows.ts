/**
 * What linear algebra does with rows of doubles, as functions that all kernels of a module share.
 *
 * @module
 */
import type { Callee, Code, Local } from "../assembler/code.ts";
import { assign, each, held, type Index, push, sum, times } from "../assembler/index.ts";
import type { Plain, ValueType } from "../assembler/opcodes.ts";
import {
  at,
  become,
  both,
  called,
  divided,
  either,
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
  type Truth,
  when,
} from "../assembler/real.ts";
import type { Functions } from "../contraction/functions.ts";

/** A matrix of doubles in row-major order. */
export interface Matrix {
  readonly address: Index;
  readonly columns: number;
}

/** The address of an element. */
export function element({ address, columns }: Matrix, row: Index, column: Index): Index {
  return sum(address, times(row, columns * 8), times(column, 8));
}

/** What is done with rows. Places are addresses; counts are of elements. */
export class Rows {
  readonly #functions: Functions;
  readonly #code: Code;

  constructor(code: Code, functions: Functions) {
    this.#code = code;
    this.#functions = functions;
  }

  /**
   * Subtracts from `n` elements at `y` the sum of `count` rows times factors, one after the other.
   * The rows, and the factors, are so many bytes apart.
   */
  subtract(
    y: Index,
    factors: readonly [place: Index, step: Index],
    rows: readonly [place: Index, step: Index],
    count: Index,
    n: Index,
  ): void {
    called(this.#get("subtract", 7, 0, [], subtract), [y, ...factors, ...rows, count, n])(
      this.#code,
    );
  }

  /** Subtracts from `n` elements at `y` those at `x` times a factor. */
  reduce(y: Index, x: Index, factor: Real, n: Index): void {
    called(this.#get("reduce", 3, 1, [], reduce), [y, x, n], [factor])(this.#code);
  }

  /** Divides `n` elements. */
  divide(x: Index, n: Index, by: Real): void {
    called(this.#get("divide", 2, 1, [], divide), [x, n], [by])(this.#code);
  }

  /** Sets `n` elements. */
  fill(x: Index, n: Index, value: Real): void {
    called(this.#get("fill", 2, 1, [], fill), [x, n], [value])(this.#code);
  }

  /** Turns two rows of `n` elements in their plane. */
  rotate(x: Index, y: Index, n: Index, cosine: Real, sine: Real): void {
    called(this.#get("rotate", 3, 2, [], rotate), [x, y, n], [cosine, sine])(this.#code);
  }

  /** Exchanges two rows of `n` elements. */
  exchange(x: Index, y: Index, n: Index): void {
    called(this.#get("exchange", 3, 0, [], exchange), [x, y, n])(this.#code);
  }

  /** Copies `n` elements. */
  copy(from: Index, to: Index, n: number): void {
    for (const place of [to, from, n * 8]) push(this.#code, place);
    this.#code.op("memory.copy");
  }

  /** Copies `n` elements to places that are so many bytes apart. */
  spread(from: Index, to: Index, step: Index, n: Index): void {
    called(this.#get("spread", 4, 0, [], spread), [from, to, step, n])(this.#code);
  }

  /** The inner product of `n` elements. */
  dot(x: Index, y: Index, n: Index): Real {
    return called(this.#get("dot", 3, 0, ["f64"], dot), [x, y, n]);
  }

  /** The largest magnitude of `n` elements; NaN if there is a NaN. */
  largest(x: Index, n: Index): Real {
    return called(this.#get("largest", 2, 0, ["f64"], largest), [x, n]);
  }

  /** The Euclidean length of `n` elements, without overflow. */
  length(x: Index, n: Index): Real {
    const largestOf = this.#get("largest", 2, 0, ["f64"], largest);
    return called(
      this.#get("length", 2, 0, ["f64"], (code, p) => length(code, p, largestOf)),
      [x, n],
    );
  }

  /** -1 where the element of largest magnitude, the first of several, is negative, else 1. */
  orientation(x: Index, n: Index): Real {
    return called(this.#get("orientation", 2, 0, ["f64"], orientation), [x, n]);
  }

  #get(
    name: string,
    places: number,
    reals: number,
    results: readonly ValueType[],
    body: (code: Code, parameters: readonly Local[]) => void,
  ): Callee {
    const parameters: readonly ValueType[] = [
      ...Array.from({ length: places }, () => "i32" as const),
      ...Array.from({ length: reals }, () => "f64" as const),
    ];
    return this.#functions.get(
      `rows_${name}`,
      (module, name) =>
        module.function(name, parameters, results, (code) => body(code, code.parameters)),
    );
  }
}

/** Whether a double is a number that is not infinite. */
export function finite(x: Local): Truth {
  return less(magnitude(x), Infinity);
}

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

function subtract(code: Code, [y, factors, step, rows, apart, count, n]: readonly Local[]): void {
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

function reduce(code: Code, [y, x, n, factor]: readonly Local[]): void {
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

function divide(code: Code, parameters: readonly Local[]): void {
  changed(code, parameters, "f64x2.div");
}

function fill(code: Code, parameters: readonly Local[]): void {
  changed(code, parameters);
}

function rotate(code: Code, [x, y, n, cosine, sine]: readonly Local[]): void {
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

function exchange(code: Code, [x, y, n]: readonly Local[]): void {
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

function spread(code: Code, [from, to, step, n]: readonly Local[]): void {
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

function dot(code: Code, [x, y, n]: readonly Local[]): void {
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

function largest(code: Code, [x, n]: readonly Local[]): void {
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

function length(code: Code, [x, n]: readonly Local[], largestOf: Callee): void {
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

function orientation(code: Code, [x, n]: readonly Local[]): void {
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
