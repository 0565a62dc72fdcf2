/** Positions: the table's formula, and what turning leaves as it is. */
import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { assertType, type IsExact } from "@std/testing/types";
import fc from "fast-check";
import {
  type AnyTensor,
  arange,
  type Dim,
  DTypeError,
  grad,
  jit,
  matmul,
  random,
  reshape,
  ShapeError,
  sum,
  swapAxes,
  take,
  type Tensor,
  tensor,
  transpose,
  vmap,
  zeros,
} from "@katachi/katachi";
import { rotary, sinusoidalPositions } from "@katachi/katachi/nn";
import { assertClose } from "../fixtures/figures.ts";

const wide = { dtype: "float64" } as const;

Deno.test("sinusoidalPositions: the formula of the paper", () => {
  fc.assert(fc.property(
    fc.integer({ min: 0, max: 20 }),
    fc.integer({ min: 1, max: 9 }),
    fc.constantFrom(100, 10_000),
    (length, features, base) => {
      const table = sinusoidalPositions(length, features, { base, ...wide });
      assertEquals(table.shape, [length, features]);
      for (let t = 0; t < length; t++) {
        for (let i = 0; 2 * i < features; i++) {
          const angle = t / Math.pow(base, 2 * i / features);
          assertAlmostEquals(table.data[t * features + 2 * i], Math.sin(angle), 1e-14);
          if (2 * i + 1 === features) continue;
          assertAlmostEquals(table.data[t * features + 2 * i + 1], Math.cos(angle), 1e-14);
        }
      }
    },
  ));
  const table = sinusoidalPositions(4, 6);
  assertType<IsExact<typeof table, Tensor<[4, 6], "float32">>>(true);
  assertEquals(table.dtype, "float32");
});

Deno.test("rotary: products depend on the distance alone, lengths stay", () => {
  fc.assert(fc.property(
    fc.nat(),
    fc.boolean(),
    fc.integer({ min: 0, max: 1000 }),
    (seed, interleaved, shift) => {
      const [kq, kk] = random.split(random.key(seed));
      const [q, k] = [random.normal(kq, [4, 6], wide), random.normal(kk, [4, 6], wide)];
      const options = { interleaved };
      const products = (by: number) => {
        const positions = arange(4, undefined, 1, "int32").add(by);
        const turned = rotary(k, { ...options, positions });
        return matmul(rotary(q, { ...options, positions }), transpose(turned)).toArray();
      };
      assertClose(products(shift), products(0), 1e-11, "", 1);
      const lengths = (x: Tensor<[4, 6], "float64">) => sum(x.mul(x), -1).toArray();
      assertClose(lengths(rotary(q, options)), lengths(q), 1e-13);
      assertEquals(rotary(q, options).slice([0]).toArray(), q.slice([0]).toArray());
    },
  ));
});

Deno.test("rotary: the two ways to pair differ in the order of features alone", () => {
  const x = random.normal(random.key(0), [2, 5, 6], wide);
  const order = tensor([0, 3, 1, 4, 2, 5], "int32");
  const neighbours = rotary(take(x, order, -1), { interleaved: true });
  assertEquals(neighbours.toArray(), take(rotary(x), order, -1).toArray());
});

Deno.test("rotary: types, transformations, positions for each sequence", () => {
  const x = random.normal(random.key(0), [2, 3, 5, 4]);
  const y = rotary(x);
  assertType<IsExact<typeof y, Tensor<[2, 3, 5, 4], "float32">>>(true);
  const generic = <B extends Dim, T extends Dim>(x: Tensor<[B, T, 4]>): Tensor<[B, T, 4]> =>
    rotary(x);
  assertEquals(generic(zeros([2, 5, 4])).shape, [2, 5, 4]);
  assertEquals(vmap((x: Tensor<[3, 5, 4]>) => rotary(x))(x).toArray(), y.toArray());
  assertClose(jit((x: typeof y) => rotary(x))(x).toArray(), y.toArray(), 1e-6);
  // Turned back by the negative angles: the gradient of half the squared length is x itself.
  const half = (x: AnyTensor) => rotary(x as Tensor).square().sum().mul(0.5) as Tensor<[]>;
  assertClose(grad(half)(x).toArray(), x.toArray(), 1e-5, "", 1);
  const positions = tensor([[[0, 1, 2, 3, 4]], [[7, 8, 9, 10, 11]]]);
  const each = rotary(x, { positions });
  const second = rotary(x.slice([1]), { positions: arange(7, 12) });
  assertEquals(each.slice([0]).toArray(), y.slice([0]).toArray());
  assertEquals(each.slice([1]).toArray(), second.toArray());
  assertEquals(rotary(x, { features: 0 }).toArray(), x.toArray());
  assertEquals(swapAxes(reshape(y, [6, 5, 4]), 0, 1).shape, [5, 6, 4]);
});

Deno.test("rotary: what it refuses", () => {
  assertThrows(
    () => rotary(zeros([2, 4]), { features: 3 }),
    ShapeError,
    "rotary: the number of features to turn must be even and at most 4, got 3",
  );
  assertThrows(
    () => rotary(zeros([2, 4]), { features: 6 }),
    ShapeError,
    "rotary: the number of features to turn must be even and at most 4, got 6",
  );
  assertThrows(
    // @ts-expect-error the compiler says the same
    () => rotary(zeros([2, 4], "int32")),
    DTypeError,
    "rotary: needs float32 or float64, got int32",
  );
});
