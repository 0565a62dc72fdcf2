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
  [
    "sequential(flatten.of(), linear.of(9, 2))",
    "[5, 2, 4]",
    "sequential: layer 1: linear: inner dimensions differ: [5, 8] x [9, 2] (8 != 9)",
  ],
  ["flatten.of(2)", "[5, 4]", "flatten: axis 2 is out of range for [5, 4]"],
  ["residual(linear.of(4, 2))", "[5, 4]", "residual: shapes differ: [5, 2] and [5, 4]"],
  [
    "residual(sequential(linear.of(3, 4)))",
    "[5, 4]",
    "residual: inner: sequential: layer 0: linear: inner dimensions differ: [5, 4] x [3, 4] (4 != 3)",
  ],
  [
    "residual(relu, linear.of(3, 4))",
    "[5, 4]",
    "residual: shortcut: linear: inner dimensions differ: [5, 4] x [3, 4] (4 != 3)",
  ],
  ["batchNorm.of(3)", "[5]", "batchNorm: needs an input of rank 2 or more, got [5]"],
  [
    "sequential(linear.of(2, 4), batchNorm.of(3))",
    "[5, 2]",
    "sequential: layer 1: batchNorm: channels differ: input [5, 4] has 4, wanted are 3",
  ],
  ["instanceNorm.of(3)", "[5, 3]", "instanceNorm: needs an input of rank 3 or more, got [5, 3]"],
  ["groupNorm.of(2, 4)", "[5, 6]", "groupNorm: channels differ: input [5, 6] has 6, wanted are 4"],
  ["groupNorm.of(4, 6)", "[5, 6]", "groupNorm: 4 groups do not divide the 6 channels of [5, 6]"],
  ["layerNorm.of(3)", "[5, 4]", "layerNorm: [5, 4] does not end in [3]"],
  ["layerNorm.of([3, 4])", "[4]", "layerNorm: [4] does not end in [3, 4]"],
  ["rmsNorm.of(3)", "[5, 4]", "rmsNorm: [5, 4] does not end in [3]"],
];

Deno.test("a layer refuses a shape in the words of the compiler", async (t) => {
  const names =
    "batchNorm, flatten, groupNorm, instanceNorm, layerNorm, linear, relu, residual, rmsNorm, sequential";
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
