/**
 * Code for values that are combined along axes.
 *
 * @module
 */
import type { Code, Local } from "./assembler/code.ts";
import type { Plain } from "./assembler/opcodes.ts";
import type { DType } from "../../tensor/dtype.ts";
import { Evaluator, type Lanes } from "./evaluate.ts";
import { type AddressOf, lanesOf } from "./loop_kernel.ts";
import { elementSize } from "./memory.ts";
import {
  Addresses,
  collapse,
  countVector,
  type InnerCount,
  loadVector,
  type Place,
  storeVector,
} from "./nest.ts";
import type { Combine, ReduceKernel } from "./program.ts";
import { type Affine, type Count, leavesOf, type Load, rowMajor } from "./symbolic.ts";
import type { Features } from "./vector/floats.ts";
import { Graph, type Value } from "./vector/graph.ts";

/** After so many vectors a partial sum is added to the total: the error grows with it, not with n. */
const block = 32;

interface Combination {
  readonly vector: Plain;
  readonly start: number;
}

function combination(combine: Combine, dtype: DType): Combination {
  const lowest = { float32: -Infinity, float64: -Infinity, int32: -(2 ** 31), uint32: 0, bool: 0 };
  const highest = { float32: Infinity, float64: Infinity, int32: 2 ** 31 - 1, uint32: -1, bool: 1 };
  const start = { sum: 0, prod: 1, max: lowest[dtype], min: highest[dtype] }[combine];
  const name = { sum: "add", prod: "mul", max: "max", min: "min" }[combine];
  if (dtype === "float32") return { vector: `f32x4.${name}` as Plain, start };
  if (dtype === "float64") return { vector: `f64x2.${name}` as Plain, start };
  const sign = name === "max" || name === "min" ? (dtype === "int32" ? "_s" : "_u") : "";
  return { vector: `i32x4.${name}${sign}` as Plain, start };
}

/** Writes the code of a kernel, which computes everything. */
export function writeReduce(
  code: Code,
  kernel: ReduceKernel,
  addressOf: AddressOf,
  features: Features,
): void {
  const { value, axes, buffer, combine } = kernel;
  const { dtype } = buffer;
  const lanes = lanesOf([value]);
  const kept = value.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const leaves = leavesOf(value).filter((leaf): leaf is Load | Count =>
    leaf.kind !== "constant" && leaf.shape.length > 0
  );
  // The result's own place: it does not move along reduced axes. That keeps the two kinds apart.
  const own = rowMajor(kept.map((axis) => value.shape[axis]));
  const result: Affine = {
    offset: 0,
    strides: value.shape.map((_, axis) => kept.includes(axis) ? own[kept.indexOf(axis)] : 0),
  };
  const mark: Affine = {
    offset: 0,
    strides: rowMajor(value.shape).map((step, axis) => axes.includes(axis) ? step : 0),
  };
  const nest = collapse(value.shape, [result, mark, ...leaves]);
  const rank = nest.shape.length;
  const reduced = nest.shape.map((_, axis) => nest.strides[1][axis] !== 0);
  const inner = rank - 1;
  const along = reduced[inner];

  const counters = nest.shape.map(() => code.local("i32"));
  const at = counters[inner];
  const addresses = new Addresses(code, counters.slice(0, -1));
  const places = new Map<Load | Count, Place | { base: Local; step: number }>();
  for (const [i, leaf] of leaves.entries()) {
    const strides = nest.strides[2 + i];
    places.set(
      leaf,
      leaf.kind === "load"
        ? addresses.place(addressOf(leaf.buffer), leaf.offset, strides, elementSize(leaf.dtype))
        : { base: addresses.number(leaf.offset, strides.slice(0, -1)), step: strides.at(-1)! },
    );
  }
  const innerCount: InnerCount = (bytes) => {
    code.get(at);
    if (bytes > 1) {
      code.i32(Math.log2(bytes));
      code.op("i32.shl");
    }
  };
  const graph = new Graph();
  const evaluator = new Evaluator(graph, lanes, features, (leaf) => {
    const place = places.get(leaf);
    if (leaf.kind === "count") {
      const { base, step } = (place as { base: Local; step: number } | undefined) ??
        { base: addresses.number(leaf.offset, []), step: 0 };
      return countVector(graph, leaf, base, step, innerCount);
    }
    return loadVector(
      graph,
      leaf,
      (place as Place | undefined) ?? {
        base: undefined,
        constant: addressOf(leaf.buffer) + leaf.offset * elementSize(leaf.dtype),
        step: 0,
      },
      lanes,
      innerCount,
    );
  });
  const root = evaluator.value(value);
  const how = combination(combine, dtype);
  const start = graph.constant(
    dtype === "float32" ? "f32" : dtype === "float64" ? "f64" : "i32",
    how.start,
  );
  const masks = tailMask(graph, nest.shape[inner] % lanes, dtype);
  const tailed = masks === undefined ? root : graph.apply("v128.bitselect", root, start, masks);
  const writer = graph.writer(code, [root, start, tailed, ...masks === undefined ? [] : [masks]]);

  const total = code.local("v128");
  const partial = code.local("v128");
  const resultPlace: Place = resultPlaceOf();
  const accumulate = (into: Local, pushed: () => void) => {
    code.get(into);
    pushed();
    code.op(how.vector);
    code.set(into);
  };
  const reset = (local: Local) => {
    writer.push(start);
    code.set(local);
  };
  const outerKept = nest.shape.map((_, axis) => axis).filter((axis) =>
    axis !== inner && !reduced[axis]
  );
  const outerReduced = nest.shape.map((_, axis) => axis).filter((axis) =>
    axis !== inner && reduced[axis]
  );
  const over = (axesOfNest: readonly number[], body: () => void) =>
    axesOfNest.reduceRight<() => void>(
      (inside, axis) => () => code.count(counters[axis], 0, nest.shape[axis], 1, inside),
      body,
    )();

  if (along) {
    const length = nest.shape[inner];
    const tail = length % lanes;
    const vectors = length - tail;
    over(outerKept, () => {
      reset(total);
      over(outerReduced, () => {
        addresses.settle();
        const run = (from: number | Local, to: number | Local) => {
          reset(partial);
          code.count(at, from, to, lanes, () => {
            accumulate(partial, () => writer.push(root));
            writer.again();
          });
          accumulate(total, () => code.get(partial));
        };
        if (vectors <= block * lanes) {
          if (vectors > 0) run(0, vectors);
        } else blocks(code, vectors, block * lanes, run);
        if (tail > 0) {
          code.i32(vectors);
          code.set(at);
          accumulate(total, () => writer.push(tailed));
          writer.again();
        }
      });
      code.i32(0);
      code.set(at);
      horizontal(code, total, how.vector, elementSize(dtype), lanes);
      code.set(total);
      settleResult();
      code.get(total);
      storeVector(code, dtype, resultPlace, lanes, 1, innerCount);
    });
  } else {
    const length = nest.shape[inner];
    const tail = length % lanes;
    const column = (count: number) => {
      reset(total);
      reset(partial);
      const since = code.local("i32");
      code.i32(0);
      code.set(since);
      over(outerReduced, () => {
        addresses.settle();
        accumulate(partial, () => writer.push(root));
        writer.again();
        code.get(since);
        code.i32(1);
        code.op("i32.add");
        code.tee(since);
        code.i32(block);
        code.op("i32.eq");
        code.if(() => {
          accumulate(total, () => code.get(partial));
          reset(partial);
          code.i32(0);
          code.set(since);
        });
      });
      accumulate(total, () => code.get(partial));
      settleResult();
      code.get(total);
      storeVector(code, dtype, resultPlace, lanes, count, innerCount);
      code.release(since);
    };
    over(outerKept, () => {
      if (length - tail > 0) code.count(at, 0, length - tail, lanes, () => column(lanes));
      if (tail > 0) {
        code.i32(length - tail);
        code.set(at);
        column(tail);
      }
    });
  }
  writer.done();

  function resultPlaceOf(): Place {
    const strides = nest.strides[0];
    const moving = strides.slice(0, -1).some((stride) => stride !== 0);
    return {
      base: moving ? code.local("i32") : undefined,
      constant: addressOf(buffer),
      step: along ? 0 : strides[inner],
    };
  }

  function settleResult(): void {
    if (resultPlace.base === undefined) return;
    const size = elementSize(dtype);
    code.i32(0);
    for (const [axis, stride] of nest.strides[0].slice(0, -1).entries()) {
      if (stride === 0) continue;
      code.get(counters[axis]);
      code.i32(stride * size);
      code.op("i32.mul", "i32.add");
    }
    code.set(resultPlace.base);
  }
}

/** A run over every block of a length. */
function blocks(
  code: Code,
  length: number,
  size: number,
  run: (from: Local, to: Local) => void,
): void {
  const [from, to] = [code.local("i32"), code.local("i32")];
  code.count(from, 0, length, size, () => {
    code.get(from);
    code.i32(size);
    code.op("i32.add");
    code.set(to);
    code.i32(length);
    code.get(to);
    code.get(to);
    code.i32(length);
    code.op("i32.gt_s", "select");
    code.set(to);
    run(from, to);
  });
  code.release(from, to);
}

/** Which lanes count in the last vector: all ones there. */
function tailMask(graph: Graph, tail: number, dtype: DType): Value | undefined {
  if (tail === 0) return undefined;
  const bytes = new Uint8Array(16);
  bytes.fill(255, 0, tail * (dtype === "float64" ? 8 : 4));
  return graph.vector(bytes);
}

/** The lanes of a vector combined: the result is in all lanes of the vector left on the stack. */
function horizontal(
  code: Code,
  vector: Local,
  instruction: Plain,
  size: number,
  lanes: Lanes,
): void {
  const bytes = Array.from({ length: 16 }, (_, i) => i);
  for (let distance = lanes / 2; distance >= 1; distance /= 2) {
    const width = distance * size;
    code.get(vector);
    code.get(vector);
    code.get(vector);
    code.shuffle(bytes.map((byte) => byte ^ width));
    code.op(instruction);
    code.set(vector);
  }
  code.get(vector);
}
