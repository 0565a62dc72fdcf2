import "../../../mod.ts";
import { assert } from "@std/assert";
import { primitives } from "../../../src/tape/primitive.ts";
import { columns } from "../../../src/engines/interpreter/scalars.ts";
import { wide } from "../../../src/engines/wasm/vector/wide.ts";
import { between, distance, special, Worst } from "./accuracy.ts";
import { applyTo, relaxed } from "./vectors.ts";

const specials = ["erf", "erfc", "erfcx", "erfInv", "lgamma", "ndtri", "cbrt", "polygamma"];

Deno.test("special functions of float32 in double precision are within 1 ulp of the interpreter", () => {
  const x = Float32Array.from([
    ...special.float32,
    ...between(-4, 4, 3000),
    ...between(0, 1, 1000),
    ...between(0, 100, 1000),
  ]);
  const known = primitives().filter(({ name }) => specials.includes(name));
  assert(known.length === specials.length, known.map(({ name }) => name).join());
  for (const { name, meaning } of known) {
    if (meaning.kind !== "elementwise") throw new Error(name);
    const params = name === "polygamma" ? { n: 1 } : undefined;
    const [expected] = meaning.scalar(columns("float32", x.length), [x], params);
    const worst = new Worst();
    for (const lanes of [2, 4] as const) {
      const result = applyTo(["float32"], "float32", lanes, [x], (graph, [v]) => {
        const s = wide(graph, lanes, { relaxed });
        return s.demote(meaning.scalar(s, [s.promote(v)], params)[0]);
      });
      for (let i = 0; i < x.length; i++) {
        const value = (expected as ArrayLike<number>)[i];
        worst.take(distance("float32", result[i], value), [x[i], result[i], value]);
      }
    }
    console.log(`  ${name.padEnd(18)} ${worst.ulps.toFixed(3)} ulp, at ${worst.at.join(", ")}`);
    assert(worst.ulps <= 1, `${name}: ${worst.ulps} ulp at ${worst.at}`);
  }
});

Deno.test("masks of float32 lanes select among doubles, and back", () => {
  const [a, b] = [Float32Array.of(1, 2, 3, NaN, -0, 5), Float32Array.of(2, 1, 3, 1, 0, 4)];
  const result = applyTo(["float32", "float32"], "bool", 4, [a, b], (graph, [x, y]) => {
    const s = wide(graph, 4, { relaxed });
    const [p, q] = [s.promote(x), s.promote(y)];
    const mask = s.promoteMask(s.demoteMask(s.less(p, q)));
    return s.demoteMask(s.less(s.select(mask, p, q), q));
  });
  for (let i = 0; i < a.length; i++) assert(result[i] === (a[i] < b[i] ? -1 : 0), `${i}`);
});
