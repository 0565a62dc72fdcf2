/** A compiled program does not leave its module, but for effects. */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { type AnyTensor, jit } from "@katachi/katachi";
import "../../../tools/all_primitives.ts";
import { primitives } from "../../../src/tape/primitive.ts";
import { bind } from "../../../src/tape/recorder.ts";
import { applicationsOf } from "../../primitives/applications.ts";

for (const primitive of primitives()) {
  if (primitive.effect) continue;
  Deno.test(`${primitive.name} is computed in the module`, () => {
    fc.assert(
      fc.property(applicationsOf(primitive, "float32"), ({ operands, params }) => {
        const f = (xs: readonly AnyTensor[]) => [...bind(primitive, xs, params)];
        const { kernels } = jit(f).lower(operands);
        assertEquals(kernels.filter(({ kind }) => kind === "host"), []);
      }),
      { numRuns: 10 },
    );
  });
}
