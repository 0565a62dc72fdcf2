import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { features } from "../../../src/engines/wasm/features.ts";
import type { ContractionDType } from "../../../src/engines/wasm/contraction/contraction.ts";
import { assign, each, push, sum, times } from "../../../src/engines/wasm/assembler/index.ts";
import { type Form, type Layout, type Made, make, makeAll, offsets } from "./contractions.ts";

const runs = { numRuns: 400 };

/** An order of the axes in memory, and for each whether it goes backwards, and what lies between. */
interface Laid {
  readonly order: readonly number[];
  readonly flips: readonly boolean[];
  readonly gaps: readonly number[];
  readonly before: number;
}

const laid = (axes: number): fc.Arbitrary<Laid> =>
  fc.record({
    order: fc.oneof(
      fc.constant(Array.from({ length: axes }, (_, i) => i)),
      fc.shuffledSubarray(Array.from({ length: axes }, (_, i) => i), { minLength: axes }),
    ),
    flips: fc.oneof(
      fc.constant(Array<boolean>(axes).fill(false)),
      fc.array(fc.boolean(), { minLength: axes, maxLength: axes }),
    ),
    gaps: fc.oneof(
      fc.constant(Array<number>(axes).fill(0)),
      fc.array(fc.nat(3), { minLength: axes, maxLength: axes }),
    ),
    before: fc.nat(5),
  });

/** Strides of axes laid as told; those in `repeated` have none: all places are the same. */
function layout(
  groups: readonly (readonly number[])[],
  { order, flips, gaps, before }: Laid,
  repeated: boolean,
): Omit<Layout, "row" | "column"> & { readonly strides: readonly (readonly number[])[] } {
  const sizes = groups.flat();
  const strides = sizes.map(() => 0);
  let [step, offset] = [1, before];
  for (const axis of order.toReversed()) {
    if (repeated && axis < groups[0].length) continue;
    const size = sizes[axis];
    strides[axis] = flips[axis] ? -step : step;
    if (flips[axis]) offset += step * Math.max(size - 1, 0);
    step = step * size + gaps[axis];
  }
  let at = 0;
  const grouped = groups.map((own) => strides.slice(at, at += own.length));
  return { offset, length: step + before + 1, batch: grouped[0], strides: grouped };
}

const dtypes = ["float32", "float64", "int32", "uint32"] as const;

/** Sizes of the axes that an axis of a matrix is made of. */
const sizes = (most: number) =>
  fc.oneof(
    { weight: 1, arbitrary: fc.constant<number[]>([]) },
    { weight: 4, arbitrary: fc.integer({ min: 1, max: most }).map((n) => [n]) },
    {
      weight: 1,
      arbitrary: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 0, max: 12 })),
    },
    { weight: 1, arbitrary: fc.tuple(fc.nat(2), fc.nat(5), fc.nat(5)) },
  );

const form: fc.Arbitrary<Form> = fc.record({
  dtype: fc.constantFrom<ContractionDType>(...dtypes),
  batch: fc.oneof(fc.constant<number[]>([]), fc.array(fc.nat(3), { maxLength: 2 })),
  m: sizes(30),
  n: sizes(40),
  k: fc.oneof({ weight: 6, arbitrary: sizes(40) }, { weight: 1, arbitrary: sizes(700) }),
}).chain((own) => {
  const { batch, m, n, k } = own;
  const [left, right] = [[batch, m, k], [batch, k, n]];
  return fc.record({
    left: laid(left.flat().length),
    right: laid(right.flat().length),
    repeated: fc.constantFrom(undefined, "a", "b"),
  }).map(({ left: first, right: second, repeated }) => {
    const a = layout(left, first, repeated === "a");
    const b = layout(right, second, repeated === "b");
    return {
      ...own,
      a: { ...a, row: a.strides[1], column: a.strides[2] },
      b: { ...b, row: b.strides[1], column: b.strides[2] },
    };
  });
});

/** Small whole numbers, so that float sums are exact. */
function fill({ a, b, out, around, aroundScratch }: Made, dtype: string, seed: number): void {
  let state = seed;
  const next = () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >> 16) % 17 - (dtype === "uint32" ? 0 : 8);
  };
  for (const operand of [a, b]) for (let i = 0; i < operand.length; i++) operand[i] = next();
  out.fill(99);
  for (const bytes of [...around, ...aroundScratch]) bytes.fill(0xab);
}

/** What the result is to be, by definition. */
function naive({ batch, m, n, k, a, b }: Form, { a: left, b: right }: Made): number[] {
  const [batchA, batchB] = [offsets(batch, a.batch), offsets(batch, b.batch)];
  const [rows, columns] = [offsets(m, a.row), offsets(n, b.column)];
  const [summedA, summedB] = [offsets(k, a.column), offsets(k, b.row)];
  return batchA.flatMap((fromA, e) =>
    rows.flatMap((row) =>
      columns.map((column) => {
        let sum = 0;
        for (const [l, offset] of summedA.entries()) {
          sum += left[a.offset + fromA + row + offset] *
            right[b.offset + batchB[e] + column + summedB[l]];
        }
        return sum;
      })
    )
  );
}

/** The last thread first: what a thread writes outside of its share stays, then. */
function runAll(made: Made, threads: number): void {
  for (let thread = threads - 1; thread >= 0; thread--) made.run(thread, threads);
}

function untouched({ around, aroundScratch }: Made): boolean {
  return [...around, ...aroundScratch].every((bytes) => bytes.every((byte) => byte === 0xab));
}

const available = features().relaxed ? [false, true] : [false];
const setting = fc.record({
  form,
  relaxed: fc.constantFrom(...available),
  threads: fc.integer({ min: 1, max: 4 }),
  seed: fc.nat(),
});

Deno.test("contractions of any layout are sums of products, and nothing else is written", () => {
  fc.assert(
    fc.property(setting, ({ form, relaxed, threads, seed }) => {
      const made = make(form, { relaxed }, threads);
      fill(made, form.dtype, seed);
      runAll(made, threads);
      assertEquals(Array.from(made.out), naive(form, made));
      assert(untouched(made));
    }),
    runs,
  );
});

/** Adds to each result, at `out`, its index. */
function numbered(dtype: ContractionDType): Form["epilogue"] {
  const size = dtype === "float64" ? 8 : 4;
  return (out) => (code, { rows, columns, width }) => {
    const index = code.local("i32");
    each(code, rows[0], rows[1], 1, (row) => {
      each(code, columns[0], columns[1], 1, (column) => {
        assign(code, index, sum(times(row, width), column));
        push(code, times(index, size));
        push(code, times(index, size));
        const [load, convert, add, store] = dtype === "float64"
          ? ["f64.load", "f64.convert_i32_s", "f64.add", "f64.store"] as const
          : dtype === "float32"
          ? ["f32.load", "f32.convert_i32_s", "f32.add", "f32.store"] as const
          : ["i32.load", undefined, "i32.add", "i32.store"] as const;
        code.access(load, out);
        code.get(index);
        if (convert !== undefined) code.op(convert);
        code.op(add);
        code.access(store, out);
      });
    });
  };
}

Deno.test("elementwise work is done once on each result, wherever it is", () => {
  fc.assert(
    fc.property(setting, ({ form: plain, relaxed, threads, seed }) => {
      const form = { ...plain, epilogue: numbered(plain.dtype) };
      const made = make(form, { relaxed }, threads);
      fill(made, form.dtype, seed);
      runAll(made, threads);
      assertEquals(Array.from(made.out), naive(form, made).map((sum, index) => sum + index));
      assert(untouched(made));
    }),
    { numRuns: 200 },
  );
});

/** A plain product of matrices, each laid out by rows or by columns. */
function matrices(
  dtype: ContractionDType,
  [m, n, k]: readonly [number, number, number],
  { left = "rows", right = "rows" }: { left?: "rows" | "columns"; right?: "rows" | "columns" } = {},
): Form {
  return {
    dtype,
    batch: [],
    m: [m],
    n: [n],
    k: [k],
    a: {
      offset: 0,
      length: m * k,
      batch: [],
      row: [left === "rows" ? k : 1],
      column: [left === "rows" ? 1 : m],
    },
    b: {
      offset: 0,
      length: k * n,
      batch: [],
      row: [right === "rows" ? n : 1],
      column: [right === "rows" ? 1 : k],
    },
  };
}

/** Large ones, long and flat ones, vectors: as many kinds of code. */
const shapes: readonly (readonly [m: number, n: number, k: number])[] = [
  [21, 530, 270],
  [251, 21, 515],
  [3, 600, 300],
  [600, 3, 300],
  [2, 70, 33],
  [1, 301, 75],
  [301, 1, 75],
  [1, 35, 4100],
  [1, 1, 5003],
  [1, 2, 1100],
  [1, 130, 5000],
  [2, 530, 4201],
  [965, 2, 4201],
  [3, 9, 66000],
  [61, 99, 1],
  [70, 130, 3],
  [130, 70, 4],
];

Deno.test("products of all shapes are right, and bits do not depend on threads", () => {
  const sides = ["rows", "columns"] as const;
  for (const left of sides) {
    for (const right of sides) {
      for (const [i, size] of shapes.entries()) {
        // Where sums have levels they take longer.
        const isLong = size[2] > 4200 || size[0] > 900;
        if (isLong && left !== right) continue;
        const kinds = i === 0 || isLong ? ["float32"] as const : ["float32", "float64"] as const;
        for (const dtype of isLong && left === "columns" ? ["float64"] as const : kinds) {
          const form = {
            ...matrices(dtype, size, { left, right }),
            epilogue: numbered(dtype),
          };
          const made = make(form, { relaxed: available.at(-1)! }, 3);
          fill(made, dtype, 1);
          runAll(made, 2);
          const expected = naive(form, made);
          for (const [index, value] of made.out.entries()) {
            assert(
              value === expected[index] + index,
              `${dtype} ${size} ${left} ${right}: ${index}`,
            );
          }
          for (const operand of [made.a, made.b]) {
            for (let i = 0; i < operand.length; i++) operand[i] = Math.sin(i);
          }
          runAll(made, 1);
          const alone = made.out.slice();
          for (const threads of [2, 3]) {
            made.out.fill(0);
            runAll(made, threads);
            assert(made.out.every((value, index) => value === alone[index]));
          }
          assert(untouched(made));
        }
      }
    }
  }
});

/**
 * Windows of some lines and columns over planes: positions are columns and places are summed, or the
 * other way round. Whether the left operand's summed places go backwards, and by which step windows
 * slide, is told.
 */
function windows(
  { dtype, m, planes, size, positions, step, backwards, byPlaces }: {
    readonly dtype: ContractionDType;
    readonly m: number;
    readonly planes: number;
    readonly size: readonly [number, number];
    readonly positions: readonly [number, number];
    readonly step: number;
    readonly backwards: boolean;
    readonly byPlaces: boolean;
  },
): Form {
  const line = (positions[1] - 1) * step + size[1];
  const plane = ((positions[0] - 1) * step + size[0]) * line;
  const [places, along] = [[line, 1], [line * step, step]];
  const [k, n] = byPlaces ? [positions, size] : [size, positions];
  const [row, column] = byPlaces ? [along, places] : [places, along];
  const own = k[0] * k[1];
  return {
    dtype,
    batch: [2],
    m: [m],
    n,
    k: [planes, ...k],
    a: {
      offset: backwards ? own - 1 : 0,
      length: 2 * m * planes * own,
      batch: [m * planes * own],
      row: [planes * own],
      column: backwards ? [own, -k[1], -1] : [own, k[1], 1],
    },
    b: {
      offset: 0,
      length: 2 * planes * plane,
      batch: [planes * plane],
      row: [plane, ...row],
      column,
    },
  };
}

Deno.test("sums over windows are right, and bits do not depend on threads", () => {
  const side = (max: number) => fc.integer({ min: 1, max });
  const form = fc.record({
    dtype: fc.constantFrom<ContractionDType>(...dtypes),
    m: fc.oneof(side(5), side(12)),
    planes: fc.oneof(side(3), side(40)),
    size: fc.tuple(side(7), side(9)),
    positions: fc.tuple(side(9), fc.oneof(side(20), side(70))),
    step: side(3),
    backwards: fc.boolean(),
    byPlaces: fc.boolean(),
  }).map(windows);
  fc.assert(
    fc.property(form, fc.constantFrom(...available), fc.nat(), (plain, relaxed, seed) => {
      const form = { ...plain, epilogue: numbered(plain.dtype) };
      const made = make(form, { relaxed }, 3);
      fill(made, form.dtype, seed);
      runAll(made, 3);
      assertEquals(Array.from(made.out), naive(form, made).map((sum, index) => sum + index));
      assert(untouched(made));
      if (!form.dtype.startsWith("float")) return;
      for (const operand of [made.a, made.b]) {
        for (let i = 0; i < operand.length; i++) operand[i] = Math.sin(i);
      }
      runAll(made, 1);
      const alone = made.out.slice();
      made.out.fill(0);
      runAll(made, 2);
      assertEquals(made.out, alone);
    }),
    { numRuns: 150 },
  );
});

Deno.test("contractions of one module share functions, and each is right", () => {
  const forms = fc.array(form, { minLength: 2, maxLength: 5 });
  fc.assert(
    fc.property(forms, fc.constantFrom(...available), fc.nat(), (forms, relaxed, seed) => {
      for (const [i, made] of makeAll(forms, { relaxed }).entries()) {
        fill(made, forms[i].dtype, seed);
        runAll(made, 1);
        assertEquals(Array.from(made.out), naive(forms[i], made));
      }
    }),
    { numRuns: 100 },
  );
});

Deno.test("sums of every length around those of the loops are right, for all kinds of code", () => {
  const lengths = [
    ...Array.from({ length: 18 }, (_, k) => k),
    ...[24, 31, 32, 33, 64, 80, 127, 128, 256, 257, 512, 513, 1024, 1025],
  ];
  const outer = [[1, 1], [1, 4], [1, 7], [1, 128], [1, 131], [9, 20], [3, 13], [30, 3]] as const;
  for (const dtype of dtypes) {
    for (const [left, right] of [["rows", "rows"], ["columns", "columns"]] as const) {
      for (const [m, n] of outer) {
        const forms = lengths.map((k) => matrices(dtype, [m, n, k], { left, right }));
        for (const [i, made] of makeAll(forms, { relaxed: available.at(-1)! }, 2).entries()) {
          fill(made, dtype, i + 1);
          runAll(made, 2);
          const expected = naive(forms[i], made);
          for (const [index, value] of made.out.entries()) {
            assert(value === expected[index], `${dtype} ${m} ${n} ${lengths[i]} ${left}: ${index}`);
          }
          assert(untouched(made));
        }
      }
    }
  }
});

Deno.test("errors of long sums stay small where those of sums in order do not", () => {
  const tenth = Math.fround(0.1);
  // Dot products, a long row, and tiles; how far off they may be, and how far off sums in order are.
  for (
    const [m, n, k, most, inOrder] of [
      [1, 1, 1e7, 3e-6, 5e-2],
      [1, 1, 1e5, 3e-6, 1e-4],
      [1, 256, 4096, 1e-5, 3e-5],
      [5, 8, 2 ** 17, 1e-5, 5e-4],
    ] as const
  ) {
    for (const relaxed of available) {
      const made = make(matrices("float32", [m, n, k]), { relaxed });
      made.a.fill(tenth);
      made.b.fill(1);
      made.run(0, 1);
      let sum = 0;
      for (let i = 0; i < k; i++) sum = Math.fround(sum + tenth);
      const error = (value: number) => Math.abs(value - k * tenth) / (k * tenth);
      assert(error(sum) > inOrder, `in order, ${k}: ${error(sum)}`);
      assert(
        made.out.every((value) => error(value) < most),
        `${m} ${n} ${k}: ${error(made.out[0])}`,
      );
    }
  }
});

Deno.test("integers wrap around", () => {
  for (const dtype of ["int32", "uint32"] as const) {
    const made = make(matrices(dtype, [3, 3, 3]), { relaxed: false });
    made.a.fill(2 ** 30);
    made.b.fill(3);
    made.run(0, 1);
    const expected = Math.imul(2 ** 30, 9);
    assertEquals(
      Array.from(made.out),
      Array(9).fill(dtype === "int32" ? expected : expected >>> 0),
    );
  }
});
