/**
 * Random applications of a primitive, drawn as its declaration says.
 *
 * @module
 */
import fc from "fast-check";
import { bind } from "../../src/tape/recorder.ts";
import type { Primitive } from "../../src/tape/primitive.ts";
import type { OperandSample } from "../../src/tape/sample.ts";
import { allocate, type DType, isFloating } from "../../src/tensor/dtype.ts";
import { sizeOf, wrap } from "../../src/tensor/storage.ts";
import { type AnyTensor, stack } from "../../mod.ts";

/** A primitive with operands to apply it to. */
export interface Application {
  readonly operands: readonly AnyTensor[];
  readonly params: unknown;
  /** Applies it, with other float operands in place of its own if they are given. */
  readonly apply: (floats?: readonly AnyTensor[]) => readonly AnyTensor[];
  /** Operands for a batch: those that `batched` names have a further first axis of `size`. */
  readonly batch: readonly AnyTensor[];
  readonly batched: readonly boolean[];
  readonly size: number;
  /** The float operands. */
  readonly floats: readonly AnyTensor[];
}

/** Applications of a primitive, with floats of a dtype. */
export function applicationsOf(primitive: Primitive, float: DType): fc.Arbitrary<Application> {
  // A list of numbers to choose by, which shrinks towards the first choice of everything.
  const choices = fc.array(fc.nat({ max: 2 ** 16 }), { minLength: 64, maxLength: 64 });
  return fc.tuple(choices, fc.nat()).map(([choices, seed]) => {
    let at = 0;
    const integer = (min: number, max: number) => min + choices[at++] % (max - min + 1);
    const { operands: samples, params } = primitive.sample({
      integer,
      pick: (options) => options[integer(0, options.length - 1)],
      shape: (minRank, maxRank, minDim = 0) =>
        Array.from({ length: integer(minRank, maxRank) }, () => integer(minDim, 4)),
    }, float);
    const random = generator(seed);
    const operands = samples.map((sample) => operand(sample, random));
    const apply = (floats?: readonly AnyTensor[]) => {
      const rest = [...floats ?? []];
      const all = floats === undefined
        ? operands
        : operands.map((x) => isFloating(x.dtype) ? rest.shift()! : x);
      return bind(primitive, all, params);
    };
    const text = `${primitive.name}(${operands.join(", ")}, ${JSON.stringify(params)})`;
    const size = integer(1, 3);
    const drawn = operands.map(() => integer(0, 1) === 1);
    const batched = drawn.includes(true) ? drawn : drawn.map(() => true);
    const batch = samples.map((sample, i) =>
      batched[i] ? stack(Array.from({ length: size }, () => operand(sample, random))) : operands[i]
    );
    return {
      operands,
      params,
      apply,
      batch,
      batched,
      size,
      floats: operands.filter((x) => isFloating(x.dtype)),
      [fc.toStringMethod]: () => text,
    };
  });
}

function operand(
  { shape, dtype, range = [-2, 2], avoid = [], distinct = false, diagonal }: OperandSample,
  random: () => number,
): AnyTensor {
  const size = sizeOf(shape);
  const [low, high] = range;
  const data = allocate(dtype, size);
  for (let i = 0; i < size; i++) {
    let value = low + (high - low) * random();
    if (!isFloating(dtype)) value = Math.floor(low + (high - low + 1) * random());
    if (dtype === "uint32" && value < 0) value = -value;
    if (dtype === "bool") value = random() < 0.5 ? 0 : 1;
    for (const point of avoid) {
      if (Math.abs(value - point) < 0.1) value = point + (value < point ? -0.1 : 0.1);
    }
    data[i] = value;
  }
  if (distinct) {
    // The ranks of the drawn values, spread out evenly.
    const order = [...data.keys()].sort((i, j) => data[i] - data[j]);
    order.forEach((at, rank) => data[at] = low + rank * 0.25);
  }
  if (diagonal !== undefined) {
    const [rows, columns] = shape.slice(-2);
    for (let i = 0; i < size; i++) {
      const row = Math.floor(i / columns) % rows;
      const led = i % columns === (row + diagonal) % rows;
      data[i] = 0.15 * data[i] + (led ? 2 * (row + 1) : 0);
    }
  }
  return wrap(shape, dtype, data);
}

/** Numbers from 0 to below 1 (mulberry32). */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
