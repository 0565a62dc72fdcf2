/**
 * The loop that goes on for as long as a condition holds.
 *
 * It can be differentiated forward only: how often it goes round is not known, so there is no place
 * to keep what the way back would need. Its vjp rule writes down an equation that stands for the way
 * back and cannot be executed, but has a derivative of its own: the loop that carries tangents along.
 * Forward mode asks for that one alone (see `jvp.ts`).
 *
 * @module
 */
import { isFloating } from "../../tensor/dtype.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { withoutEffects } from "../../tape/effects.ts";
import { evaluateTape } from "../../tape/evaluate.ts";
import { optimize } from "../../tape/passes/optimize.ts";
import { definePrimitive, type Primitive } from "../../tape/primitive.ts";
import { bind, TraceError } from "../../tape/recorder.ts";
import type { Tape } from "../../tape/tape.ts";
import { add, mul } from "../../primitives/arithmetic.ts";
import { repeatExample } from "../../primitives/broadcast.ts";
import { less, selectPrimitive } from "../../primitives/compare.ts";
import { zeros } from "../../primitives/create.ts";
import { maxPrimitive } from "../../primitives/reduce.ts";
import { sin } from "../../primitives/trigonometry.ts";
import { batchTape, bindBatch, evaluateBatch } from "../batch.ts";
import { linearizeForward } from "../jvp.ts";
import { inPlaces, seedsOf } from "../split.ts";
import { traceFlat } from "../trace.ts";
import { fixpoint, where } from "./loop.ts";

/** A loop. Operands: the condition's constants, the body's constants, the carry. */
export interface WhileParams {
  /** From its constants and the carry to a scalar bool. */
  readonly condition: Tape;
  /** From its constants and the carry to the next carry. */
  readonly body: Tape;
  /** How many operands are the condition's constants. */
  readonly conditionConstants: number;
  /** How many are the body's. */
  readonly bodyConstants: number;
}

function groups<T>(
  items: readonly T[],
  { conditionConstants, bodyConstants }: WhileParams,
): readonly [forCondition: readonly T[], forBody: readonly T[], carry: readonly T[]] {
  const split = conditionConstants + bodyConstants;
  return [
    items.slice(0, conditionConstants),
    items.slice(conditionConstants, split),
    items.slice(split),
  ];
}

/** Applies a body for as long as a condition holds. */
export const whilePrimitive: Primitive<WhileParams> = definePrimitive<WhileParams>({
  name: "while",
  family: "control",
  summary:
    "applies the tape `body` to the carry for as long as `condition` holds; forward mode only",
  infer: (_, { body }) => body.outputs.map(({ shape, dtype }) => ({ shape, dtype })),
  meaning: {
    kind: "control",
    tapes: ({ condition, body }) => [{ tape: condition }, { tape: body }],
    runs: "all",
    run: (inputs, params, outputs, execute) => {
      const [forCondition, forBody, first] = groups(inputs, params);
      let carry = first;
      while (execute(params.condition, [...forCondition, ...carry])[0].data[0] !== 0) {
        carry = execute(params.body, [...forBody, ...carry]);
      }
      for (const [i, { data }] of carry.entries()) outputs[i].data.set(data);
    },
  },
  forwardOnly: true,
  vjp: (cotangents, { inputs, outputs, params, needs }) => {
    const seeds = seedsOf(outputs, cotangents);
    const again = {
      ...params,
      condition: withoutEffects(params.condition),
      body: withoutEffects(params.body),
    };
    return inPlaces(needs, bind(wayBack, [...inputs, ...seeds], { ...again, needs }));
  },
  batch: (inputs, { params, size, batched }) => {
    const [forCondition, forBody, first] = groups(batched, params);
    const carry = fixpoint(
      first,
      (flags) => batchTape(params.body, [...forBody, ...flags], size).batched,
    );
    const condition = batchTape(params.condition, [...forCondition, ...carry], size);
    if (condition.batched[0]) return batchOfLoops(inputs, params, size, batched);
    const body = batchTape(params.body, [...forBody, ...carry], size, carry);
    return {
      outputs: bind(whilePrimitive, repeatCarry(inputs, params, size, batched, carry), {
        ...params,
        condition: condition.tape,
        body: optimize(body.tape),
      }),
      batched: carry,
    };
  },
  sample: (draw, float) => {
    const shape = draw.shape(0, 1);
    const one = { shape, dtype: float };
    const count = { shape: [], dtype: "int32" as const };
    const steps = draw.integer(0, 3);
    return {
      operands: [one, { ...count, range: [0, 1] as const }, one],
      params: {
        condition: traceFlat("while", [count, one], ([i]) => [less(i, steps)]),
        body: traceFlat("while", [one, count, one], ([w, i, x]) => [add(i, 1), mul(sin(x), w)]),
        conditionConstants: 0,
        bodyConstants: 1,
      },
    };
  },
});

/** Repeats the examples of those carries that are to differ between examples. */
function repeatCarry(
  inputs: readonly AnyTensor[],
  { conditionConstants, bodyConstants }: WhileParams,
  size: number,
  batched: readonly boolean[],
  carry: readonly boolean[],
): readonly AnyTensor[] {
  return inputs.map((input, i) =>
    carry[i - conditionConstants - bodyConstants] && !batched[i]
      ? repeatExample(input, size)
      : input
  );
}

/** A loop for each example: all go on until the last has ended, those that have stay as they are. */
function batchOfLoops(
  inputs: readonly AnyTensor[],
  params: WhileParams,
  size: number,
  batched: readonly boolean[],
): readonly AnyTensor[] {
  const [forCondition, forBody, first] = groups(batched, params);
  const all = first.map(() => true);
  const operands = repeatCarry(inputs, params, size, batched, all);
  const [conditionValues, bodyValues, carryValues] = groups(operands, params);
  const conditionOf = (
    condition: Tape,
    constants: readonly AnyTensor[],
    carry: readonly AnyTensor[],
  ) =>
    evaluateBatch(condition, [...constants, ...carry], [...forCondition, ...all], size).outputs[0];

  const condition = traceFlat("while", [...conditionValues, ...carryValues], (leaves) => {
    const going = conditionOf(
      params.condition,
      leaves.slice(0, conditionValues.length),
      leaves.slice(conditionValues.length),
    );
    return bind(maxPrimitive, [going], { axes: [0] });
  });
  const constants = [...conditionValues, ...bodyValues];
  const body = traceFlat("while", [...constants, ...carryValues], (leaves) => {
    const ofCondition = leaves.slice(0, conditionValues.length);
    const ofBody = leaves.slice(conditionValues.length, constants.length);
    const carry = leaves.slice(constants.length);
    // What the condition does beside telling, it has just done.
    const going = conditionOf(withoutEffects(params.condition), ofCondition, carry);
    const next = evaluateBatch(params.body, [...ofBody, ...carry], [...forBody, ...all], size);
    return carry.map((value, i) =>
      bindBatch(
        selectPrimitive,
        [going, next.outputs[i], value],
        undefined,
        [true, next.batched[i], true],
        size,
      ).outputs[0]
    );
  });
  return bind(whilePrimitive, [...conditionValues, ...constants, ...carryValues], {
    condition: optimize(condition),
    body: optimize(body),
    conditionConstants: conditionValues.length,
    bodyConstants: constants.length,
  });
}

interface WayBackParams extends WhileParams {
  /** Which operands of the loop cotangents are wanted of: the outputs. */
  readonly needs: readonly boolean[];
}

function noWayBack(): never {
  throw new TraceError(
    "whileLoop: cannot be differentiated in reverse, since how often it goes round is not known " +
      "beforehand; use foriLoop with fixed bounds or scan, or forward mode (jvp, jacfwd)",
  );
}

/**
 * Stands for the way back: operands of the loop and cotangents of its float outputs in, cotangents
 * out. No primitive of the op table, since it computes nothing.
 */
const wayBack: Primitive<WayBackParams> = {
  name: "whileReverse",
  family: "control",
  summary: "stands for the way back through a while loop; cannot be executed",
  infer: (inputs, { needs }) => where(inputs, needs).map(({ shape, dtype }) => ({ shape, dtype })),
  meaning: { kind: "kernel", run: noWayBack },
  vjp: (tangents, { inputs, outputs, params, needs }) => {
    const operands = inputs.slice(0, params.needs.length);
    if (needs.slice(0, operands.length).includes(true)) noWayBack();
    const along = outputs.map(({ shape, dtype }, i) => tangents[i] ?? zeros(shape, dtype));
    return [...operands.map(() => undefined), ...pushThrough(operands, along, params)];
  },
  batch: noWayBack,
  sample: noWayBack,
};

/** The loop with tangents carried along: from tangents of the operands to those of float outputs. */
function pushThrough(
  operands: readonly AnyTensor[],
  tangents: readonly AnyTensor[],
  params: WayBackParams,
): readonly AnyTensor[] {
  const { condition, body } = params;
  const [forCondition, forBody, carry] = groups(operands, params);
  const tangentOf = inPlaces(params.needs, tangents);
  const [, bodyTangents, carryTangents] = groups(tangentOf, params);
  const moving = bodyTangents.map((tangent) => tangent !== undefined);
  const floats = carry.map(({ dtype }) => isFloating(dtype));
  const pushed = where(carry, floats).map(({ shape, dtype }, i) =>
    where(carryTangents, floats)[i] ?? zeros(shape, dtype)
  );
  const constants = [...forBody, ...where(bodyTangents, moving) as readonly AnyTensor[]];
  const state = [...carry, ...pushed];

  const both = traceFlat("jvp", [...constants, ...state], (leaves) => {
    const rest = [...leaves];
    const values = rest.splice(0, forBody.length);
    const along = rest.splice(0, constants.length - forBody.length);
    const round = rest.splice(0, carry.length);
    // Differentiated by the constants that move and by the floats that go round.
    const at = [...where(values, moving), ...where(round, floats)];
    const { outputs, pushforward } = linearizeForward("jvp", at, (traced) => {
      const next = [...traced];
      const constantsNow = values.map((value, i) => moving[i] ? next.shift()! : value);
      const carryNow = round.map((value, i) => floats[i] ? next.shift()! : value);
      return evaluateTape(body, [...constantsNow, ...carryNow]);
    });
    return [...outputs, ...where(pushforward([...along, ...rest]), floats)];
  });
  const test = traceFlat(
    "jvp",
    [...forCondition, ...state],
    (leaves) => evaluateTape(condition, leaves.slice(0, forCondition.length + carry.length)),
  );
  return bind(whilePrimitive, [...forCondition, ...constants, ...state], {
    condition: test,
    body: optimize(both),
    conditionConstants: forCondition.length,
    bodyConstants: constants.length,
  }).slice(carry.length);
}
