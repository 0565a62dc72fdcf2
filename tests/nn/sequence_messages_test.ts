/** Recurrent layers, attention and positions refuse shapes in the words of the compiler. */
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import * as katachi from "@katachi/katachi";
import * as nn from "@katachi/katachi/nn";
import { checkPrograms, project } from "../shape/check.ts";

const head = [
  `import { ones, random, zeros } from ${project("mod.ts")};`,
  "import { gru, gruCell, linear, lstm, lstmCell, multiHeadAttention, rnn, rnnCell, rotary," +
  ` scaledDotProductAttention, sequential } from ${project("src/nn/mod.ts")};`,
];

const values = [
  "const key = random.key(0);",
  "const p = lstm.init(key, 3, 8), g = gru.init(key, 3, 8), r = rnn.init(key, 3, 8);",
  "const x = zeros([4, 10, 3]), s = zeros([4, 8]);",
  "const m = multiHeadAttention.init(key, 8, 2), y = zeros([2, 5, 8]);",
  "const other = multiHeadAttention.init(key, 8, 2, { kdim: 3, vdim: 6 });",
  "const cache = multiHeadAttention.initCache(m, [2], 10);",
  "const model = sequential(lstm.of(3, 8, { bidirectional: true }), linear.of(16, 2));",
  "const last = sequential(gru.of(3, 8, { last: true }), rnn.of(8, 4));",
  "const blocks = sequential(linear.of(3, 8), multiHeadAttention.of(8, 2));",
];

/** Lines, and what is wrong with each. */
const refused: readonly (readonly [line: string, message: string])[] = [
  ["lstm(p, zeros([4, 10, 5]));", "lstm: inner dimensions differ: [4, 10, 5] x [3, 8] (5 != 3)"],
  ["lstm(p, zeros([3]));", "lstm: needs axes of steps and features, got [3]"],
  ["lstm(p, x, { h: x, c: x });", "lstm: state: shapes differ: [4, 8] and [4, 10, 3]"],
  ["gru(g, x, zeros([5, 8]));", "gru: state: shapes differ: [4, 8] and [5, 8]"],
  ["rnn(r, zeros([3, 4]));", "rnn: inner dimensions differ: [3, 4] x [3, 8] (4 != 3)"],
  [
    "gru(g, x, s, { mask: zeros([4, 9], 'bool') });",
    "gru: mask: shapes differ: [4, 10] and [4, 9]",
  ],
  ["lstmCell(p, zeros([4, 5]));", "lstmCell: inner dimensions differ: [4, 5] x [3, 8] (5 != 3)"],
  ["gruCell(g, zeros([5, 3]), s);", "gruCell: state: shapes differ: [5, 8] and [4, 8]"],
  ["rnnCell(r, zeros([]));", "rnnCell: a scalar has no inner dimension: [] x [3, 8]"],
  [
    "model.apply(model.init(key), zeros([4, 5]));",
    "sequential: layer 0: lstm: inner dimensions differ: [4, 5] x [3, 16] (5 != 3)",
  ],
  [
    "last.apply(last.init(key), zeros([9, 3]));",
    "sequential: layer 1: rnn: needs axes of steps and features, got [8]",
  ],
  [
    "scaledDotProductAttention(zeros([2, 5, 4]), zeros([2, 6, 3]), y);",
    "scaledDotProductAttention: features of queries and keys differ: [2, 5, 4] and [2, 6, 3] (4 != 3)",
  ],
  [
    "scaledDotProductAttention(zeros([5, 4]), zeros([6, 4]), zeros([7, 3]));",
    "scaledDotProductAttention: numbers of keys and values differ: [6, 4] and [7, 3] (6 != 7)",
  ],
  [
    "scaledDotProductAttention(zeros([2, 5, 4]), zeros([3, 6, 4]), y);",
    "scaledDotProductAttention: shapes do not broadcast: [2, 5, 4] and [3, 6, 4] (2 != 3)",
  ],
  [
    "scaledDotProductAttention(zeros([4]), y, y);",
    "scaledDotProductAttention: queries need axes of positions and features, got [4]",
  ],
  [
    "scaledDotProductAttention(y, y, zeros([5]));",
    "scaledDotProductAttention: values need axes of positions and features, got [5]",
  ],
  [
    "scaledDotProductAttention(y, y, y, { mask: ones([4, 5], 'bool') });",
    "scaledDotProductAttention: mask: [4, 5] does not broadcast to [2, 5, 5]",
  ],
  [
    "multiHeadAttention.init(key, 10, 3);",
    "multiHeadAttention: 10 features do not divide into 3 heads",
  ],
  ["multiHeadAttention.of(8, 0);", "multiHeadAttention: 8 features do not divide into 0 heads"],
  [
    "multiHeadAttention(m, zeros([2, 5, 4]), y, y);",
    "multiHeadAttention: query: needs 8 features, got [2, 5, 4] (4 != 8)",
  ],
  [
    "multiHeadAttention(other, y, zeros([2, 5, 4]), y);",
    "multiHeadAttention: key: needs 3 features, got [2, 5, 4] (4 != 3)",
  ],
  [
    "multiHeadAttention(other, y, zeros([2, 4, 3]), y);",
    "multiHeadAttention: value: needs 6 features, got [2, 5, 8] (8 != 6)",
  ],
  [
    "multiHeadAttention(m, y, y, zeros([2, 6, 8]));",
    "multiHeadAttention: numbers of keys and values differ: [2, 5, 8] and [2, 6, 8] (5 != 6)",
  ],
  [
    "multiHeadAttention(m, y, zeros([3, 5, 8]), y);",
    "multiHeadAttention: shapes do not broadcast: [2, 5, 8] and [3, 5, 8] (2 != 3)",
  ],
  [
    "multiHeadAttention(m, y, y, y, { mask: ones([2, 4, 5], 'bool') });",
    "multiHeadAttention: mask: [2, 4, 5] does not broadcast to [2, 2, 5, 5]",
  ],
  [
    "multiHeadAttention.decode(m, zeros([3, 1, 8]), cache);",
    "multiHeadAttention: cache: shapes differ: [3, 2, 10, 4] and [2, 2, 10, 4]",
  ],
  [
    "blocks.apply(blocks.init(key), zeros([3]));",
    "sequential: layer 1: multiHeadAttention: query: needs axes of positions and features, got [8]",
  ],
  ["rotary(zeros([2, 5]));", "rotary: needs an even number of features, got [2, 5]"],
  ["rotary(zeros([4]));", "rotary: needs axes of positions and features, got [4]"],
  [
    "rotary(y, { positions: zeros([4]) });",
    "rotary: positions: [4] does not broadcast to [2, 5]",
  ],
];

Deno.test("sequences: a shape is refused in the words of the compiler", async (t) => {
  const lines = refused.map(([line]) => line);
  const program = { name: "sequences", head: [...head, ...values], lines };
  const complaints = (await checkPrograms([program])).get("sequences")!;
  assertEquals(complaints.map(({ line }) => line), lines);
  const scope = { ...katachi, ...nn };
  for (const [i, [line, message]] of refused.entries()) {
    await t.step(line, () => {
      assertStringIncludes(complaints[i].message, `"${message}"`);
      const run = new Function(...Object.keys(scope), [...values, line].join("\n"));
      assertThrows(() => run(...Object.values(scope)), katachi.ShapeError, message);
    });
  }
});
