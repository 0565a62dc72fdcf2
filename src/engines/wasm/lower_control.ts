/**
 * Loops and branches as kernels with programs inside them.
 *
 * @module
 */
import type { Equation, Tape } from "../../tape/tape.ts";
import type { Builder } from "./builder.ts";
import { newBuffer } from "./memory.ts";
import { type Buffer, load } from "./symbolic.ts";

/** How loops and branches are lowered. */
export const controlFlow: Readonly<
  Record<string, (builder: Builder, equation: Equation) => void>
> = {
  scan(builder, equation) {
    const { body, constants, carry, length, reverse } = equation.params;
    const { operands, results } = buffersOf(builder, equation);
    builder.add({
      kind: "scan",
      body: builder.lower(body),
      length,
      reverse,
      constants: operands.slice(0, constants),
      first: operands.slice(constants, constants + carry),
      slices: operands.slice(constants + carry),
      last: results.slice(0, carry),
      laid: results.slice(carry),
    });
  },
  while(builder, equation) {
    const { condition, body, conditionConstants, bodyConstants } = equation.params;
    const { operands, results } = buffersOf(builder, equation);
    const split = conditionConstants + bodyConstants;
    builder.add({
      kind: "while",
      condition: builder.lower(condition),
      body: builder.lower(body),
      forCondition: operands.slice(0, conditionConstants),
      forBody: operands.slice(conditionConstants, split),
      first: operands.slice(split),
      last: results,
    });
  },
  cond(builder, equation) {
    const { operands: [index, ...inputs], results } = buffersOf(builder, equation);
    const branches = (equation.params.branches as readonly Tape[]).map(builder.lower);
    builder.add({ kind: "choose", index, branches, inputs, outputs: results });
  },
};

/** The buffers of the operands, and new ones for the results. */
function buffersOf(
  builder: Builder,
  { inputs, outputs }: Equation,
): { readonly operands: readonly Buffer[]; readonly results: readonly Buffer[] } {
  const operands = inputs.map((input) => builder.stored(builder.read(input)).buffer);
  const results = outputs.map((output) => {
    const buffer = newBuffer(output.shape, output.dtype);
    builder.define(output, load(buffer));
    return buffer;
  });
  return { operands, results };
}
