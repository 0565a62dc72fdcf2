/**
 * The choice between tapes.
 *
 * @module
 */
import { equalShapes } from "../../shape/same.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { evaluateTape } from "../../tape/evaluate.ts";
import { perTape } from "../../tape/memo.ts";
import { pruneTape } from "../../tape/passes/dead.ts";
import { optimize } from "../../tape/passes/optimize.ts";
import { definePrimitive, type PartlyBatched, type Primitive } from "../../tape/primitive.ts";
import { bind } from "../../tape/recorder.ts";
import { type Abstract, Tape } from "../../tape/tape.ts";
import { mul } from "../../primitives/arithmetic.ts";
import { lessEqual, selectPrimitive } from "../../primitives/compare.ts";
import { zeros } from "../../primitives/create.ts";
import { cos, sin } from "../../primitives/trigonometry.ts";
import { batchTape, bindBatch, evaluateBatch } from "../batch.ts";
import { inPlaces, readResiduals, seedsOf, type Split, split } from "../split.ts";
import { traceFlat } from "../trace.ts";
import { where } from "./loop.ts";

/** A choice. Operands: which branch, an int32 scalar clamped into range; the branches' operands. */
export interface CondParams {
  /** Tapes of the same inputs and outputs. */
  readonly branches: readonly Tape[];
}

/** @internal */
interface Kept {
  readonly ways: readonly Split[];
  readonly slots: Slots;
  readonly kept: readonly AnyTensor[];
}

/** Applies one of several tapes. */
export const condPrimitive: Primitive<CondParams> = definePrimitive<CondParams>({
  name: "cond",
  family: "control",
  summary: "applies the one of the tapes `branches` whose number the first operand is (clamped)",
  infer: (_, { branches }) => branches[0].outputs.map(({ shape, dtype }) => ({ shape, dtype })),
  meaning: {
    kind: "control",
    tapes: ({ branches }) => branches.map((tape) => ({ tape, times: 1 })),
    runs: "one",
    run: ([index, ...operands], { branches }, outputs, execute) => {
      const chosen = Math.min(Math.max(index.data[0], 0), branches.length - 1);
      for (const [i, { data }] of execute(branches[chosen], operands).entries()) {
        outputs[i].data.set(data);
      }
    },
  },
  augment: ([index, ...operands], { branches }, [, ...needs]) => {
    const ways = branches.map((branch) => split(branch, needs));
    const count = branches[0].outputs.length;
    const slots = slotsFor(ways, count);
    const forward = ways.map((way, i) => laidInSlots(way.forward, count, slots, i));
    const results = bind(condPrimitive, [index, ...operands], { branches: forward });
    const kept: Kept = { ways, slots, kept: results.slice(count) };
    return { outputs: results.slice(0, count), residuals: kept };
  },
  vjp: (cotangents, { inputs: [index, ...operands], outputs, needs: [, ...needs], residuals }) => {
    const { ways, slots, kept } = residuals as Kept;
    const seeds = seedsOf(outputs, cotangents);
    const given = [...operands, ...outputs, ...kept, ...seeds];
    const back = ways.map((way, i) =>
      optimize(traceFlat("cond", given, (leaves) => {
        const rest = [...leaves];
        const take = (count: number) => rest.splice(0, count);
        const [inputs, results, laid] = [operands.length, outputs.length, kept.length].map(take);
        const own = slots.places[i].map((slot) => laid[slot]);
        const reads = readResiduals(way, inputs, results, own);
        return evaluateTape(way.backward, [...reads, ...rest]);
      }))
    );
    const used = given.map((_, i) =>
      back.some(({ inputs, equations, outputs }) => {
        const input = inputs[i];
        return outputs.includes(input) || equations.some(({ inputs }) => inputs.includes(input));
      })
    );
    const branches = back.map((tape) => new Tape({ ...tape, inputs: where(tape.inputs, used) }));
    const results = bind(condPrimitive, [index, ...where(given, used)], { branches });
    return [undefined, ...inPlaces(needs, results)];
  },
  batch: ([index, ...operands], { params: { branches }, size, batched: [choice, ...batched] }) => {
    if (choice) return chooseForEach(index, operands, branches, size, batched);
    const flags = branches.map((branch) => batchTape(branch, batched, size).batched);
    const carried = flags[0].map((_, i) => flags.some((own) => own[i]));
    const all = branches.map((branch) => optimize(batchTape(branch, batched, size, carried).tape));
    return {
      outputs: bind(condPrimitive, [index, ...operands], { branches: all }),
      batched: carried,
    };
  },
  prune: ({ branches }, used) => {
    const pruned = branches.map((branch) => pruneTape(branch, used));
    const inputs = branches[0].inputs.map((_, i) => pruned.some(({ inputs }) => inputs[i]));
    return {
      params: {
        branches: pruned.map(({ tape }, i) =>
          new Tape({ ...tape, inputs: where(branches[i].inputs, inputs) })
        ),
      },
      inputs: [true, ...inputs],
    };
  },
  sample: (draw, float) => {
    const shape = draw.shape(0, 2);
    const one = { shape, dtype: float };
    const branch = (f: (a: AnyTensor, b: AnyTensor) => AnyTensor) =>
      traceFlat("cond", [one, one], ([a, b]) => [f(a, b), mul(a, 2)]);
    const branches = [
      branch((a, b) => mul(sin(a), b)),
      branch((a) => cos(sin(a))),
      branch((_, b) => b),
    ];
    const index = { shape: [], dtype: "int32" as const, range: [-1, 3] as const };
    return { operands: [index, one, one], params: { branches } };
  },
});

/** What the branches keep for the way back, each in its slots; those of one form share them. */
interface Slots {
  readonly forms: readonly Abstract[];
  /** For each branch, the slot of each value that it keeps. */
  readonly places: readonly (readonly number[])[];
}

function slotsFor(ways: readonly Split[], count: number): Slots {
  const forms: Abstract[] = [];
  const places = ways.map(({ forward }) => {
    const taken = new Set<number>();
    return forward.outputs.slice(count).map(({ shape, dtype }) => {
      const free = forms.findIndex((form, slot) =>
        !taken.has(slot) && form.dtype === dtype && equalShapes(form.shape, shape)
      );
      const slot = free >= 0 ? free : forms.push({ shape, dtype }) - 1;
      taken.add(slot);
      return slot;
    });
  });
  return { forms, places };
}

const withSlots = perTape(
  (forward, count: number, forms: readonly Abstract[], places: readonly number[]): Tape =>
    optimize(traceFlat("cond", forward.inputs, (leaves) => {
      const results = evaluateTape(forward, leaves);
      const kept = results.slice(count);
      return [
        ...results.slice(0, count),
        ...forms.map(({ shape, dtype }, slot) =>
          places.includes(slot) ? kept[places.indexOf(slot)] : zeros(shape, dtype)
        ),
      ];
    })),
);

/** A branch's way forward with what it keeps in its slots, and zeros in the others'. */
function laidInSlots(forward: Tape, count: number, { forms, places }: Slots, branch: number): Tape {
  return withSlots(forward, count, forms, places[branch]);
}

/** Every branch for every example, and then a choice for each. */
function chooseForEach(
  index: AnyTensor,
  operands: readonly AnyTensor[],
  branches: readonly Tape[],
  size: number,
  batched: readonly boolean[],
): PartlyBatched {
  const all = branches.map((branch) => evaluateBatch(branch, operands, batched, size));
  const outputs = branches[0].outputs.map((_, i) =>
    all.slice(0, -1).reduceRight(
      (others, own, branch) => ({
        outputs: bindBatch(
          selectPrimitive,
          [lessEqual(index, branch), own.outputs[i], others.outputs[0]],
          undefined,
          [true, own.batched[i], others.batched[0]],
          size,
        ).outputs,
        batched: [true],
      }),
      { outputs: [all[all.length - 1].outputs[i]], batched: [all[all.length - 1].batched[i]] },
    )
  );
  return {
    outputs: outputs.map(({ outputs: [output] }) => output),
    batched: outputs.map(({ batched: [flag] }) => flag),
  };
}
