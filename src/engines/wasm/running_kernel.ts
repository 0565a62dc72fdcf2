/**
 * Code for running sums, products, extrema and the like along an axis.
 *
 * @module
 */
import { sizeOf } from "../../tensor/storage.ts";
import type { Code, Local } from "./assembler/code.ts";
import { assign, each, type Index, sum, times } from "./assembler/index.ts";
import type { Plain } from "./assembler/opcodes.ts";
import { elementSize } from "./memory.ts";
import type { CodeKernel, Combine } from "./program.ts";
import type { Buffer, Load } from "./symbolic.ts";
import { eachOwn } from "./threads/share.ts";
import { algebra } from "./vector/algebra.ts";
import type { Features } from "./vector/floats.ts";
import { Graph, type Value } from "./vector/graph.ts";

/** How many vectors of a row are gone along with at once: their lines of the cache are read whole. */
const vectorsTogether = 8;

/** How a running result goes on. */
export type Running = Combine | "logsumexp";

/** What is kept on the way: doubles for floats, so that float32 is rounded once. */
interface State {
  readonly locals: readonly Local[];
  /** What it is with the first element, and with one more. */
  readonly first: readonly Value[];
  readonly next: readonly Value[];
  /** The result so far. */
  readonly result: Value;
}

type Read = (local: Local) => Value;

function combining(code: Code, graph: Graph, read: Read, how: Plain, x: Value): State {
  const total = code.local("v128");
  const result = read(total);
  return { locals: [total], first: [x], next: [graph.apply(how, result, x)], result };
}

function instructionOf(combine: Combine, { dtype }: Load): Plain {
  const name = { sum: "add", prod: "mul", max: "max", min: "min" }[combine];
  if (dtype === "float32" || dtype === "float64") return `f64x2.${name}` as Plain;
  const sign = combine === "sum" || combine === "prod" ? "" : dtype === "int32" ? "_s" : "_u";
  return `i32x4.${name}${sign}` as Plain;
}

/**
 * `log Σ e^x` as the largest `x` and `Σ e^(x - largest) - 1`: what takes long is not what the next
 * element waits for.
 */
function logSumExp(code: Code, graph: Graph, read: Read, features: Features, x: Value): State {
  const f = algebra(graph, "float64", 2, features);
  const locals = [code.local("v128"), code.local("v128")];
  const [largest, rest] = locals.map(read);
  const part = f.apply("exp", f.apply("neg", f.apply("abs", f.sub(x, largest))));
  // Equal infinities have no distance.
  const added = f.select(f.equal(x, largest), f.constant(1), part);
  const next = f.select(
    f.lessEqual(x, largest),
    f.add(rest, added),
    f.mul(f.add(rest, f.constant(1)), added),
  );
  return {
    locals,
    first: [x, f.constant(0)],
    next: [f.max(largest, x), next],
    result: f.add(largest, f.apply("log1p", rest)),
  };
}

/** The result so far at each place of an axis, from its beginning or from its end. */
export function runningKernel(
  running: Running,
  x: Load,
  { axis, reverse }: { readonly axis: number; readonly reverse: boolean },
  out: Buffer,
): CodeKernel {
  return {
    kind: "code",
    name: `running_${running}`,
    reads: [x.buffer],
    writes: [out],
    shared: axis > 0,
    write: (code, addressOf, features) => {
      const { shape, dtype } = x;
      const [n, inner] = [shape[axis], sizeOf(shape.slice(axis + 1))];
      const outer = sizeOf(shape.slice(0, axis));
      const size = elementSize(dtype);
      const lanes = dtype === "float32" || dtype === "float64" ? 2 : 4;
      const step = (reverse ? -inner : inner) * size;
      const first = (reverse ? (n - 1) * inner : 0) * size;
      const [from, to, at] = ["i32", "i32", "i32"].map(() => code.local("i32"));
      const [element, result] = [code.local("v128"), code.local("v128")];
      const graph = new Graph();
      const read: Read = (local) => graph.leaf(`${local.index}`, (code) => code.get(local));
      const states = Array.from(
        { length: inner >= vectorsTogether * lanes ? vectorsTogether : 1 },
        () =>
          running === "logsumexp"
            ? logSumExp(code, graph, read, features, read(element))
            : combining(code, graph, read, instructionOf(running, x), read(element)),
      );
      const writer = graph.writer(
        code,
        states.flatMap(({ first, next, result }) => [...first, ...next, result]),
      );
      // Lanes are neighbours, or, along the last axis, rows.
      const apart = inner === 1 ? n * size : size;
      const load = (count: number, offset: number) => {
        loadLanes(code, from, element, { size, count, apart, offset });
        code.get(element);
        if (dtype === "float32") code.op("f64x2.promote_low_f32x4");
        code.set(element);
      };
      const become = ({ locals }: State, values: readonly Value[]) => {
        values.forEach((value) => writer.push(value));
        locals.toReversed().forEach((local) => code.set(local));
        writer.again();
      };
      const store = (state: State, count: number, offset: number) => {
        writer.push(state.result);
        writer.again();
        if (dtype === "float32") code.op("f32x4.demote_f64x2_zero");
        code.set(result);
        storeLanes(code, to, result, { size, count, apart, offset });
      };
      /** Goes along the axis with so many elements, or with as many in each of several vectors. */
      const columns = (start: Index, count: number, vectors = 1) => {
        const used = states.slice(0, vectors);
        assign(code, at, start);
        assign(code, from, sum(at, addressOf(x.buffer) + first));
        assign(code, to, sum(at, addressOf(out) + first));
        const place = (values: "first" | "next") => {
          for (const [i, state] of used.entries()) {
            load(count, i * lanes * size);
            become(state, state[values]);
            store(state, count, i * lanes * size);
          }
        };
        place("first");
        each(code, 1, n, 1, () => {
          assign(code, from, sum(from, step));
          assign(code, to, sum(to, step));
          place("next");
        });
      };
      if (inner === 1) {
        const whole = outer - outer % lanes;
        const row = n * size;
        eachOwn(code, whole / lanes, (i) => columns(times(i, lanes * row), lanes));
        eachOwn(code, outer - whole, (i) => columns(sum(times(i, row), whole * row), 1));
      } else {
        const together = states.length * lanes;
        const [many, whole] = [inner - inner % together, inner - inner % lanes];
        eachOwn(code, outer, (i) => {
          const start = times(i, inner * n * size);
          const at = (j: Local) => sum(start, times(j, size));
          each(code, 0, many, together, (j) => columns(at(j), lanes, states.length));
          each(code, many, whole, lanes, (j) => columns(at(j), lanes));
          each(code, whole, inner, 1, (j) => columns(at(j), 1));
        });
      }
      writer.done();
      code.release(from, to, at, element, result, ...states.flatMap(({ locals }) => locals));
    },
  };
}

/** The first lanes of a vector: their size and number, and how far apart they lie in memory. */
interface Lanes {
  readonly size: number;
  readonly count: number;
  readonly apart: number;
  /** The first one's distance from the pointer. */
  readonly offset: number;
}

/** The bytes that are loaded or stored at a time. */
function pieceOf({ size, count, apart }: Lanes): number {
  return apart === size ? count * size : size;
}

function loadLanes(code: Code, from: Local, vector: Local, lanes: Lanes): void {
  const piece = pieceOf(lanes);
  code.get(from);
  if (piece === 16) code.access("v128.load", lanes.offset, 2);
  else code.access(piece === 8 ? "v128.load64_zero" : "v128.load32_zero", lanes.offset, 2);
  code.set(vector);
  for (let lane = 1; lane < lanes.count * lanes.size / piece; lane++) {
    code.get(from);
    code.get(vector);
    const instruction = piece === 8 ? "v128.load64_lane" : "v128.load32_lane";
    code.accessLane(instruction, lane, lanes.offset + lane * lanes.apart, 2);
    code.set(vector);
  }
}

function storeLanes(code: Code, to: Local, vector: Local, lanes: Lanes): void {
  const piece = pieceOf(lanes);
  for (let lane = 0; lane < lanes.count * lanes.size / piece; lane++) {
    code.get(to);
    code.get(vector);
    if (piece === 16) code.access("v128.store", lanes.offset, 2);
    else {
      const instruction = piece === 8 ? "v128.store64_lane" : "v128.store32_lane";
      code.accessLane(instruction, lane, lanes.offset + lane * lanes.apart, 2);
    }
  }
}
