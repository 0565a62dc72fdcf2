/** A dtype that is not given is the default, whatever type is expected of the result. */
import { assertEquals } from "@std/assert";
import {
  arange,
  eye,
  full,
  linspace,
  oneHot,
  ones,
  random,
  type Tensor,
  tensor,
  zeros,
} from "@katachi/katachi";
import { linear, type LinearParams } from "@katachi/katachi/nn";

Deno.test("the compiler does not take a dtype from the type that is expected", () => {
  const key = random.key(0);
  // @ts-expect-error: float32
  const a: Tensor<[2], "int32"> = zeros([2]);
  // @ts-expect-error: float32
  const b: Tensor<[2], "int32"> = ones([2]);
  // @ts-expect-error: float32
  const c: Tensor<[2], "bool"> = full([2], 1);
  // @ts-expect-error: float32
  const d: Tensor<[2], "int32"> = tensor([1, 2]);
  // @ts-expect-error: float32
  const e: Tensor<[3], "int32"> = arange(3);
  // @ts-expect-error: float32
  const f: Tensor<[3], "float64"> = linspace(0, 1, 3);
  // @ts-expect-error: float32
  const g: Tensor<[2, 2], "float64"> = eye(2);
  // @ts-expect-error: float32
  const h: Tensor<[1, 3], "int32"> = oneHot(tensor([0], "int32"), 3);
  // @ts-expect-error: float32
  const i: Tensor<[2], "float64"> = random.uniform(key, [2]);
  // @ts-expect-error: float32
  const j: Tensor<[2], "float64"> = random.normal(key, [2]);
  // @ts-expect-error: float32
  const k: LinearParams<2, 3, "float64"> = linear.init(key, 2, 3);
  const dtypes = [a, b, c, d, e, f, g, h, i, j, k.weight].map(({ dtype }): string => dtype);
  assertEquals(new Set(dtypes), new Set(["float32"]));
  // @ts-expect-error: int32
  const l: Tensor<[2], "uint32"> = random.randint(key, [2], 0, 5);
  assertEquals(l.dtype as string, "int32");
});
