/** What the compiler says about the likeliest mistakes with batches, loops and branches. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { checkPrograms, project } from "../../shape/check.ts";

const shapes = (found: string, wanted: string) =>
  `Type '${found}' is not assignable to type '${wanted}'`;

const refused: Record<string, string> = {
  // The carry changes its shape.
  "scan((c, x) => [c.sum(), x], zeros([2]), zeros([3, 2]))": shapes("[]", "[2]"),
  "whileLoop((c) => less(c.sum(), 1), (c) => c.sum(), zeros([2]))": shapes("[]", "[2]"),
  "foriLoop(0, 3, (_, c) => c.sum(), zeros([2]))": shapes("[]", "[2]"),
  "associativeScan((a, b) => a.add(b).sum(1), zeros([4, 2]))": shapes("[4]", "[4, 2]"),
  // What is scanned over has no first axis.
  "scan((c, x) => [c, x], zeros([2]), tensor(1))":
    `"scan: xs is a scalar, and has no axis to go along"`,
  "scan((c, x) => [c, x.a], zeros([2]), { a: zeros([3]), b: [tensor(1)] as const })":
    `"scan: xs.b[0] is a scalar, and has no axis to go along"`,
  "scan((c, x: Tensor<[3]>) => [c, x], zeros([2]), zeros([3, 2]))": shapes("[2]", "[3]"),
  // Branches differ, or are chosen by what is no scalar bool.
  "cond(true, (x) => x, (x) => x.sum(), zeros([2]))": shapes("[]", "[2]"),
  "cond(less(zeros([2]), 1), (x) => x, (x) => x, zeros([2]))": shapes("[2]", "[]"),
  "cond(tensor(1), (x) => x, (x) => x, zeros([2]))": shapes(`"float32"`, `"bool"`),
  "switchCase(0, [(x) => x, (x) => x.sum()], zeros([2]))": shapes("[]", "[2]"),
  "whileLoop((c) => less(c, 1), (c) => c, zeros([2]))": shapes("[2]", "[]"),
  "whileLoop((c) => c.sum(), (c) => c, zeros([2]))": shapes(`"float32"`, `"bool"`),
  "foriLoop(0, tensor(3), (_, c) => c, zeros([2]))": shapes(`"float32"`, `"int32"`),
  // Batches: of two sizes, without the batch, with another example.
  "vmap((a: V, b: V) => a.add(b))(zeros([2, 3]), zeros([4, 3]))":
    'to parameter of type \'[a: Tensor<[2 | 4, 3], "float32">, b: Tensor<[2 | 4, 3], "float32">]',
  "vmap((a: V) => a)(zeros([3]))": shapes("[3]", "[number, 3]"),
  "vmap((a: V) => a, { inAxes: 1 })(zeros([4, 2]))": shapes("4", "3"),
  "vmap((a: V, b: V) => a.add(b), { inAxes: [0, null] })(zeros([2, 3]), zeros([2, 3]))": shapes(
    "[2, 3]",
    "[3]",
  ),
  // Tangents and cotangents of another shape.
  "jvp((x: V) => x, [zeros([3])], [zeros([2])])": shapes("[2]", "[3]"),
  "hvp((x: Tensor<[2]>) => x.sum(), zeros([2]), zeros([3]))": shapes("[3]", "[2]"),
  "customVjp((x: V) => x, { forward: (x) => [x.sum(), null], backward: (_, c) => [c] })": shapes(
    "[]",
    "[3]",
  ),
  "customVjp((x: V) => x, { forward: (x) => [x, null], backward: (_, c) => [c.sum()] })": shapes(
    "[]",
    "[3]",
  ),
};

Deno.test("the compiler refuses what would be wrong, in terms of shapes", async (t) => {
  const used = "associativeScan, cond, customVjp, foriLoop, hvp, jvp, less, scan, switchCase, " +
    "tensor, vmap, whileLoop, zeros";
  const head = [
    `import { ${used}, type Tensor } from ${project("mod.ts")};`,
    `export const all = [${used}];`,
    `export type V = Tensor<[3]>;`,
  ];
  const lines = Object.keys(refused).map((line, i) => `export const result${i} = ${line};`);
  const complaints = (await checkPrograms([{ name: "control", head, lines }])).get("control")!;
  for (const [i, [line, message]] of Object.entries(refused).entries()) {
    await t.step(line, () => {
      const own = complaints.filter((complaint) => complaint.line === lines[i]);
      assertEquals(own.length, 1);
      assertStringIncludes(own[0].message, message);
    });
  }
});
