/**
 * Random programs on the embedded engine and on the interpreter, for as long as one likes:
 *
 *     deno task fuzz [seconds]
 *
 * A difference ends it with the smallest program that shows it.
 */
import fc from "fast-check";
import { agree } from "../tests/engines/wasm/agree.ts";

const seconds = Number(Deno.args[0] ?? 60);
const end = performance.now() + 1000 * seconds;
let cases = 0;
for (let seed = Date.now() | 0; performance.now() < end; seed++) {
  fc.assert(agree, { numRuns: 200, seed });
  cases += 200;
}
console.log(`${cases.toLocaleString("en-US")} programs, no difference`);
