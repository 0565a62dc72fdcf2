/** What the public functions do not reach: integers, no spatial axes, and what is refused. */
import { assertEquals, assertThrows } from "@std/assert";
import { type AnyTensor, DTypeError, ShapeError, tensor } from "@katachi/katachi";
import { convolution } from "../../src/primitives/convolution.ts";
import { windowMax, windowSum } from "../../src/primitives/window.ts";

const line = {
  strides: [1],
  padding: [[0, 0]],
  inputDilation: [1],
  dilation: [1],
} as const;

Deno.test("integers wrap around", () => {
  const x = tensor([[[2000000000, 2000000000, 3]]], "int32");
  const ones = tensor([[[1, 1]]], "int32");
  const wrapped = [[[-294967296, 2000000003]]];
  assertEquals(convolution(x, ones, { ...line, groups: 1 }).toArray(), wrapped);
  assertEquals(windowSum(x, { ...line, size: [2] }).toArray(), wrapped);
});

Deno.test("negative padding cuts off", () => {
  const x = tensor([[[1, 2, 3, 4, 5]]]);
  const cut = { ...line, padding: [[-1, -2]] } as const;
  assertEquals(convolution(x, tensor([[[1]]]), { ...cut, groups: 1 }).toArray(), [[[2, 3]]]);
  assertEquals(windowMax(x, { ...cut, size: [2] }).toArray(), [[[3]]]);
  const nothing = { ...line, padding: [[-4, -4]] } as const;
  assertEquals(windowSum(x, { ...nothing, size: [1] }).shape, [1, 1, 0]);
});

Deno.test("without spatial axes, a convolution is a matrix product in groups", () => {
  const none = { strides: [], padding: [], inputDilation: [], dilation: [] };
  const x = tensor([[1, 2, 3, 4]]);
  const w = tensor([[1, 1], [1, -1]]);
  assertEquals(convolution(x, w, { ...none, groups: 2 }).toArray(), [[3, -1]]);
});

Deno.test("operands that do not fit are refused", () => {
  const x = tensor([[[1, 2], [3, 4]]]);
  const refuses = (w: AnyTensor, groups: number, error: new (message: string) => Error) =>
    assertThrows(() => convolution(x, w, { ...line, groups }), error, "convolution: ");
  refuses(tensor([[[1]]]), 1, ShapeError);
  refuses(tensor([[[1]]]), 2, ShapeError);
  refuses(tensor([[1], [1]]), 1, ShapeError);
  refuses(tensor([[[1], [1]]], "float64"), 1, DTypeError);
  assertThrows(
    () => windowSum(tensor(1), { ...line, size: [1] }),
    ShapeError,
    "windowSum: window [1] over []",
  );
});
