/** Linear algebra, compiled, against the interpreter: the same bits, where it takes the same steps. */
import fc from "fast-check";
import { type AnyTensor, type DType, eye, fromBuffer, matmul, transpose } from "@katachi/katachi";
import { choleskyPrimitive } from "../../../src/primitives/linear_algebra/cholesky.ts";
import { detPrimitive } from "../../../src/primitives/linear_algebra/det.ts";
import { luPrimitive } from "../../../src/primitives/linear_algebra/lu.ts";
import { qrPrimitive } from "../../../src/primitives/linear_algebra/qr.ts";
import { triangularSolvePrimitive } from "../../../src/primitives/linear_algebra/triangular_solve.ts";
import { bind } from "../../../src/tape/recorder.ts";
import { allocate } from "../../../src/tensor/dtype.ts";
import { assertAgrees, drawn } from "./agreement.ts";

const floats = fc.constantFrom("float32" as const, "float64" as const);
const batch = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 2 });
const order = fc.oneof(
  fc.integer({ min: 0, max: 9 }),
  fc.constantFrom(15, 16, 17, 31, 33, 50),
);
const flags = fc.array(fc.boolean(), { minLength: 3, maxLength: 3 });
const seed = fc.nat(100);
const turned = fc.array(fc.boolean(), { minLength: 2, maxLength: 2 });

/** Matrices with rows and columns exchanged. */
const exchanged = (x: AnyTensor): AnyTensor => {
  const axes = x.shape.map((_, axis) => axis);
  return transpose(x, [...axes.slice(0, -2), axes.length - 1, axes.length - 2]);
};

/** 3, 3.1, 3.2, … on the diagonal, so that nothing is nearly singular. */
function diagonal(height: number, width: number, dtype: DType): AnyTensor {
  const data = allocate(dtype, height * width);
  for (let i = 0; i < Math.min(height, width); i++) data[i * width + i] = 3 + 0.1 * i;
  return fromBuffer(data as Float32Array, [height, width]);
}

const tolerances = { float32: 1e-6, float64: 1e-12 };

Deno.test("Cholesky factors, and NaN where there is none", () => {
  fc.assert(
    fc.property(batch, order, floats, seed, fc.boolean(), (batch, n, dtype, seed, definite) => {
      const x = drawn([...batch, n, n], dtype, seed);
      const a = definite ? matmul(x as never, exchanged(x) as never).add(eye(n, dtype)) : x;
      assertAgrees(
        ([a]) => [...bind(choleskyPrimitive, [a], undefined), a],
        [a as AnyTensor],
      );
    }),
  );
});

Deno.test("triangular systems", () => {
  fc.assert(
    fc.property(batch, order, order, floats, seed, flags, (batch, n, width, dtype, seed, flags) => {
      const [lower, transpose, unitDiagonal] = flags;
      const a = drawn([...batch, n, n], dtype, seed).mul(0.3).add(eye(n, dtype).mul(2));
      assertAgrees(
        (xs) => [...bind(triangularSolvePrimitive, xs, { lower, transpose, unitDiagonal }), ...xs],
        [a as AnyTensor, drawn([...batch, n, width], dtype, seed + 1)],
      );
    }),
  );
});

Deno.test("elimination: the same pivots, also at ties, and of singular matrices", () => {
  fc.assert(
    fc.property(
      batch,
      order,
      order,
      floats,
      seed,
      fc.subarray([0, 0.5, -0.5, 1]),
      (batch, n, width, dtype, seed, special) => {
        assertAgrees(
          ([a]) => [...bind(luPrimitive, [a], undefined), a],
          [drawn([...batch, n, width], dtype, seed, special)],
        );
      },
    ),
  );
});

Deno.test("determinants", () => {
  fc.assert(
    fc.property(batch, order, floats, seed, turned, (batch, n, dtype, seed, [singular]) => {
      const a = drawn([...batch, n, n], dtype, seed, singular ? [0, 0.5] : []);
      assertAgrees(([a]) => bind(detPrimitive, [exchanged(a)], undefined), [a]);
    }),
  );
});

Deno.test("orthogonal and triangular factors, and NaN where something is not finite", () => {
  fc.assert(
    fc.property(
      batch,
      order,
      order,
      floats,
      seed,
      fc.boolean(),
      fc.constantFrom(1, 1e-30, 1e30, Infinity),
      (batch, height, width, dtype, seed, complete, scale) => {
        const a = drawn([...batch, height, width], dtype, seed)
          .add(diagonal(height, width, dtype));
        assertAgrees(
          (xs) => [...bind(qrPrimitive, xs, { complete }), ...xs],
          [a.mul(scale) as AnyTensor],
          { tolerance: tolerances[dtype] },
        );
      },
    ),
  );
});
