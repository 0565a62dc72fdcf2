/**
 * Where the tapes that an equation runs get their inputs from.
 *
 * @module
 */
import { groups, type ScanParams } from "../../transforms/control/scan_params.ts";
import type { WhileParams } from "../../transforms/control/while_primitive.ts";
import type { Equation } from "../../tape/tape.ts";

/** An input of a tape that an equation runs. */
export interface InnerInput {
  /** The operand of the equation that it comes from. */
  readonly operand: number;
  /** Whether it is that operand itself, or the `carry` that starts with it, or a `slice` of it. */
  readonly role: "same" | "carry" | "slice";
}

/** The inputs of the tape with this number among those that an equation runs. */
export function innerInputs(
  { primitive, params, inputs }: Equation,
  tape: number,
): readonly InnerInput[] {
  const all = inputs.map((_, i) => i);
  const as = (role: InnerInput["role"]) => (operand: number): InnerInput => ({ operand, role });
  switch (primitive.name) {
    case "cond":
      return all.slice(1).map(as("same"));
    case "scan": {
      const [constants, carry, slices] = groups(all, params as ScanParams);
      return [...constants.map(as("same")), ...carry.map(as("carry")), ...slices.map(as("slice"))];
    }
    case "while": {
      const { conditionConstants, bodyConstants } = params as WhileParams;
      const before = conditionConstants + bodyConstants;
      const constants = tape === 0
        ? all.slice(0, conditionConstants)
        : all.slice(conditionConstants, before);
      return [...constants.map(as("same")), ...all.slice(before).map(as("carry"))];
    }
    default:
      throw new Error(`drawTape: where ${primitive.name} takes its inputs from is not known`);
  }
}
