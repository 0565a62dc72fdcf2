/** `evalShape`: what comes out, with nothing computed. */
import { assertEquals, assertThrows } from "@std/assert";
import { assertType, type IsExact } from "@std/testing/types";
import {
  type AnyTensor,
  cond,
  type Dim,
  evalShape,
  grad,
  jit,
  matmul,
  random,
  scan,
  type ShapeDType,
  ShapeError,
  type Tensor,
  TraceError,
  TreeError,
  vmap,
  zeros,
} from "@katachi/katachi";
import { printedBy } from "../debug/console.ts";

const float = <const S extends readonly number[]>(...shape: S) =>
  ({ shape, dtype: "float32" }) as ShapeDType<{ -readonly [I in keyof S]: S[I] }>;

Deno.test("shapes and dtypes of a tree, from tensors, from shapes, and mixed", () => {
  const f = (p: { w: Tensor<[3, 2]>; on: Tensor<[], "bool"> }, x: Tensor<[5, 3]>) => ({
    y: matmul(x, p.w),
    more: [p.on, x.sum(), null] as const,
  });
  const expected = {
    y: { shape: [5, 2], dtype: "float32" },
    more: [{ shape: [], dtype: "bool" }, { shape: [], dtype: "float32" }, null],
  };
  const p = { w: float(3, 2), on: { shape: [], dtype: "bool" } } as const;
  const found = evalShape(f, p as never, float(5, 3));
  assertEquals(found as unknown, expected);
  const mixed = evalShape(f, { w: zeros([3, 2]), on: zeros([], "bool") }, float(5, 3));
  assertEquals(mixed as unknown, expected);
  assertType<
    IsExact<
      typeof mixed,
      {
        y: ShapeDType<[5, 2]>;
        more: readonly [ShapeDType<[], "bool">, ShapeDType<[]>, null];
      }
    >
  >(true);
});

Deno.test("nothing is allocated or computed, whatever the sizes", () => {
  const huge = 2 ** 40;
  const f = (x: Tensor<[number, number]>) => matmul(x, x.transpose());
  assertEquals(evalShape(f, float(huge, 3) as never).shape, [huge, huge]);
  const g = grad((x: Tensor<[number]>) => x.square().sum());
  assertEquals(evalShape(g, float(huge) as never), { shape: [huge], dtype: "float32" });
});

Deno.test("through jit, vmap, scan and cond; a random key is a shape, too", () => {
  const f = (key: random.Key, x: Tensor<[4, 3]>) => {
    const [c, ys] = scan((c: Tensor<[3]>, x) => [c.add(x), c.sum()], x.sum(0), x);
    const rows = vmap((r: Tensor<[3]>) => r.sum())(x);
    return [cond(true, (c) => c, (c) => c.neg(), c), ys, rows, random.normal(key, [2])] as const;
  };
  const result = evalShape(jit(f), { shape: [2], dtype: "uint32" }, float(4, 3));
  assertEquals(result.map(({ shape }) => shape), [[3], [4], [4], [2]]);
});

Deno.test("nothing happens beside, and types of unknown dims flow through", () => {
  assertEquals(printedBy(() => evalShape((x: AnyTensor) => x, zeros([2]))), []);
  const f = <B extends Dim>(x: Tensor<[B, 3]>) => x.sum(1);
  const found = evalShape(f<number>, float(7, 3));
  assertType<IsExact<typeof found, ShapeDType<[number]>>>(true);
});

Deno.test("errors: values, shapes that do not fit, leaves that are none", () => {
  assertThrows(
    () => evalShape((x: Tensor<[]>) => x.item() > 0 ? x : x.neg(), float()),
    TraceError,
    "is not known while evalShape records",
  );
  assertThrows(
    () => evalShape((a: AnyTensor, b: AnyTensor) => matmul(a, b), zeros([2, 3]), zeros([4, 5])),
    ShapeError,
    "matmul: inner dimensions differ: [2, 3] x [4, 5] (3 != 4)",
  );
  assertThrows(
    () => evalShape((x: { a: number }) => x.a, { a: 1 }),
    TreeError,
    "evalShape: argument 0.a is the number 1, not a tensor",
  );
});
