/**
 * Copies of panels of an operand, in the order in which tiles read them: for each summed place a row
 * of some places of the operand's free axis.
 *
 * @module
 */
import type { Callee, Code, Local } from "../assembler/code.ts";
import type { Arithmetic } from "./arithmetic.ts";
import type { Functions } from "./functions.ts";
import {
  assign,
  difference,
  each,
  eachRun,
  held,
  type Index,
  offsetAt,
  push,
  remainder,
  sum,
  times,
} from "../assembler/index.ts";
import type { Operand } from "./problem.ts";

/** The form of a panel. */
export interface Panel {
  /** How many free places a row has room for. */
  readonly width: number;
  /** How many there are. */
  readonly used: number;
}

/** Writes the code that copies a panel to `to`: free places from `at` on, summed ones from `start`. */
export function packPanel(
  code: Code,
  functions: Functions,
  arithmetic: Arithmetic,
  panel: Panel,
  { free, summed }: Operand,
  { to, base, at, start, count }: {
    readonly to: Local;
    /** The address of the operand's first element. */
    readonly base: Local;
    readonly at: Local;
    readonly start: number | Local;
    readonly count: number | Local;
  },
): void {
  const { lanes, size } = arithmetic;
  const step = (summed.strides.at(-1) ?? 0) * size;
  const target = (before: Index) => sum(to, times(before, panel.width * size));
  const call = (callee: Callee, ...given: readonly Index[]) => {
    for (const x of given) push(code, x);
    code.call(callee);
  };
  const side = free.sizes.length < 2 && (free.strides[0] === 1 || panel.used === 1);
  if (side && !(panel.used === 1 && step === size)) {
    const callee = packRows(functions, arithmetic, panel);
    const first = held(code, sum(base, times(offsetAt(at, free), size)));
    eachRun(code, summed, start, count, (before, length, offset) => {
      call(callee, target(before), length, step, sum(first, times(offset, size)));
    });
    return code.release(first);
  }
  const row = free.sizes.at(-1) ?? 0;
  if (free.strides.at(-1) === 1 && row >= panel.used && panel.width % lanes === 0) {
    // All places are of one row, or the first ones of one and the others of the next.
    const places = held(code, difference(row, remainder(at, row)));
    const next = held(code, sum(at, places));
    const addressOf = (place: Local) => sum(base, times(offsetAt(place, free), size));
    const first = held(code, addressOf(at));
    const second = held(code, difference(addressOf(next), times(places, size)));
    eachRun(code, summed, start, count, (before, length, offset) => {
      const given = [target(before), length, step, sum(first, times(offset, size))];
      code.get(places);
      code.i32(panel.used);
      code.op("i32.ge_s");
      code.if(
        () => call(packRows(functions, arithmetic, panel), ...given),
        () => {
          const callee = packTwoRows(functions, arithmetic, panel);
          call(callee, ...given, sum(second, times(offset, size)), places);
        },
      );
    });
    return code.release(places, next, first, second);
  }
  const callee = (step === size ? packVectors : packElements)(functions, arithmetic, panel);
  const place = code.local("i32");
  const pointers = Array.from({ length: panel.used }, (_, i) => {
    assign(code, place, sum(at, i));
    return held(code, sum(base, times(offsetAt(place, free), size)));
  });
  const from = code.local("i32");
  eachRun(code, summed, start, count, (before, length, offset) => {
    assign(code, from, times(offset, size));
    const given = step === size ? [] : [step];
    call(callee, target(before), length, ...given, ...pointers.map((own) => sum(own, from)));
  });
  code.release(place, from, ...pointers);
}

/** A panel whose free places lie side by side in memory. */
function packRows(functions: Functions, arithmetic: Arithmetic, { width, used }: Panel): Callee {
  const { size, lanes } = arithmetic;
  return functions.get(
    `pack_rows_${size}_${width}_${used}`,
    (module, name) =>
      module.function(name, Array(4).fill("i32"), [], (code) => {
        const [to, count, step, from] = code.parameters;
        each(code, 0, count, 1, () => {
          for (let place = 0; place < used;) {
            const whole = place + lanes <= width;
            const offset = place * size;
            if (whole) {
              code.get(to);
              code.get(from);
              arithmetic.load(code, offset);
              arithmetic.store(code, offset);
            } else copyElement(code, size, to, offset, from);
            place += whole ? lanes : 1;
          }
          assign(code, from, sum(from, step));
          assign(code, to, sum(to, width * size));
        });
      }),
  );
}

/** A panel whose first places lie side by side, and likewise the others, where they would go on. */
function packTwoRows(functions: Functions, arithmetic: Arithmetic, { width }: Panel): Callee {
  const { size, lanes } = arithmetic;
  return functions.get(
    `pack_two_rows_${size}_${width}`,
    (module, name) =>
      module.function(name, Array(6).fill("i32"), [], (code) => {
        const [to, count, step, first, second, places] = code.parameters;
        const masks = Array.from({ length: width / lanes }, (_, i) => {
          const mask = code.local("v128");
          code.get(places);
          code.op("i32x4.splat");
          const numbers = Int32Array.from({ length: 4 }, (_, k) =>
            i * lanes + Math.floor(k * lanes / 4));
          code.v128(new Uint8Array(numbers.buffer));
          code.op("i32x4.gt_s");
          code.set(mask);
          return mask;
        });
        each(code, 0, count, 1, () => {
          for (const [i, mask] of masks.entries()) {
            code.get(to);
            code.get(first);
            arithmetic.load(code, i * 16);
            code.get(second);
            arithmetic.load(code, i * 16);
            code.get(mask);
            code.op("v128.bitselect");
            arithmetic.store(code, i * 16);
          }
          assign(code, first, sum(first, step));
          assign(code, second, sum(second, step));
          assign(code, to, sum(to, width * size));
        });
      }),
  );
}

/** A panel each of whose places has its summed ones side by side in memory. */
function packVectors(functions: Functions, arithmetic: Arithmetic, { width, used }: Panel): Callee {
  const { size, lanes } = arithmetic;
  return functions.get(
    `pack_vectors_${size}_${width}_${used}`,
    (module, name) =>
      module.function(name, Array(2 + used).fill("i32"), [], (code) => {
        const [to, count, ...from] = code.parameters;
        const end = code.local("i32");
        const vectors = Array.from({ length: lanes }, () => code.local("v128"));
        const advance = (places: number) => {
          for (const pointer of from) assign(code, pointer, sum(pointer, places * size));
          assign(code, to, sum(to, places * width * size));
        };
        code.get(count);
        code.i32(-lanes);
        code.op("i32.and");
        code.set(end);
        each(code, 0, end, lanes, () => {
          let place = 0;
          for (; place + lanes <= used; place += lanes) {
            for (const [i, vector] of vectors.entries()) {
              code.get(from[place + i]);
              arithmetic.load(code);
              code.set(vector);
            }
            arithmetic.transpose(code, vectors, (column, value) => {
              code.get(to);
              code.get(value);
              arithmetic.store(code, (column * width + place) * size);
            });
          }
          for (; place < used; place++) {
            code.get(from[place]);
            arithmetic.load(code);
            code.set(vectors[0]);
            for (let lane = 0; lane < lanes; lane++) {
              code.get(to);
              code.get(vectors[0]);
              code.accessLane(arithmetic.storeLane, lane, (lane * width + place) * size);
            }
          }
          advance(lanes);
        });
        each(code, end, count, 1, () => {
          for (const [place, pointer] of from.entries()) {
            copyElement(code, size, to, place * size, pointer, 0);
          }
          advance(1);
        });
      }),
  );
}

/** A panel that lies in memory anyhow. */
function packElements(functions: Functions, { size }: Arithmetic, { width, used }: Panel): Callee {
  return functions.get(
    `pack_elements_${size}_${width}_${used}`,
    (module, name) =>
      module.function(name, Array(3 + used).fill("i32"), [], (code) => {
        const [to, count, step, ...from] = code.parameters;
        each(code, 0, count, 1, () => {
          for (const [place, pointer] of from.entries()) {
            copyElement(code, size, to, place * size, pointer, 0);
            assign(code, pointer, sum(pointer, step));
          }
          assign(code, to, sum(to, width * size));
        });
      }),
  );
}

function copyElement(
  code: Code,
  size: number,
  to: Local,
  offset: number,
  from: Local,
  fromOffset = offset,
): void {
  const [load, store] = size === 4
    ? ["i32.load", "i32.store"] as const
    : ["i64.load", "i64.store"] as const;
  code.get(to);
  code.get(from);
  code.access(load, fromOffset);
  code.access(store, offset);
}
