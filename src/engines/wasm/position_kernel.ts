/**
 * Code for the positions of extrema along axes.
 *
 * @module
 */
import type { DType } from "../../tensor/dtype.ts";
import { sizeOf } from "../../tensor/storage.ts";
import type { Code, Local } from "./assembler/code.ts";
import type { CodeKernel } from "./program.ts";
import { type Buffer, leavesOf, rowMajor, type Symbolic, view } from "./symbolic.ts";
import { algebra } from "./vector/algebra.ts";
import { convertMask } from "./vector/convert.ts";
import type { Features } from "./vector/floats.ts";
import type { Graph, Value } from "./vector/graph.ts";
import { storeVector } from "./nest.ts";
import { VectorNest } from "./vector_nest.ts";

/** Which element is chosen: by the primitives `argmax`, `argmin` and `windowArgmax`. */
export type Choice = "largest" | "smallest" | "pooled";

/** From so many elements on, vectors lie along an axis and not across. */
const long = 64;

/** How many vectors are compared side by side: each comparison waits for the one before. */
const sideBySide = 8;

/**
 * A kernel that stores, for each place of the other axes, the `index` of the element of `value` that
 * is chosen along some.
 */
export function positionKernel(
  choice: Choice,
  value: Symbolic,
  index: Symbolic,
  axes: readonly number[],
  buffer: Buffer,
): CodeKernel {
  const last = value.shape.length - 1;
  if (choice !== "pooled" && axes.length === 1 && axes[0] === last && value.shape[last] >= long) {
    return longRows(choice, value, index, buffer);
  }
  const kept = value.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  // Vectors lie along the last axis that is kept.
  const order = [...kept.slice(0, -1), ...axes, ...kept.slice(-1)];
  const shape = order.map((axis) => value.shape[axis]);
  const sources = value.shape.map((_, axis) => ({ axis: order.indexOf(axis), start: 0, scale: 1 }));
  const [values, indices] = [value, index].map((x) => view(x, shape, sources));
  const own = rowMajor(kept.map((axis) => value.shape[axis]));
  const result = order.map((axis) => kept.includes(axis) ? own[kept.indexOf(axis)] : 0);
  const along = rowMajor(shape).map((step, i) => axes.includes(order[i]) ? step : 0);
  const loaded = [value, index].flatMap(leavesOf);
  return {
    kind: "code",
    name: choice,
    reads: loaded.flatMap((leaf) => leaf.kind === "load" ? [leaf.buffer] : []),
    writes: [buffer],
    write: (code, addressOf, features) => {
      const nest = new VectorNest(code, {
        shape,
        accesses: [{ offset: 0, strides: result }, { offset: 0, strides: along }],
        still: 1,
        values: [values, indices],
        addressOf,
        features,
      });
      const { graph, lanes, length } = nest;
      const inner = nest.shape.length - 1;
      const place = nest.addresses.place(
        { buffer, address: addressOf(buffer) },
        0,
        nest.strides[0],
      );
      const { dtype } = value;
      const pairs = newPairs(code);
      let [pair] = pairs;
      const bestSoFar = graph.leaf("best", (code) => code.get(pair.best));
      const chosenSoFar = graph.leaf("chosen", (code) => code.get(pair.chosen));
      const current = nest.value(values);
      const better = isBetter(choice, graph, dtype, lanes, features, current, bestSoFar);
      const narrow = dtype === "float64" ? convertMask(graph, better, 64, 32) : better;
      const nextBest = graph.apply("v128.bitselect", current, bestSoFar, better);
      const next = graph.apply("v128.bitselect", nest.value(indices), chosenSoFar, narrow);
      const kind = dtype === "float32" ? "f32" : dtype === "float64" ? "f64" : "i32";
      const worst = graph.constant(kind, worstOf(choice, dtype));
      const none = graph.constant("i32", choice === "pooled" ? -1 : 0);
      const writer = graph.writer(code, [nextBest, next, worst, none]);

      const moves = (axis: number) => nest.strides[1][axis] !== 0;
      const outer = nest.shape.map((_, axis) => axis).filter((axis) => axis !== inner);
      /** Some vectors of results, the last of which has so many elements. */
      const step = (vectors: number, count: number) => {
        const used = pairs.slice(0, vectors);
        for (const { best, chosen } of used) {
          writer.push(worst);
          code.set(best);
          writer.push(none);
          code.set(chosen);
        }
        const each = (body: () => void) => {
          for (pair of used) {
            body();
            if (vectors > 1) add(code, nest.counters[inner], lanes);
          }
          if (vectors > 1) add(code, nest.counters[inner], -vectors * lanes);
        };
        nest.over(outer.filter(moves), () => {
          nest.addresses.settle();
          each(() => {
            writer.push(nextBest);
            writer.push(next);
            code.set(pair.chosen);
            code.set(pair.best);
            writer.again();
          });
        });
        each(() => {
          code.get(pair.chosen);
          storeVector(code, "int32", place, lanes, count, nest.inner);
        });
      };
      nest.over(outer.filter((axis) => !moves(axis)), () => {
        const together = length - length % (sideBySide * lanes);
        const whole = length - length % lanes;
        const counter = nest.counters[inner];
        code.count(counter, 0, together, sideBySide * lanes, () => step(sideBySide, lanes));
        if (together < whole) code.count(counter, together, whole, lanes, () => step(1, lanes));
        if (whole === length) return;
        nest.moveTo(whole);
        step(1, length - whole);
      });
      writer.done();
      for (const { best, chosen } of pairs) code.release(best, chosen);
    },
  };
}

/** The best elements so far, in lanes, and where they are. */
interface Pair {
  readonly best: Local;
  readonly chosen: Local;
}

function newPairs(code: Code): readonly Pair[] {
  return Array.from({ length: sideBySide }, () => ({
    best: code.local("v128"),
    chosen: code.local("v128"),
  }));
}

function add(code: Code, local: Local, by: number): void {
  code.get(local);
  code.i32(by);
  code.op("i32.add");
  code.set(local);
}

/** The same along the last axis, where it is long: each lane has a best of its own. */
function longRows(
  choice: Choice,
  value: Symbolic,
  index: Symbolic,
  buffer: Buffer,
): CodeKernel {
  const { shape, dtype } = value;
  const own = [...rowMajor(shape.slice(0, -1)), 0];
  const along = shape.map((_, axis) => axis === shape.length - 1 ? 1 : 0);
  const loaded = [value, index].flatMap(leavesOf);
  return {
    kind: "code",
    name: choice,
    shared: sizeOf(shape.slice(0, -1)) > 1,
    reads: loaded.flatMap((leaf) => leaf.kind === "load" ? [leaf.buffer] : []),
    writes: [buffer],
    write: (code, addressOf, features) => {
      const nest = new VectorNest(code, {
        shape,
        accesses: [{ offset: 0, strides: own }, { offset: 0, strides: along }],
        values: [value, index],
        addressOf,
        features,
      });
      const { graph, lanes, length } = nest;
      const counter = nest.counters[nest.shape.length - 1];
      const place = nest.addresses.place(
        { buffer, address: addressOf(buffer) },
        0,
        nest.strides[0],
      );
      const s = algebra(graph, dtype, lanes, features);
      const wide = dtype === "float64";
      const narrowed = (mask: Value) => wide ? convertMask(graph, mask, 64, 32) : mask;
      const pairs = newPairs(code);
      // The pair that is worked on, and the one that is compared with it.
      let [pair, other] = pairs;
      const best = graph.leaf("best", (code) => code.get(pair.best));
      const chosen = graph.leaf("chosen", (code) => code.get(pair.chosen));

      const current = nest.value(value);
      const better = isBetter(choice, graph, dtype, lanes, features, current, best);
      const taken = (mask: Value) => ({
        best: graph.apply("v128.bitselect", current, best, mask),
        chosen: graph.apply("v128.bitselect", nest.value(index), chosen, narrowed(mask)),
      });
      const whole = length - length % lanes;
      const bytes = (length - whole) * (wide ? 8 : 4);
      const inRow = graph.vector(Uint8Array.from({ length: 16 }, (_, i) => i < bytes ? 255 : 0));
      const next = taken(better);
      const nextInRow = taken(graph.apply("v128.and", better, inRow));

      // Of two that are as good, the one in front.
      const merged = (rival: Value, at: Value) => {
        const ahead = isBetter(choice, graph, dtype, lanes, features, rival, best);
        const neither = graph.apply(
          "v128.or",
          s.equal(rival, rival),
          s.equal(best, best),
        );
        const same = graph.apply("v128.or", s.equal(rival, best), graph.apply("v128.not", neither));
        const before = graph.apply("i32x4.lt_s", at, chosen);
        const take = graph.apply(
          "v128.or",
          narrowed(ahead),
          graph.apply("v128.and", narrowed(same), before),
        );
        const mask = wide ? convertMask(graph, take, 32, 64) : take;
        return {
          best: graph.apply("v128.bitselect", rival, best, mask),
          chosen: graph.apply("v128.bitselect", at, chosen, take),
        };
      };
      const withOther = merged(
        graph.leaf("other best", (code) => code.get(other.best)),
        graph.leaf("other chosen", (code) => code.get(other.chosen)),
      );
      const turned = (x: Value, bytes: number) =>
        graph.shuffle(x, x, Array.from({ length: 16 }, (_, i) => (i + bytes) % 16));
      const across = lanes === 4 ? [2, 1] : [1];
      const folds = across.map((lane) =>
        merged(turned(best, lane * (wide ? 8 : 4)), turned(chosen, lane * 4))
      );

      const kind = dtype === "float32" ? "f32" : wide ? "f64" : "i32";
      const worst = graph.constant(kind, worstOf(choice, dtype));
      const none = graph.constant("i32", 0);
      const all = [next, nextInRow, withOther, ...folds];
      const writer = graph.writer(code, [
        ...all.flatMap((result) => [result.best, result.chosen]),
        worst,
        none,
      ]);
      const set = (result: { readonly best: Value; readonly chosen: Value }) => {
        writer.push(result.best);
        writer.push(result.chosen);
        code.set(pair.chosen);
        code.set(pair.best);
        writer.again();
      };
      if (code.parameters.length > 0) nest.share(nest.outer);
      nest.over(nest.outer, () => {
        nest.addresses.settle();
        for (pair of pairs) set({ best: worst, chosen: none });
        const step = sideBySide * lanes;
        const together = length - length % step;
        code.count(counter, 0, together, step, () => {
          for (pair of pairs) {
            set(next);
            add(code, counter, lanes);
          }
          add(code, counter, -step);
        });
        [pair] = pairs;
        nest.moveTo(together);
        for (let at = together; at < whole; at += lanes) {
          set(next);
          add(code, counter, lanes);
        }
        if (whole < length) set(nextInRow);
        for (other of pairs.slice(1)) set(withOther);
        for (const fold of folds) set(fold);
        code.get(pair.chosen);
        storeVector(code, "int32", place, lanes, 1, nest.inner);
      });
      writer.done();
      for (const { best, chosen } of pairs) code.release(best, chosen);
    },
  };
}

/** Whether an element takes the place of the best one so far, as a mask. */
function isBetter(
  choice: Choice,
  graph: Graph,
  dtype: DType,
  lanes: 2 | 4,
  features: Features,
  current: Value,
  best: Value,
): Value {
  const s = algebra(graph, dtype, lanes, features);
  // Where nothing compares, as with NaN, a later element of a window is taken.
  if (choice === "pooled") return graph.apply("v128.not", s.lessEqual(current, best));
  const ahead = choice === "largest" ? s.less(best, current) : s.less(current, best);
  // The first NaN stays.
  const firstNaN = graph.apply("v128.andnot", s.equal(best, best), s.equal(current, current));
  return graph.apply("v128.or", ahead, firstNaN);
}

/** What every element is better than, or as good as if it is the first. */
function worstOf(choice: Choice, dtype: DType): number {
  if (choice === "pooled") return NaN;
  const low = choice === "largest";
  if (dtype === "int32") return low ? -(2 ** 31) : 2 ** 31 - 1;
  if (dtype === "uint32") return low ? 0 : -1;
  return low ? -Infinity : Infinity;
}
