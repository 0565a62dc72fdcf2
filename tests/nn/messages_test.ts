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
  [
    "sequential(conv.of(3, 8, [3, 3], { padding: 1 }), relu, conv.of(4, 8, [3, 3]))",
    "[5, 3, 9, 9]",
    "sequential: layer 2: conv: channels differ: input [5, 8, 9, 9] has 8, kernel [8, 4, 3, 3] wants 4",
  ],
  [
    "sequential(conv.of(3, 8, [3, 3]), maxPooling.of(2), conv.of(8, 8, [5, 5]))",
    "[5, 3, 8, 8]",
    "sequential: layer 2: conv: kernel [8, 8, 5, 5] does not fit into input [5, 8, 3, 3]",
  ],
  [
    "sequential(maxPooling.of(2), flatten.of(), linear.of(100, 10))",
    "[5, 3, 8, 8]",
    "sequential: layer 2: linear: inner dimensions differ: [5, 48] x [100, 10] (48 != 100)",
  ],
  [
    "conv.of(3, 8, [3])",
    "[5, 3, 9, 9]",
    "conv: needs input and kernel of rank 3, got [5, 3, 9, 9] and [8, 3, 3]",
  ],
  [
    "conv.of(4, 8, [3], { groups: 2 })",
    "[5, 2, 9]",
    "conv: channels differ: input [5, 2, 9] has 2, kernel [8, 2, 3] wants 4",
  ],
  [
    "conv.of(3, 8, [3, 3], { stride: [1, 2, 3] })",
    "[5, 3, 9, 9]",
    "conv: stride must be a whole number from 1 on, or 2 of them, got [1, 2, 3]",
  ],
  [
    "convTranspose.of(3, 8, [3, 3], { stride: 2 })",
    "[5, 8, 9, 9]",
    "convTranspose: channels differ: input [5, 8, 9, 9] has 8, kernel [3, 8, 3, 3] wants 3",
  ],
  [
    "depthwiseConv.of(3, [3, 3], { multiplier: 2 })",
    "[5, 6, 9, 9]",
    "depthwiseConv: channels differ: input [5, 6, 9, 9] has 6, kernel [6, 1, 3, 3] wants 3",
  ],
  [
    "separableConv.of(3, 8, [3, 3], { multiplier: 2 })",
    "[5, 6, 9, 9]",
    "separableConv: channels differ: input [5, 6, 9, 9] has 6, kernel [6, 1, 3, 3] wants 3",
  ],
  [
    "sequential(relu, avgPooling.of(3, { stride: 2 }))",
    "[5, 3, 2, 2]",
    "sequential: layer 1: avgPooling: window 3 does not fit into input [5, 3, 2, 2]",
  ],
  [
    "adaptiveAvgPooling.of([7, 7])",
    "[5, 3, 9]",
    "adaptiveAvgPooling: size must be a whole number from 1 on, or 1 of them, got [7, 7]",
  ],
  [
    "adaptiveMaxPooling.of(2)",
    "[5, 3, 9, 0]",
    "adaptiveMaxPooling: nothing to pool in input [5, 3, 9, 0]",
  ],
  [
    "globalAvgPooling.of()",
    "[5, 3]",
    "globalAvgPooling: needs an input of rank 3, 4 or 5, got [5, 3]",
  ],
];

Deno.test("a layer refuses a shape in the words of the compiler", async (t) => {
  const names =
    "adaptiveAvgPooling, adaptiveMaxPooling, avgPooling, batchNorm, conv, convTranspose, " +
    "depthwiseConv, flatten, globalAvgPooling, groupNorm, instanceNorm, layerNorm, linear, " +
    "maxPooling, relu, residual, rmsNorm, separableConv, sequential";
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

/** Layers that cannot be, and what is wrong. */
const unmade: readonly (readonly [layer: string, message: string])[] = [
  ["conv.of(3, 8, [3, 3], { groups: 2 })", "conv: 2 groups do not divide 3 input channels"],
  ["conv.of(4, 9, [3], { groups: 2 })", "conv: 2 groups do not divide 9 output channels"],
  [
    "conv.init(key, 4, 8, [3], { groups: 0 })",
    "conv: groups must be a whole number from 1 on, got 0",
  ],
  [
    "convTranspose.of(4, 3, [3], { groups: 2 })",
    "convTranspose: 2 groups do not divide 3 output channels",
  ],
  [
    "depthwiseConv.of(4, [3], { multiplier: 0 })",
    "depthwiseConv: multiplier must be a whole number from 1 on, got 0",
  ],
  [
    "separableConv.init(key, 4, 8, [3], { multiplier: 1.5 })",
    "separableConv: multiplier must be a whole number from 1 on, got 1.5",
  ],
  [
    "conv(conv.init(key, 1, 2, [3, 3]), zeros([4, 2, 9, 9]), { padding: 1 })",
    "conv: channels differ: input [4, 2, 9, 9] has 2, kernel [2, 1, 3, 3] wants 1",
  ],
  [
    "separableConv({ depthwise: zeros([6, 1, 3]), pointwise: zeros([4, 5, 1]) }, zeros([2, 6, 9]))",
    "separableConv: channels differ: input [2, 6, 7] has 6, kernel [4, 5, 1] wants 5",
  ],
  [
    "depthwiseConv({ weight: zeros([6, 1, 3]) }, zeros([2, 6, 9]), { multiplier: 4 })",
    "depthwiseConv: a multiplier of 4 does not divide the 6 features of kernel [6, 1, 3]",
  ],
  [
    "adaptiveMaxPooling(zeros([2, 6, 9]), 0)",
    "adaptiveMaxPooling: size must be a whole number from 1 on, or 1 of them, got 0",
  ],
];

Deno.test("a layer that cannot be is refused in the words of the compiler", async (t) => {
  const names = "adaptiveMaxPooling, conv, convTranspose, depthwiseConv, separableConv";
  const head = [
    `import { random, zeros } from ${project("mod.ts")};`,
    `import { ${names} } from ${project("src/nn/mod.ts")};`,
    `export const used = [zeros, ${names}];`,
    "export const key = random.key(0);",
  ];
  const lines = unmade.map(([layer]) => `${layer};`);
  const complaints = (await checkPrograms([{ name: "unmade", head, lines }])).get("unmade")!;
  assertEquals(complaints.map(({ line }) => line), lines);
  for (const [i, [layer, message]] of unmade.entries()) {
    await t.step(layer, () => {
      assertStringIncludes(complaints[i].message, `"${message}"`);
      const scope = { ...katachi, ...nn, key: katachi.random.key(0) };
      const make = new Function(...Object.keys(scope), `return ${layer};`);
      assertThrows(() => make(...Object.values(scope)), katachi.ShapeError, message);
    });
  }
});
