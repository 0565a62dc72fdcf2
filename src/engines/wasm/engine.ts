/**
 * The embedded engine: one tape, one WebAssembly module.
 *
 * @module
 */
import { sizeOf } from "../../tensor/storage.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import type { Engine, Program } from "../../tape/engine.ts";
import { tapeCost } from "../../tape/cost.ts";
import { flopsOf } from "../../tape/flops.ts";
import { perTape } from "../../tape/memo.ts";
import type { Params, Primitive } from "../../tape/primitive.ts";
import { Recent } from "../../tape/recent.ts";
import { type Abstract, freshVariable, Tape } from "../../tape/tape.ts";
import { interpreter } from "../interpreter/interpreter.ts";
import { features } from "./features.ts";
import type { CompileOptions } from "./compile.ts";
import { compileTape, lowerTape } from "./instance.ts";
import { threads } from "./threads/team.ts";

const compiled = perTape((tape, donated: readonly number[]) =>
  compileTape(tape, { ...machine(), donated })
);

/** What there is to run programs on. */
function machine(): Pick<CompileOptions, "features" | "threads"> {
  return { features: features(), threads: threads() };
}

function compile(tape: Tape, donated: readonly number[] = []): Program {
  return compiled(tape, donated);
}

/** Compiles tapes to WebAssembly. Single equations are compiled, too, where that is worth it. */
export const wasm: Engine = {
  name: "wasm",
  compile,
  timed: (tape, donated, meter) => compileTape(tape, { ...machine(), donated }, meter),
  lower: (tape, donated) => lowerTape(tape, { ...machine(), donated }),
  evaluate: (primitive, params, inputs, outputs) => {
    const { meaning } = primitive;
    if (meaning.kind === "call") return compile(meaning.tape(params))(inputs);
    return isLarge(primitive, params, inputs, outputs)
      ? single(primitive, params, inputs, outputs)(inputs)
      : interpreter.evaluate(primitive, params, inputs, outputs);
  },
};

/** So much work takes longer than a compilation. It depends on shapes alone, and so do the bits. */
const large = 2 ** 17;

function isLarge(
  primitive: Primitive,
  params: Params,
  inputs: readonly Abstract[],
  outputs: readonly Abstract[],
): boolean {
  if (primitive.effect === true) return false;
  if (primitive.meaning.kind === "control") {
    const { flops, bytesWritten } = tapeCost(tapeOf(primitive, params, inputs, outputs));
    return flops + bytesWritten > large;
  }
  const elements = outputs.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  return elements + (flopsOf(primitive, inputs, outputs, params) ?? 0) > large;
}

/** Single equations that stay compiled. */
const singles = new Recent<Program>(64);

/** The program of one equation. */
function single(
  primitive: Primitive,
  params: Params,
  inputs: readonly AnyTensor[],
  outputs: readonly Abstract[],
): Program {
  if (primitive.meaning.kind === "control") {
    return compileTape(tapeOf(primitive, params, inputs, outputs), machine());
  }
  const form = ({ shape, dtype }: Abstract) => `${dtype}[${shape}]`;
  const key = `${primitive.name} ${JSON.stringify(params ?? null)} ${inputs.map(form)}`;
  let program = singles.get(key);
  if (program === undefined) {
    program = compileTape(tapeOf(primitive, params, inputs, outputs), machine());
    singles.set(key, program);
  }
  return program;
}

function tapeOf(
  primitive: Primitive,
  params: Params,
  inputs: readonly Abstract[],
  outputs: readonly Abstract[],
): Tape {
  const [operands, results] = [inputs.map(freshVariable), outputs.map(freshVariable)];
  return new Tape({
    inputs: operands,
    constants: [],
    equations: [{ primitive, params, inputs: operands, outputs: results }],
    outputs: results,
  });
}
