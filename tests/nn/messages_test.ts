/** What is wrong with the shapes of a model is said in the same words by the compiler and at run time. */
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import * as katachi from "@katachi/katachi";
import * as nn from "@katachi/katachi/nn";
import { checkPrograms, project } from "../shape/check.ts";

/** Layers, the shapes that they get, and what is wrong. */
const refused: readonly (readonly [layer: string, input: string, message: string])[] = [
  ["linear.of(3, 2)", "[4, 5]", "linear: inner dimensions differ: [4, 5] x [3, 2] (5 != 3)"],
  ["linear.of(3, 2)", "[]", "linear: a scalar has no inner dimension: [] x [3, 2]"],
  [
    "sequential(linear.of(2, 8), tanh, linear.of(4, 2))",
    "[5, 2]",
    "sequential: layer 2: linear: inner dimensions differ: [5, 8] x [4, 2] (8 != 4)",
  ],
  [
    "sequential(relu, sequential(linear.of(2, 8), linear.of(8, 1)))",
    "[5, 4]",
    "sequential: layer 1: sequential: layer 0: linear: inner dimensions differ: [5, 4] x [2, 8] (4 != 2)",
  ],
];

Deno.test("a layer refuses a shape in the words of the compiler", async (t) => {
  const names = "linear, relu, sequential";
  const head = [
    `import { random, tanh, zeros } from ${project("mod.ts")};`,
    `import { ${names} } from ${project("src/nn/mod.ts")};`,
    `export const used = [random, tanh, zeros, ${names}];`,
    "const key = random.key(0);",
    ...refused.flatMap(([layer], i) => [
      `const layer${i} = ${layer};`,
      `const params${i} = layer${i}.init(key), state${i} = layer${i}.initState();`,
    ]),
  ];
  const lines = refused.flatMap(([, input], i) => [
    `layer${i}.apply(params${i}, zeros(${input}), state${i});`,
    `layer${i}.train(params${i}, zeros(${input}), { key, state: state${i} });`,
  ]);
  const complaints = (await checkPrograms([{ name: "layers", head, lines }])).get("layers")!;
  assertEquals(complaints.map(({ line }) => line), lines);
  for (const [i, [layer, input, message]] of refused.entries()) {
    await t.step(`${layer} of ${input}`, () => {
      assertStringIncludes(complaints[2 * i].message, `"${message}"`);
      assertStringIncludes(complaints[2 * i + 1].message, `"${message}"`);
      const scope = { ...katachi, ...nn };
      const made = new Function(...Object.keys(scope), `return ${layer};`)(...Object.values(scope));
      const params = made.init(katachi.random.key(0)), state = made.initState();
      const x = katachi.zeros(JSON.parse(input));
      assertThrows(() => made.apply(params, x, state), katachi.ShapeError, message);
      const training = { key: katachi.random.key(0), state };
      assertThrows(() => made.train(params, x, training), katachi.ShapeError, message);
    });
  }
});
