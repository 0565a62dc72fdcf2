/**
 * The derivative of a scan: which values of each step the way back needs, and what it does in a step.
 *
 * @module
 */
import { isFloating } from "../../tensor/dtype.ts";
import { evaluateTape } from "../../tape/evaluate.ts";
import { perTape } from "../../tape/memo.ts";
import { Tape, type Variable } from "../../tape/tape.ts";
import { add } from "../../primitives/arithmetic.ts";
import { zeros } from "../../primitives/create.ts";
import { type Split, split } from "../split.ts";
import { traceFlat } from "../trace.ts";
import { depending, fixpoint, where } from "./loop.ts";
import { groups, type ScanParams } from "./scan_params.ts";

/**
 * What there is for each step: an operand, or an output of the scan that goes forward.
 */
type Stacked = { readonly slice: number } | { readonly laid: number };

/** What a scan does, differentiated by some of its operands. */
export interface Way {
  /** The derivative of one step. */
  readonly step: Split;
  /** The body, which lays up what the way back needs. */
  readonly forward: Tape;
  /** Which outputs of the body are carries that depend on what is differentiated by. */
  readonly active: readonly boolean[];
  /** What the way back needs step by step: operands, and what `forward` lays up. */
  readonly stacked: readonly Stacked[];
  /** The constants that it needs: operands. */
  readonly constants: readonly number[];
  /** For each residual of the step, where the way back finds it. */
  readonly places: readonly ({ readonly constant: number } | { readonly stacked: number })[];
}

const ways = perTape((body, params: Omit<ScanParams, "body">, needs: readonly boolean[]): Way => {
  const [constants, first, slices] = groups(needs, { body, ...params });
  const needsWith = (carry: readonly boolean[]) => [...constants, ...carry, ...slices];
  const carry = fixpoint(
    first,
    (flags) => depending(body, needsWith(flags)).slice(0, params.carry),
  );
  const step = split(body, needsWith(carry));

  const constantsRead: number[] = [];
  const stacked: Stacked[] = [];
  const further: Variable[] = [];
  const { inputs, outputs } = step.forward;
  const lay = (at: Stacked) => ({
    stacked: indexIn(stacked, at, (a, b) => JSON.stringify(a) === JSON.stringify(b)),
  });
  /** A carry is the same value as no slice that is laid up: it is laid up beside them. */
  const layCarry = (variable: Variable) =>
    lay({ laid: outputs.length + indexIn(further, variable, (a, b) => a === b) });
  const places = step.residuals.map((residual) => {
    if ("kept" in residual) return lay({ laid: body.outputs.length + residual.kept });
    if ("output" in residual) {
      return residual.output < params.carry
        ? layCarry(outputs[residual.output] as Variable)
        : lay({ laid: residual.output });
    }
    const { input } = residual;
    if (input < params.constants) {
      return { constant: indexIn(constantsRead, input, (a, b) => a === b) };
    }
    return input < params.constants + params.carry
      ? layCarry(inputs[input])
      : lay({ slice: input });
  });
  return {
    step,
    forward: new Tape({ ...step.forward, outputs: [...step.forward.outputs, ...further] }),
    active: body.outputs.map((_, i) => i < params.carry && carry[i]),
    stacked,
    constants: constantsRead,
    places,
  };
});

/** Where an item is in a list; it is put at the end if it is not. */
function indexIn<T>(list: T[], item: T, same: (a: T, b: T) => boolean): number {
  const at = list.findIndex((other) => same(other, item));
  return at >= 0 ? at : list.push(item) - 1;
}

/** What a scan does, differentiated by the operands that `needs` names. */
export function differentiate({ body, ...params }: ScanParams, needs: readonly boolean[]): Way {
  return ways(body, params, needs);
}

const waysBack = perTape(
  (
    body,
    params: Omit<ScanParams, "body">,
    needs: readonly boolean[],
    flowing: readonly boolean[],
  ): Tape => {
    const way = ways(body, params, needs);
    const [neededConstants, , neededSlices] = groups(needs, { body, ...params });
    const sums = where(body.inputs, neededConstants);
    const carried = where(body.outputs, way.active);
    const laid = where(body.outputs, flowing.map((flows, i) => flows && i >= params.carry));
    const reads = way.step.backward.inputs;
    const readAt = (kind: "constant" | "stacked", at: number) =>
      reads[way.places.findIndex((place) => kind in place && Object.values(place)[0] === at)];
    const inputs = [
      ...way.constants.map((_, i) => readAt("constant", i)),
      ...sums,
      ...carried,
      ...way.stacked.map((_, i) => readAt("stacked", i)),
      ...laid,
    ];
    return traceFlat("scan", inputs, (leaves) => {
      const rest = [...leaves];
      const take = (count: number) => rest.splice(0, count);
      const constants = take(way.constants.length);
      const totals = take(sums.length);
      const round = take(carried.length);
      const stacked = take(way.stacked.length);
      const seeds = body.outputs.flatMap(({ shape, dtype }, i) =>
        !isFloating(dtype)
          ? []
          : way.active[i]
          ? [round.shift()!]
          : i >= params.carry && flowing[i]
          ? take(1)
          : [zeros(shape, dtype)]
      );
      const residuals = way.places.map((place) =>
        "constant" in place ? constants[place.constant] : stacked[place.stacked]
      );
      const back = evaluateTape(way.step.backward, [...residuals, ...seeds]);
      return [
        ...totals.map((total, i) => add(total, back[i])),
        ...back.slice(totals.length, totals.length + carried.length),
        ...back.slice(back.length - where(neededSlices, neededSlices).length),
      ];
    });
  },
);

/** One step back: sums of the constants' cotangents and the carry's go round, the slices' are laid up. */
export function wayBack(
  { body, ...params }: ScanParams,
  needs: readonly boolean[],
  flowing: readonly boolean[],
): Tape {
  return waysBack(body, params, needs, flowing);
}
