/**
 * What the machine's WebAssembly can do.
 *
 * @module
 */
import { ModuleBuilder } from "./assembler/module.ts";
import type { Features } from "./vector/floats.ts";

let known: Features | undefined;

/** Found out once, by asking whether a small module is valid. */
export function features(): Features {
  return known ??= { relaxed: WebAssembly.validate(fusedMultiplyAdd()) };
}

function fusedMultiplyAdd(): Uint8Array<ArrayBuffer> {
  const module = new ModuleBuilder({ pages: 1 });
  module.function("madd", ["v128"], ["v128"], (code) => {
    const [x] = code.parameters;
    code.get(x);
    code.get(x);
    code.get(x);
    code.op("f32x4.relaxed_madd");
  });
  return module.encode();
}
