/**
 * Matrix products of a few elements, as straight code without loops.
 *
 * @module
 */
import type { Callee, Code, Local } from "../assembler/code.ts";
import type { Arithmetic } from "./arithmetic.ts";
import { finishFunction } from "./finish.ts";
import type { Functions } from "./functions.ts";
import { type Digits, offsetAt } from "../assembler/index.ts";
import type { Operand, Problem } from "./problem.ts";

/** How many multiplications of vectors are written out. */
const mostProducts = 96;

/** How many vectors of columns are computed side by side. */
const columnsAtOnce = 4;

/** How many vectors of the right operand stay in registers for all rows. */
const mostHeld = 6;

/** Whether a product is worth writing out. */
export function isTiny({ arithmetic: { lanes }, batch, m, n, k }: Problem): boolean {
  return batch * m * Math.ceil(n / lanes) * Math.max(k, 1) <= mostProducts;
}

/** Writes a function `(thread, threads)` of which the first thread's call computes everything. */
export function tinyFunction(functions: Functions, problem: Problem, name: string): Callee {
  const { batch, m, n } = problem;
  const finish = finishFunction(functions, problem, `${name}_finish`);
  return functions.module.function(name, ["i32", "i32"], [], (code) => {
    code.get(code.parameters[0]);
    code.op("i32.eqz");
    code.if(() => {
      for (let e = 0; e < batch; e++) writeBatch(code, problem, e);
      if (finish === undefined) return;
      for (const bound of [0, batch * m, 0, n]) code.i32(bound);
      code.call(finish);
    });
  });
}

function writeBatch(
  code: Code,
  { arithmetic, a, b, m, n, k, out }: Problem,
  batch: number,
): void {
  const { lanes, size } = arithmetic;
  const at = (digits: Digits, place: number) => offsetAt(place, digits) as number;
  const address = ({ address, batch: outer, free, summed }: Operand, i: number, l: number) =>
    address + size * (at(outer, batch) + at(free, i) + at(summed, l));
  const factor = code.local("v128");
  for (let first = 0; first < n; first += columnsAtOnce * lanes) {
    const columns = Array.from(
      { length: Math.min(columnsAtOnce, Math.ceil((n - first) / lanes)) },
      (_, i) => {
        const start = first + i * lanes;
        const count = Math.min(lanes, n - start);
        const own = (j: number, l: number) => address(b, start + j, l);
        const held = m > 1 && k * Math.ceil(n / lanes) <= mostHeld;
        const right = rightVectors(code, arithmetic, k, count, own, held);
        return { start, count, right, value: code.local("v128") };
      },
    );
    for (let i = 0; i < m; i++) {
      for (const { value } of columns) {
        if (k > 0) break;
        code.v128(new Uint8Array(16));
        code.set(value);
      }
      for (let l = 0; l < k; l++) {
        code.i32(0);
        code.access(arithmetic.splat, address(a, i, l));
        code.set(factor);
        for (const { value, right } of columns) {
          if (l > 0) {
            arithmetic.multiplyAdd(code, value, () => code.get(factor), right.push[l]);
            continue;
          }
          code.get(factor);
          right.push[l]();
          arithmetic.multiply(code);
          code.set(value);
        }
      }
      for (const { start, count, value } of columns) {
        const place = (batch * m + i) * n + start;
        arithmetic.storeFirst(code, () => code.i32(0), value, count, out + place * size);
      }
    }
    for (const { right, value } of columns) code.release(...right.locals, value);
  }
  code.release(factor);
}

/** What pushes the right operand's vectors for each summed place, and the variables that they are in. */
function rightVectors(
  code: Code,
  arithmetic: Arithmetic,
  k: number,
  count: number,
  address: (column: number, place: number) => number,
  held: boolean,
): { readonly push: readonly (() => void)[]; readonly locals: readonly Local[] } {
  const { lanes, size } = arithmetic;
  const sideBySide = Array.from({ length: k }, (_, l) => l).every((l) =>
    Array.from({ length: count }, (_, i) => i).every((i) =>
      address(i, l) === address(0, l) + i * size
    )
  );
  if (sideBySide) {
    const push = Array.from({ length: k }, (_, l) => () => {
      code.i32(0);
      arithmetic.load(code, address(0, l));
    });
    if (!held) return { push, locals: [] };
    const locals = push.map((own) => {
      own();
      const local = code.local("v128");
      code.set(local);
      return local;
    });
    return { push: locals.map((local) => () => code.get(local)), locals };
  }
  const locals = Array.from({ length: k }, () => code.local("v128"));
  for (let l = 0; l < k;) {
    const square = count === lanes && l + lanes <= k &&
      Array.from({ length: lanes }, (_, i) => i).every((i) =>
        Array.from({ length: lanes }, (_, s) => s).every((s) =>
          address(i, l + s) === address(i, l) + s * size
        )
      );
    if (square) {
      const vectors = Array.from({ length: lanes }, (_, i) => {
        const vector = code.local("v128");
        code.i32(0);
        arithmetic.load(code, address(i, l));
        code.set(vector);
        return vector;
      });
      arithmetic.transpose(code, vectors, (column, transposed) => {
        code.get(transposed);
        code.set(locals[l + column]);
      });
      code.release(...vectors);
      l += lanes;
      continue;
    }
    for (let i = 0; i < count; i++) {
      code.i32(0);
      if (i > 0) code.get(locals[l]);
      if (i === 0) code.access(arithmetic.splat, address(i, l));
      else code.accessLane(arithmetic.loadLane, i, address(i, l));
      code.set(locals[l]);
    }
    l++;
  }
  return { push: locals.map((local) => () => code.get(local)), locals };
}
