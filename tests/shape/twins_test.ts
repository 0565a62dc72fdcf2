/**
 * The law of `src/shape/`: a rule as a type and its twin at run time give the same shape, or refuse
 * in the same words; and a dim or rank that the compiler does not know never makes it refuse a
 * program that is right.
 *
 * fast-check draws the arguments, the twins answer, and the answers are written down as type
 * assertions that the real compiler checks.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { checkPrograms, project } from "./check.ts";
import type { Shape } from "../../src/shape/dim.ts";
import { ShapeError } from "../../src/shape/fail.ts";
import { type Case, rules, type Writer } from "./rules.ts";

const runs = 60;

Deno.test("each rule as a type equals its run-time twin", async (t) => {
  const seed = Date.now();
  const complaints = await checkPrograms(rules.map(({ type, file, cases }) => ({
    name: type,
    head: head(type, file),
    lines: fc.sample(fc.tuple(cases, unknowns), { numRuns: runs, seed })
      .flatMap(([one, hide]) => assertions(type, one, hide)),
  })));
  for (const { type } of rules) {
    await t.step(type, () => assertEquals(complaints.get(type), [], `seed ${seed}`));
  }
});

/** Which of the numbers in a case the compiler shall not know, and which ranks. */
const unknowns = fc.record({
  numbers: fc.array(fc.boolean(), { minLength: 24, maxLength: 24 }),
  ranks: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 8, maxLength: 8 }),
});

type Unknowns = typeof unknowns extends fc.Arbitrary<infer U> ? U : never;

const head = (type: string, file: string): string[] => [
  `import { assertType, type IsExact } from "@std/testing/types";`,
  `import type { ${type} } from ${project(`src/shape/${file}.ts`)};`,
  `import type { Fail } from ${project("src/shape/fail.ts")};`,
  // `any` and `never` admit nothing.
  `type Admits<R, S> = 0 extends 1 & R ? false : S extends R ? true : false;`,
];

/** What must hold of the rule's type for one case. */
function assertions(type: string, { types, twin }: Case, hide: Unknowns): string[] {
  const result = answer(twin);
  const known = `${type}<${types(exactly).join(", ")}>`;
  const exact = `assertType<IsExact<${known}, ${result.text}>>(true);`;
  if (!result.right) return [exact];
  const forgotten = `${type}<${types(forgetting(hide)).join(", ")}>`;
  return [exact, `assertType<Admits<${forgotten}, ${result.text}>>(true);`];
}

/** The twin's answer as a type. */
function answer(twin: Case["twin"]): { right: boolean; text: string } {
  try {
    return { right: true, text: literal(twin()) };
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error;
    return { right: false, text: `Fail<${JSON.stringify(error.message)}>` };
  }
}

function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "undefined";
  return `{ ${Object.entries(value).map(([key, v]) => `${key}: ${literal(v)}`).join("; ")} }`;
}

const exactly: Writer = { shape: literal, number: literal, literal };

function forgetting({ numbers, ranks }: Unknowns): Writer {
  const hidden = numbers.values();
  const rankless = ranks.values();
  const number = (value: number) => hidden.next().value ? "number" : literal(value);
  const shape = (dims: Shape) =>
    rankless.next().value === 0 ? "readonly number[]" : `[${dims.map(number).join(", ")}]`;
  return { shape, number, literal };
}
