/**
 * The scan: a tape applied step by step, with values that go round and values that are laid up.
 *
 * @module
 */
import { ShapeError, showShape } from "../../shape/fail.ts";
import { sizeOf } from "../../tensor/storage.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { pruneTape } from "../../tape/passes/dead.ts";
import { optimize } from "../../tape/passes/optimize.ts";
import { definePrimitive, type Elements, type Primitive } from "../../tape/primitive.ts";
import { bind } from "../../tape/recorder.ts";
import { Tape } from "../../tape/tape.ts";
import { add, mul } from "../../primitives/arithmetic.ts";
import { repeatExample } from "../../primitives/broadcast.ts";
import { zeros } from "../../primitives/create.ts";
import { moveAxisRaw } from "../../primitives/movement.ts";
import { sin } from "../../primitives/trigonometry.ts";
import { batchTape } from "../batch.ts";
import { inPlaces } from "../split.ts";
import { traceFlat } from "../trace.ts";
import { hoist } from "./hoist.ts";
import { fixpoint, where } from "./loop.ts";
import { differentiate, type Way, wayBack } from "./scan_derivative.ts";
import { groups, type ScanParams } from "./scan_params.ts";

/** @internal */
interface Kept {
  readonly way: Way;
  /** Per step, in the order of the way's `stacked`. */
  readonly stacked: readonly AnyTensor[];
}

/** Applies a body step by step. */
export const scanPrimitive: Primitive<ScanParams> = definePrimitive<ScanParams>({
  name: "scan",
  family: "control",
  summary:
    "applies the tape `body` step by step: a carry goes round, slices come in and are laid up",
  infer: (inputs, params) => {
    const { body, carry, length } = params;
    for (const { shape } of groups(inputs, params)[2]) {
      if (shape[0] !== length) {
        throw new ShapeError(`scan: ${showShape(shape)} has not ${length} slices`);
      }
    }
    return body.outputs.map(({ shape, dtype }, i) => ({
      shape: i < carry ? shape : [length, ...shape],
      dtype,
    }));
  },
  meaning: {
    kind: "control",
    tapes: ({ body, length }) => [{ tape: body, times: length }],
    runs: "all",
    run: (inputs, params, outputs, execute) => {
      const { body, length, reverse } = params;
      const [constants, first, slices] = groups(inputs, params);
      let carry = first;
      for (let step = 0; step < length; step++) {
        const at = reverse ? length - 1 - step : step;
        const results = execute(body, [
          ...constants,
          ...carry,
          ...slices.map((slice) => sliceAt(slice, at)),
        ]);
        carry = results.slice(0, params.carry);
        for (const [i, { data }] of results.slice(params.carry).entries()) {
          outputs[params.carry + i].data.set(data, at * data.length);
        }
      }
      for (const [i, { data }] of carry.entries()) outputs[i].data.set(data);
    },
  },
  augment: (inputs, params, needs) => {
    const way = differentiate(params, needs);
    const results = bind(scanPrimitive, inputs, { ...params, body: way.forward });
    const count = params.body.outputs.length;
    const stacked = way.stacked.map((at) => "slice" in at ? inputs[at.slice] : results[at.laid]);
    const kept: Kept = { way, stacked };
    return { outputs: results.slice(0, count), residuals: kept };
  },
  vjp: (cotangents, { inputs, outputs, params, needs, residuals }) => {
    const { way, stacked } = residuals as Kept;
    const flowing = cotangents.map((ct) => ct !== undefined);
    const [neededConstants, , neededSlices] = groups(needs, params);
    const active = where(outputs, way.active);
    const carried = where(cotangents, way.active);
    const laid = where(cotangents, flowing.map((flows, i) => flows && i >= params.carry));
    const results = bindScan({
      body: wayBack(params, needs, flowing),
      constants: way.constants.map((i) => inputs[i]),
      carry: [
        ...where(inputs, neededConstants).map(({ shape, dtype }) => zeros(shape, dtype)),
        ...active.map(({ shape, dtype }, i) => carried[i] ?? zeros(shape, dtype)),
      ],
      slices: [...stacked, ...laid as readonly AnyTensor[]],
      length: params.length,
      reverse: !params.reverse,
    });
    return inPlaces(
      [...neededConstants, ...way.active.slice(0, params.carry), ...neededSlices],
      results,
    )
      .map((ct, i) => needs[i] ? ct : undefined);
  },
  batch: (inputs, { params, size, batched }) => {
    const [constants, first, slices] = groups(batched, params);
    const flagsFor = (carry: readonly boolean[]) => [...constants, ...carry, ...slices];
    const carry = fixpoint(
      first,
      (flags) => batchTape(params.body, flagsFor(flags), size).batched.slice(0, params.carry),
    );
    const body = batchTape(params.body, flagsFor(carry), size, carry);
    const operands = inputs.map((input, i) => {
      const role = i - params.constants;
      if (role >= params.carry) return batched[i] ? moveAxisRaw(input, 0, 1) : input;
      return role >= 0 && carry[role] && !batched[i] ? repeatExample(input, size) : input;
    });
    const results = bind(scanPrimitive, operands, { ...params, body: optimize(body.tape) });
    return {
      outputs: results.map((result, i) =>
        i >= params.carry && body.batched[i] ? moveAxisRaw(result, 0, 1) : result
      ),
      batched: body.batched,
    };
  },
  prune: (params, used) => {
    const { body, constants, carry } = params;
    // A carry stays if it is used, or if a step reads it for what stays.
    const stays = fixpoint(used.slice(0, carry), (flags) => {
      const { inputs } = pruneTape(body, [...flags, ...used.slice(carry)]);
      return inputs.slice(constants, constants + carry);
    });
    const outputs = [...stays, ...used.slice(carry)];
    const pruned = pruneTape(body, outputs);
    // What stays has its operand, even if no step reads it.
    const inputs = pruned.inputs.map((read, i) => read || stays[i - constants] === true);
    const tape = new Tape({ ...pruned.tape, inputs: where(body.inputs, inputs) });
    return {
      params: {
        ...params,
        body: tape,
        constants: where(inputs.slice(0, constants), inputs.slice(0, constants)).length,
        carry: where(stays, stays).length,
      },
      inputs,
      outputs,
    };
  },
  sample: (draw, float) => {
    const shape = draw.shape(0, 1);
    const length = draw.integer(0, 3);
    const one = { shape, dtype: float };
    const operands = [one, one, { ...one, shape: [length, ...shape] }];
    const body = traceFlat("scan", [one, one, one], ([w, c, x]) => {
      const next = add(mul(sin(c), w), x);
      return [next, mul(c, x)];
    });
    const reverse = draw.integer(0, 1) === 1;
    return { operands, params: { body, constants: 1, carry: 1, length, reverse } };
  },
});

/** One slice, without a copy. */
function sliceAt({ shape: [_, ...shape], dtype, data }: Elements, at: number): Elements {
  const size = sizeOf(shape);
  return { shape, dtype, data: data.subarray(at * size, (at + 1) * size) };
}

/** The operands of a scan, by role. */
export interface Scan {
  readonly body: Tape;
  readonly constants: readonly AnyTensor[];
  readonly carry: readonly AnyTensor[];
  readonly slices: readonly AnyTensor[];
  readonly length: number;
  readonly reverse: boolean;
}

/**
 * Applies a scan. What every step would compute anew from constants is computed once, before it; a
 * carry that no step changes is a constant.
 */
export function bindScan(scan: Scan): readonly AnyTensor[] {
  const { length, reverse } = scan;
  const carry = scan.carry.length;
  const count = scan.constants.length;
  const body = optimize(scan.body);
  const fixed = scan.carry.map((_, i) => body.outputs[i] === body.inputs[count + i]);
  const moves = fixed.map((same) => !same);
  const inputs = [
    ...body.inputs.slice(0, count),
    ...where(body.inputs.slice(count, count + carry), fixed),
    ...where(body.inputs.slice(count, count + carry), moves),
    ...body.inputs.slice(count + carry),
  ];
  const outputs = body.outputs.filter((_, i) => i >= carry || moves[i]);
  const hoisted = hoist(
    new Tape({ ...body, inputs, outputs }),
    [...scan.constants, ...where(scan.carry, fixed)],
  );
  const changing = where(scan.carry, moves);
  const results = [
    ...bind(scanPrimitive, [...hoisted.constants, ...changing, ...scan.slices], {
      body: hoisted.body,
      constants: hoisted.constants.length,
      carry: changing.length,
      length,
      reverse,
    }),
  ];
  return [
    ...scan.carry.map((first, i) => fixed[i] ? first : results.shift()!),
    ...results,
  ];
}
