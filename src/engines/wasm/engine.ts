/**
 * The embedded engine: one tape, one WebAssembly module.
 *
 * @module
 */
import type { Engine, Program } from "../../tape/engine.ts";
import { perTape } from "../../tape/memo.ts";
import { interpreter } from "../interpreter/interpreter.ts";
import { compileTape } from "./compile.ts";
import { features } from "./features.ts";

const compile: (tape: Parameters<Engine["compile"]>[0]) => Program = perTape((tape) =>
  compileTape(tape, features())
);

/** Compiles tapes to WebAssembly; single equations are interpreted. */
export const wasm: Engine = {
  name: "wasm",
  compile,
  evaluate: (primitive, params, inputs, outputs) => {
    const { meaning } = primitive;
    if (meaning.kind === "call") return compile(meaning.tape(params))(inputs);
    return interpreter.evaluate(primitive, params, inputs, outputs);
  },
};
