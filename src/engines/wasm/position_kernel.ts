/**
 * Code for the positions of extrema along axes.
 *
 * @module
 */
import type { DType } from "../../tensor/dtype.ts";
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
      const [best, chosen] = [code.local("v128"), code.local("v128")];
      const bestSoFar = graph.leaf("best", (code) => code.get(best));
      const chosenSoFar = graph.leaf("chosen", (code) => code.get(chosen));
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
      const step = (count: number) => {
        writer.push(worst);
        code.set(best);
        writer.push(none);
        code.set(chosen);
        nest.over(outer.filter(moves), () => {
          nest.addresses.settle();
          writer.push(nextBest);
          writer.push(next);
          code.set(chosen);
          code.set(best);
          writer.again();
        });
        code.get(chosen);
        storeVector(code, "int32", place, lanes, count, nest.inner);
      };
      nest.over(outer.filter((axis) => !moves(axis)), () => {
        const tail = length % lanes;
        code.count(nest.counters[inner], 0, length - tail, lanes, () => step(lanes));
        if (tail === 0) return;
        nest.moveTo(length - tail);
        step(tail);
      });
      writer.done();
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
