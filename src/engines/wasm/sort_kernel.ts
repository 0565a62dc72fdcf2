/**
 * Code for the order of elements along an axis.
 *
 * Elements become whole numbers in the same order. A few are put in order one by one; many are
 * distributed by some bits of theirs after the others, from the lowest on, which keeps equal ones in
 * order (a radix sort).
 *
 * @module
 */
import type { DType } from "../../tensor/dtype.ts";
import { sizeOf } from "../../tensor/storage.ts";
import type { Callee, Code, Local } from "./assembler/code.ts";
import { assign, each, held, push, quotient, remainder, sum, times } from "./assembler/index.ts";
import type { Functions } from "./contraction/functions.ts";
import { elementSize } from "./memory.ts";
import type { CodeKernel } from "./program.ts";
import type { Buffer, Load } from "./symbolic.ts";
import { eachOwn, ownPart } from "./threads/share.ts";

/** Up to so many elements are put in order one by one. */
const few = 40;

/** How a key and the place that it came from lie beside each other. */
interface Form {
  readonly dtype: DType;
  /** The bits of a key that say something. */
  readonly bits: number;
  /** The bytes of a record, and where in it the place is; the key comes first. */
  readonly size: 8 | 16;
  readonly place: 4 | 8;
}

function formOf(dtype: DType): Form {
  return dtype === "float64"
    ? { dtype, bits: 64, size: 16, place: 8 }
    : { dtype, bits: dtype === "bool" ? 1 : 32, size: 8, place: 4 };
}

/** The bits that elements are distributed by at a time: more where there are more elements. */
function digitOf({ bits }: Form, n: number): number {
  return Math.min(bits, n < 4096 ? 8 : 11);
}

/** The positions that sort along an axis: ascending, equal ones in order, NaN last. */
export function sortKernel(x: Load, axis: number, out: Buffer): CodeKernel {
  const { shape, dtype } = x;
  const form = formOf(dtype);
  const n = shape[axis];
  const counts = n > few ? Math.ceil(form.bits / digitOf(form, n)) << digitOf(form, n) : 0;
  // Records, what they are moved to and fro, counters.
  const [other, counters] = [n * form.size, 2 * n * form.size];
  const bytes = Math.ceil((counters + counts * 4) / 64) * 64;
  return {
    kind: "code",
    name: "sort",
    reads: [x.buffer],
    writes: [out],
    shared: sizeOf(shape) > n,
    scratch: bytes,
    write: (code, addressOf, _, functions, scratch) => {
      const inner = sizeOf(shape.slice(axis + 1));
      const outer = sizeOf(shape.slice(0, axis));
      const size = elementSize(dtype);
      const enter = enterFunction(functions, form);
      const sort = n > few
        ? radixFunction(functions, form, digitOf(form, n))
        : insertionFunction(functions, form);
      const leave = leaveFunction(functions, form);
      const start = code.local("i32");
      const room = held(code, ownPart(code, scratch, bytes));
      eachOwn(code, outer * inner, (row) => {
        assign(code, start, sum(times(quotient(row, inner), n * inner), remainder(row, inner)));
        push(code, sum(times(start, size), addressOf(x.buffer)));
        for (const value of [inner * size, room, n]) push(code, value);
        code.call(enter);
        for (const value of [room, sum(room, other), n, sum(room, counters)]) push(code, value);
        code.call(sort);
        // What it leaves on the stack is where the sorted records are.
        push(code, sum(times(start, 4), addressOf(out)));
        for (const value of [inner * 4, n]) code.i32(value);
        code.call(leave);
      });
      code.release(start, room);
    },
  };
}

/** `(from, step, to, n)`: makes records of elements that are so many bytes apart. */
function enterFunction(functions: Functions, form: Form): Callee {
  return functions.get(
    `sort_enter_${form.dtype}`,
    (module, name) =>
      module.function(name, ["i32", "i32", "i32", "i32"], [], (code) => {
        const [from, step, to, n] = code.parameters;
        each(code, 0, n, 1, (i) => {
          code.get(to);
          pushKey(code, form.dtype, from);
          code.access(form.size === 16 ? "i64.store" : "i32.store");
          code.get(to);
          code.get(i);
          code.access("i32.store", form.place);
          assign(code, from, sum(from, step));
          assign(code, to, sum(to, form.size));
        });
      }),
  );
}

/** Puts a number without a sign on the stack that is in the same order as an element. */
function pushKey(code: Code, dtype: DType, from: Local): void {
  code.get(from);
  switch (dtype) {
    case "bool":
      return code.access("i32.load8_u");
    case "uint32":
      return code.access("i32.load");
    case "int32":
      code.access("i32.load");
      code.i32(-(2 ** 31));
      return code.op("i32.xor");
    case "float32": {
      const [value, bits] = [code.local("f32"), code.local("i32")];
      code.access("f32.load");
      // There is one 0.
      code.f32(0);
      code.op("f32.add");
      code.tee(value);
      code.op("i32.reinterpret_f32");
      code.tee(bits);
      code.get(bits);
      code.i32(31);
      code.op("i32.shr_s");
      code.i32(-(2 ** 31));
      code.op("i32.or", "i32.xor");
      code.i32(-1);
      code.get(value);
      code.get(value);
      code.op("f32.eq", "select");
      return code.release(value, bits);
    }
    case "float64": {
      const [value, bits] = [code.local("f64"), code.local("i64")];
      code.access("f64.load");
      code.f64(0);
      code.op("f64.add");
      code.tee(value);
      code.op("i64.reinterpret_f64");
      code.tee(bits);
      code.get(bits);
      code.i64(63n);
      code.op("i64.shr_s");
      code.i64(-(2n ** 63n));
      code.op("i64.or", "i64.xor");
      code.i64(-1n);
      code.get(value);
      code.get(value);
      code.op("f64.eq", "select");
      return code.release(value, bits);
    }
  }
}

/** `(from, to, step, n)`: stores the places of the records, so many bytes apart. */
function leaveFunction(functions: Functions, form: Form): Callee {
  return functions.get(
    `sort_leave_${form.size}`,
    (module, name) =>
      module.function(name, ["i32", "i32", "i32", "i32"], [], (code) => {
        const [from, to, step, n] = code.parameters;
        each(code, 0, n, 1, () => {
          code.get(to);
          code.get(from);
          code.access("i32.load", form.place);
          code.access("i32.store");
          assign(code, from, sum(from, form.size));
          assign(code, to, sum(to, step));
        });
      }),
  );
}

/** `(records, other, n, counters)`: moves each record in front of those with larger keys. */
function insertionFunction(functions: Functions, form: Form): Callee {
  return functions.get(
    `sort_few_${form.size}`,
    (module, name) =>
      module.function(name, ["i32", "i32", "i32", "i32"], ["i32"], (code) => {
        const [records, , n] = code.parameters;
        const word = form.size === 16 ? "i64" : "i32";
        const [key, at] = [code.local(word), code.local("i32")];
        const record = code.local(form.size === 16 ? "v128" : "i64");
        const next = held(code, records);
        each(code, 1, n, 1, () => {
          assign(code, next, sum(next, form.size));
          assign(code, at, next);
          loadRecord(code, form, at);
          code.set(record);
          code.get(at);
          code.access(`${word}.load`);
          code.set(key);
          code.block((found) =>
            code.loop((again) => {
              code.get(at);
              code.get(records);
              code.op("i32.eq");
              code.brIf(found);
              code.get(key);
              push(code, sum(at, -form.size));
              code.access(`${word}.load`);
              code.op(`${word}.lt_u`, "i32.eqz");
              code.brIf(found);
              code.get(at);
              assign(code, at, sum(at, -form.size));
              loadRecord(code, form, at);
              storeRecord(code, form);
              code.br(again);
            })
          );
          code.get(at);
          code.get(record);
          storeRecord(code, form);
        });
        code.get(records);
      }),
  );
}

/** `(records, other, n, counters)`: distributes the records, digit by digit, to and fro. */
function radixFunction(functions: Functions, form: Form, digit: number): Callee {
  return functions.get(
    `sort_many_${form.size}_${form.bits}_${digit}`,
    (module, name) =>
      module.function(name, ["i32", "i32", "i32", "i32"], ["i32"], (code) => {
        const [records, other, n, counters] = code.parameters;
        const digits = Array.from({ length: Math.ceil(form.bits / digit) }, (_, i) => i);
        const [at, counter, total] = [1, 2, 3].map(() => code.local("i32"));
        /** The address of the counter that belongs to a record. */
        const find = (i: number, record: Local) => {
          code.get(record);
          if (form.size === 16) {
            code.access("i64.load");
            code.i64(BigInt(i * digit));
            code.op("i64.shr_u", "i32.wrap_i64");
          } else {
            code.access("i32.load");
            code.i32(i * digit);
            code.op("i32.shr_u");
          }
          code.i32(2 ** digit - 1);
          code.op("i32.and");
          code.i32(2);
          code.op("i32.shl");
          push(code, sum(counters, i << (digit + 2)));
          code.op("i32.add");
        };
        code.get(counters);
        code.i32(0);
        code.i32(digits.length << (digit + 2));
        code.op("memory.fill");
        assign(code, at, records);
        each(code, 0, n, 1, () => {
          for (const i of digits) {
            find(i, at);
            code.tee(counter);
            code.get(counter);
            code.access("i32.load");
            code.i32(1);
            code.op("i32.add");
            code.access("i32.store");
          }
          assign(code, at, sum(at, form.size));
        });
        for (const i of digits) {
          find(i, records);
          code.access("i32.load");
          code.get(n);
          code.op("i32.ne");
          // Not where all have the same digit.
          code.if(() => {
            assign(code, at, other);
            assign(code, counter, sum(counters, i << (digit + 2)));
            each(code, 0, 2 ** digit, 1, () => {
              code.get(counter);
              code.access("i32.load");
              code.set(total);
              code.get(counter);
              code.get(at);
              code.access("i32.store");
              assign(code, at, sum(at, times(total, form.size)));
              assign(code, counter, sum(counter, 4));
            });
            assign(code, at, records);
            each(code, 0, n, 1, () => {
              find(i, at);
              code.tee(counter);
              code.access("i32.load");
              code.tee(total);
              loadRecord(code, form, at);
              storeRecord(code, form);
              code.get(counter);
              push(code, sum(total, form.size));
              code.access("i32.store");
              assign(code, at, sum(at, form.size));
            });
            code.get(records);
            assign(code, records, other);
            code.set(other);
          });
        }
        code.get(records);
      }),
  );
}

function loadRecord(code: Code, { size }: Form, address: Local): void {
  code.get(address);
  if (size === 16) code.access("v128.load", 0, 3);
  else code.access("i64.load");
}

function storeRecord(code: Code, { size }: Form): void {
  if (size === 16) code.access("v128.store", 0, 3);
  else code.access("i64.store");
}
