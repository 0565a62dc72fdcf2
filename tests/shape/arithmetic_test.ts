/**
 * Arithmetic on number literals agrees with JavaScript's, up to the largest safe integer.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { checkPrograms, project } from "./check.ts";

const max = Number.MAX_SAFE_INTEGER;

const whole = fc.oneof(
  fc.nat(12),
  fc.nat(5000),
  fc.integer({ min: 0, max: 2 ** 31 }),
  fc.integer({ min: 0, max }),
);

const order = (a: number, b: number) => a < b ? `"less"` : a > b ? `"greater"` : `"equal"`;

/** What each operation makes of two numbers; `undefined` where it is not meant for them. */
const operations: Record<string, (a: number, b: number) => string | undefined> = {
  Add: (a, b) => a + b <= max ? `${a + b}` : undefined,
  Sub: (a, b) => a >= b ? `${a - b}` : undefined,
  Mul: (a, b) => a * b <= max ? `${a * b}` : undefined,
  DivFloor: (a, b) => b > 0 ? `${BigInt(a) / BigInt(b)}` : undefined,
  DivCeil: (a, b) => b > 0 ? `${(BigInt(a) + BigInt(b) - 1n) / BigInt(b)}` : undefined,
  DivRem: (a, b) => b > 0 ? `[${BigInt(a) / BigInt(b)}, ${a % b}]` : undefined,
  Compare: order,
  Min: (a, b) => `${Math.min(a, b)}`,
  Minus: (a, b) => `${Math.max(a - b, 0)}`,
};

Deno.test("arithmetic on literals agrees with JavaScript's", async () => {
  const seed = Date.now();
  const pairs = fc.sample(fc.tuple(whole, whole), { numRuns: 60, seed });
  const lines = Object.entries(operations).flatMap(([name, result]) =>
    [...pairs, [max, max], [max, 1], [1, max]].flatMap(([a, b]) => {
      const expected = result(a, b);
      return expected === undefined
        ? []
        : [`assertType<IsExact<${name}<${a}, ${b}>, ${expected}>>(true);`];
    })
  );
  const head = [
    `import { assertType, type IsExact } from "@std/testing/types";`,
    `import type { ${Object.keys(operations).join(", ")} } from ${
      project("src/shape/arithmetic.ts")
    };`,
  ];
  const complaints = await checkPrograms([{ name: "arithmetic", head, lines }]);
  assertEquals(complaints.get("arithmetic"), [], `seed ${seed}`);
});
