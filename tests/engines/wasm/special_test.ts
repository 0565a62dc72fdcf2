import "../../../mod.ts";
import { assert } from "@std/assert";
import { primitives } from "../../../src/tape/primitive.ts";
import { columns } from "../../../src/engines/interpreter/scalars.ts";
import { special as codeOf } from "../../../src/engines/wasm/vector/math/special.ts";
import { between, distance, everyExponent, Worst } from "./accuracy.ts";
import { applyTo, relaxed } from "./vectors.ts";

Deno.test("functions with code of their own are within 2 ulp of their expression in doubles", () => {
  const x = Float32Array.from([
    ...everyExponent("float32", 100),
    ...between(-5, 5, 50_000),
    ...between(-20, 5, 100_000),
    ...between(-105, 105, 20_000),
  ]);
  for (const { name, meaning } of primitives()) {
    if (meaning.kind !== "elementwise" || (name !== "erf" && name !== "sigmoid")) continue;
    const [expected] = meaning.scalar(columns("float64", x.length), [x], undefined);
    const worst = new Worst();
    for (const fused of relaxed ? [false, true] : [false]) {
      const y = applyTo(
        ["float32"],
        "float32",
        4,
        [x],
        (graph, [v]) => codeOf(graph, name, 4, { relaxed: fused })!(v),
      );
      for (let i = 0; i < x.length; i++) {
        worst.take(distance("float32", y[i], (expected as ArrayLike<number>)[i]), [x[i], y[i]]);
      }
    }
    console.log(`  ${name.padEnd(18)} ${worst.ulps.toFixed(3)} ulp, at ${worst.at.join(", ")}`);
    assert(worst.ulps <= 2, `${name}: ${worst.ulps} ulp at ${worst.at}`);
  }
});
