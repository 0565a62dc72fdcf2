/**
 * A wrong program is refused in one line, at the argument that is wrong, and in the same words by the
 * compiler and at run time.
 *
 * @module
 */
import { assertEquals, assertThrows } from "@std/assert";
import * as katachi from "../../mod.ts";
import { ShapeError } from "../../src/shape/fail.ts";
import { checkPrograms, project } from "./check.ts";

/** Expressions and what is wrong with them. */
const refused: Record<string, string> = {
  "matmul(zeros([4, 2]), zeros([3, 8]))":
    "matmul: inner dimensions differ: [4, 2] x [3, 8] (2 != 3)",
  "matmul(zeros([2, 4, 2]), zeros([3, 2, 8]))":
    "matmul: shapes do not broadcast: [2, 4, 2] and [3, 2, 8] (2 != 3)",
  "matmul(zeros([4, 2]), zeros([]))": "matmul: a scalar has no inner dimension: [4, 2] x []",
  "zeros([4, 2]).matmul(zeros([3]))": "matmul: inner dimensions differ: [4, 2] x [3] (2 != 3)",
  "add(zeros([32, 784]), zeros([12]))":
    "add: shapes do not broadcast: [32, 784] and [12] (784 != 12)",
  "zeros([32, 784]).sub(zeros([16, 1]))":
    "sub: shapes do not broadcast: [32, 784] and [16, 1] (32 != 16)",
  "where(zeros([2]), 1, zeros([3]))": "where: shapes do not broadcast: [2] and [3] (2 != 3)",
  "broadcastTo(zeros([1]), [-1])": "broadcastTo: a dim must be a whole number from 0 on, got -1",
  "broadcastTo(zeros([3]), [3, 2])": "broadcastTo: [3] does not broadcast to [3, 2]",
  "sum(zeros([32, 784]), 2)": "sum: axis 2 is out of range for [32, 784]",
  "mean(zeros([32, 784]), [0, -2])": "mean: axis -2 is named twice for [32, 784]",
  "zeros([32, 784]).max(-3)": "max: axis -3 is out of range for [32, 784]",
  "transpose(zeros([2, 3]), [0, 0])":
    "transpose: [0, 0] is not a permutation of the axes of [2, 3]",
  "reshape(zeros([32, 784]), [32, 28, 29])":
    "reshape: element count differs: [32, 784] -> [32, 28, 29] (25088 != 25984)",
  "reshape(zeros([32, 784]), [5, -1])":
    "reshape: element count differs: [32, 784] -> [5, -1] (25088 is no multiple of 5)",
  "reshape(zeros([6]), [-1, -1])": "reshape: more than one -1: [-1, -1]",
  "reshape(zeros([0, 3]), [0, -1])": "reshape: -1 has no one size beside a 0: [0, 3] -> [0, -1]",
  "reshape(zeros([6]), [-2, 3])": "reshape: a dim must be -1 or a whole number from 0 on, got -2",
  "flatten(zeros([2, 3]), 2)": "flatten: axis 2 is out of range for [2, 3]",
  "squeeze(zeros([3, 1]), 0)": "squeeze: axis 0 of [3, 1] is 3, not 1",
  "expandDims(zeros([3, 1]), 4)": "expandDims: axis 4 is out of range for [3, 1]",
  "concat([zeros([2, 3]), zeros([2, 4])])":
    "concat: dims differ besides axis 0: [2, 3] and [2, 4] (3 != 4)",
  "concat([])": "concat: needs at least one tensor",
  "stack([zeros([2, 3]), zeros([2, 4])])": "stack: shapes differ: [2, 3] and [2, 4]",
  "slice(zeros([3, 4]), [5])": "slice: index 5 is out of range for axis 0 of [3, 4]",
  "slice(zeros([3, 4]), [0, 0, 0])": "slice: 3 axes are indexed, [3, 4] has 2",
  "slice(zeros([3, 4]), ['...', '...'])": 'slice: "..." may stand once only',
  "slice(zeros([3, 4]), [[0, 3, 0]])": "slice: the step of axis 0 is 0",
  "pad(zeros([3, 4]), [[1, 1]])": "pad: 1 pairs of widths for [3, 4]",
  "pad(zeros([3, 4]), -1)": "pad: a width must be a whole number from 0 on, got -1",
  "conv2d(zeros([32, 3, 28, 28]), zeros([6, 1, 5, 5]))":
    "conv2d: channels differ: input [32, 3, 28, 28] has 3, kernel [6, 1, 5, 5] wants 1",
  "conv2d(zeros([32, 3, 4, 28]), zeros([6, 3, 5, 5]))":
    "conv2d: kernel [6, 3, 5, 5] does not fit into input [32, 3, 4, 28]",
  "conv2d(zeros([32, 3, 28, 28]), zeros([6, 3, 5, 5]), { stride: 0 })":
    "conv2d: stride must be a whole number from 1 on, or 2 of them, got 0",
  "conv2d(zeros([32, 4, 28, 28]), zeros([5, 2, 5, 5]), { groups: 2 })":
    "conv2d: 2 groups do not divide the 5 features of kernel [5, 2, 5, 5]",
  "conv1d(zeros([32, 3, 28]), zeros([6, 3, 5]), { padding: [1, 1] })":
    "conv1d: 2 paddings for an input of spatial rank 1",
  "conv1d(zeros([32, 3]), zeros([6, 3, 5]))":
    "conv1d: needs input and kernel of rank 3, got [32, 3] and [6, 3, 5]",
  "conv1d(zeros([32, 3, 28]), zeros([6, 3, 5]), { inputDilation: [1, 1] })":
    "conv1d: inputDilation must be a whole number from 1 on, or 1 of them, got [1, 1]",
  "conv3d(zeros([1, 3, 4, 4, 4]), zeros([6, 3, 5, 1, 1]))":
    "conv3d: kernel [6, 3, 5, 1, 1] does not fit into input [1, 3, 4, 4, 4]",
  "convTranspose2d(zeros([1, 3, 4, 4]), zeros([6, 3, 2, 2]))":
    "convTranspose2d: channels differ: input [1, 3, 4, 4] has 3, kernel [6, 3, 2, 2] wants 6",
  "convTranspose1d(zeros([1, 3, 4]), zeros([3, 2, 2]), { groups: 2 })":
    "convTranspose1d: 2 groups do not divide the 3 channels of kernel [3, 2, 2]",
  "convTranspose1d(zeros([1, 3, 2]), zeros([3, 2, 2]), { padding: 2 })":
    "convTranspose1d: padding cuts off more than the output of input [1, 3, 2] and kernel [3, 2, 2]",
  "convTranspose1d(zeros([1, 3, 2]), zeros([3, 2, 2]), { outputPadding: -1 })":
    "convTranspose1d: outputPadding must be a whole number from 0 on, or 1 of them, got -1",
  "cumsum(zeros([2, 3]), 2)": "cumsum: axis 2 is out of range for [2, 3]",
  "diff(zeros([2, 3]), -1)": "diff: n must be a whole number from 0 on, got -1",
  "diff(zeros([2, 3]), 1, 2)": "diff: axis 2 is out of range for [2, 3]",
  "maxPool(zeros([1, 1, 4, 4]), { window: 5 })":
    "maxPool: window 5 does not fit into input [1, 1, 4, 4]",
  "avgPool(zeros([1, 4]), { window: 2 })": "avgPool: needs an input of rank 3, 4 or 5, got [1, 4]",
  "einsum('ij,jk->ik', zeros([2, 784]), zeros([512, 10]))":
    "einsum ij,jk->ik: index j is 784 and 512",
  "einsum('ij->ijk', zeros([2, 784]))": "einsum ij->ijk: index k of the result is in no operand",
  "einsum('ij,jk->ik', zeros([2, 3]))": "einsum ij,jk->ik: 2 terms for 1 operands",
  "einsum('...ij,...jk->...ik', zeros([5, 2, 3]), zeros([4, 3, 2]))":
    "einsum ...ij,...jk->...ik: index Α is 5 and 4",
  "einsum('...ijk->i', zeros([2, 3]))": "einsum ...ijk->i: ...ijk does not name the axes of [2, 3]",
  "einsum('i1->i', zeros([2, 3]))": "einsum i1->i: i1 does not name the axes of [2, 3]",
  "take(zeros([5, 2]), zeros([3], 'int32'), 2)": "take: axis 2 is out of range for [5, 2]",
  "takeAlong(zeros([2, 3]), zeros([3, 1], 'int32'), 1)":
    "takeAlong: dims differ besides axis 1: [2, 3] and positions [3, 1] (2 != 3)",
  "putAlong(zeros([2, 3]), zeros([2, 1], 'int32'), zeros([2, 3]), 1)":
    "putAlong: [2, 3] does not broadcast to [2, 1]",
  "getAt(zeros([3, 4]), [5])": "getAt: index 5 is out of range for axis 0 of [3, 4]",
  "getAt(zeros([3]), [zeros([2], 'int32'), zeros([2], 'int32')])":
    "getAt: 2 axes are indexed, [3] has 1",
  "getAt(zeros([3, 4]), [zeros([2], 'int32'), zeros([5], 'int32')])":
    "getAt: shapes do not broadcast: [2] and [5] (2 != 5)",
  "setAt(zeros([3, 4]), [0], zeros([3]))": "setAt: [3] does not broadcast to [4]",
  "addAt(zeros([3, 4]), zeros([2], 'int32'), zeros([3, 4]))":
    "addAt: [3, 4] does not broadcast to [2, 4]",
  "maxAt(zeros([3, 4]), [null, [0, 4, 0]], 1)": "maxAt: the step of axis 1 is 0",
  "segmentSum(zeros([4, 2]), zeros([3], 'int32'), 2)":
    "segmentSum: ids [3] are not one for each row of [4, 2]",
  "segmentMax(zeros([4, 2]), zeros([4], 'int32'), -2)":
    "segmentMax: a dim must be a whole number from 0 on, got -2",
  "dynamicSlice(zeros([3, 4]), [0, 0], [4, 1])":
    "dynamicSlice: window [4, 1] does not fit into [3, 4]",
  "dynamicSlice(zeros([3, 4]), [0], [1, 1])":
    "dynamicSlice: starts [1] are not one for each axis of [3, 4]",
  "dynamicUpdateSlice(zeros([3, 4]), zeros([4]), [0, 0])":
    "dynamicUpdateSlice: window [4] does not fit into [3, 4]",
  "dynamicIndex(zeros([3, 4]), 0, 2)": "dynamicIndex: axis 2 is out of range for [3, 4]",
  "sort(zeros([3, 4]), 2)": "sort: axis 2 is out of range for [3, 4]",
  "argsort(zeros([3, 4]), -3)": "argsort: axis -3 is out of range for [3, 4]",
  "topK(zeros([3, 4]), 5)": "topK: there are no 5 along axis 1 of [3, 4]",
  "topK(zeros([3, 4]), 1, 2)": "topK: axis 2 is out of range for [3, 4]",
  "searchsorted(zeros([3, 4]), 1)": "searchsorted: needs one axis, got [3, 4]",
  "quantile(zeros([3, 4]), 0.5, 2)": "quantile: axis 2 is out of range for [3, 4]",
  "percentile(zeros([3, 4]), [25, 75], [0, 0])": "percentile: axis 0 is named twice for [3, 4]",
  "median(zeros([3, 4]), 2)": "median: axis 2 is out of range for [3, 4]",
  "bincount(zeros([3, 4], 'int32'), 2)": "bincount: needs one axis, got [3, 4]",
  "digitize(zeros([3]), zeros([3, 4]))": "digitize: needs one axis, got [3, 4]",
  "histogram(zeros([3]), -1)": "histogram: a dim must be a whole number from 0 on, got -1",
  "histogram(zeros([3]), zeros([]))": "histogram: needs one axis, got []",
  "oneHot(zeros([3], 'int32'), -1)": "oneHot: the number of classes must be a whole number, got -1",
  "tensordot(zeros([2, 3]), zeros([2, 3]), 1)":
    "tensordot: dims differ: axis 1 of [2, 3] and axis 0 of [2, 3] (3 != 2)",
  "tensordot(zeros([2, 3]), zeros([2, 3]), 3)": "tensordot: 3 axes are summed over, [2, 3] has 2",
  "inner(zeros([2, 3]), zeros([4]))": "inner: last dims differ: [2, 3] and [4] (3 != 4)",
  "vdot(zeros([2, 3]), zeros([6]))": "vdot: shapes differ: [2, 3] and [6]",
  "cross(zeros([3]), zeros([2]))": "cross: needs 3 elements along the last axis, got [2]",
  "diagonal(zeros([3]))": "diagonal: needs a matrix or a batch of them, got [3]",
  "diag(zeros([3, 3, 3]))": "diag: needs a vector or a matrix, got [3, 3, 3]",
  "trace(zeros([3]))": "trace: needs a matrix or a batch of them, got [3]",
  "tril(zeros([3]))": "tril: needs a matrix or a batch of them, got [3]",
  "roll(zeros([2, 3]), 1, 2)": "roll: axis 2 is out of range for [2, 3]",
  "tile(zeros([2, 3]), [2, -1])": "tile: repetitions must be whole numbers from 0 on, got -1",
  "repeat(zeros([2, 3]), 0.5)": "repeat: repetitions must be whole numbers from 0 on, got 0.5",
  "split(zeros([5, 2]), 2)": "split: axis 0 of [5, 2] does not divide into 2 parts",
  "split(zeros([5, 2]), [3, 6])":
    "split: positions must rise from 0 to the end of axis 0 of [5, 2], got 6",
  "unstack(zeros([5, 2]), 2)": "unstack: axis 2 is out of range for [5, 2]",
  "swapAxes(zeros([5, 2]), 0, 2)": "swapAxes: axis 2 is out of range for [5, 2]",
  "moveAxis(zeros([5, 2]), [0, 1], [0])": "moveAxis: 2 axes to 1 places",
  "meshgrid([zeros([3]), zeros([2, 2])])": "meshgrid: needs vectors, got [2, 2]",
  "cov(zeros([2, 3, 4]))": "cov: needs a vector or a matrix, got [2, 3, 4]",
  "average(zeros([2, 3]), 2)": "average: axis 2 is out of range for [2, 3]",
  "xlogy(zeros([2]), zeros([3]))": "xlogy: shapes do not broadcast: [2] and [3] (2 != 3)",
  "tensor([[1, 2], [3]])": "tensor: rows of different lengths",
  "zeros([2, -1])": "zeros: a dim must be a whole number from 0 on, got -1",
};

const names = Object.keys(katachi).join(", ");

Deno.test("the compiler refuses a wrong program in one line, in the rule's words", async (t) => {
  const programs = Object.keys(refused).map((line, i) => ({
    name: `refused${i}`,
    head: [`import { ${names} } from ${project("mod.ts")};`],
    lines: [`${line};`],
  }));
  const complaints = await checkPrograms(programs);
  for (const [i, [line, message]] of Object.entries(refused).entries()) {
    await t.step(line, () => {
      const parameter = (complaints.get(`refused${i}`) ?? []).map(({ message }) =>
        message.match(
          /^Argument of type '[^\n]*' is not assignable to parameter of type '([^\n]*)'\.$/,
        )
          ?.[1] ?? message
      );
      assertEquals(parameter, [JSON.stringify(message)]);
    });
  }
});

Deno.test("the run time refuses it in the same words", async (t) => {
  for (const [line, message] of Object.entries(refused)) {
    await t.step(line, () => {
      const run = new Function(...Object.keys(katachi), `return ${line};`);
      const error = assertThrows(() => run(...Object.values(katachi)), ShapeError);
      assertEquals(error.message, message);
    });
  }
});

/** Bodies of functions over type parameters, and what the compiler says of a mistake in them. */
const refusedGeneric: Record<string, string> = {
  "<B extends Dim>(x: Tensor<[B, 784]>) => add(x, zeros([10, 784]))":
    "`add: shapes do not broadcast: [${B}, 784] and [10, 784] (${B} != 10)`",
  "<B extends Dim>(x: Tensor<[B, 784]>) => sum(x, 2)":
    "`sum: axis 2 is out of range for [${B}, 784]`",
  "<B extends Dim>(x: Tensor<[B, 28, 28]>) => reshape(x, [7, 784])":
    "`reshape: element count may differ: [${B}, 28, 28] -> [7, 784]`",
  "<A extends Dim>(x: Tensor<[A, 3]>) => einsum('ij,jk->ik', x, zeros([4, 5]))":
    '"einsum ij,jk->ik: index j is 3 and 4"',
  "(<B extends Dim>(x: Tensor<[B, 2]>, y: Tensor<[B, 3]>) => [x, y])(zeros([32, 2]), zeros([16, 3]))":
    'Tensor<[16 | 32, 2], "float32">',
  "(x: Tensor<[Batch, 10]>, y: Tensor<[Time, 10]>) => add(x, y)":
    "`add: shapes do not broadcast: [${Batch}, 10] and [${Time}, 10] (${Batch} != ${Time})`",
  "(x: Tensor<[number, 784]>) => matmul(x, zeros([512, 10]))":
    '"matmul: inner dimensions differ: [?, 784] x [512, 10] (784 != 512)"',
  "(x: Tensor) => sum(matmul(x, zeros([3, 4])).reshape([2, 2]), 2)":
    '"sum: axis 2 is out of range for [2, 2]"',
};

Deno.test("a mistake in a generic or dynamic function is refused too", async (t) => {
  const complaints = await checkPrograms(
    Object.keys(refusedGeneric).map((line, i) => ({
      name: `generic${i}`,
      head: [
        `import type { Dim, Tensor } from ${project("mod.ts")};`,
        `export type Batch = number & { readonly dim: "batch" };`,
        `export type Time = number & { readonly dim: "time" };`,
        `import { ${names} } from ${project("mod.ts")};`,
      ],
      lines: [`export const f = ${line};`],
    })),
  );
  for (const [i, [line, message]] of Object.entries(refusedGeneric).entries()) {
    await t.step(line, () => {
      const said = complaints.get(`generic${i}`)!.map(({ message }) => message);
      assertEquals(said.length, 1, said.join("\n"));
      assertEquals(said[0].match(/parameter of type '([^\n]*)'\.$/m)?.[1] ?? said[0], message);
    });
  }
});
