/** Linear algebra, compiled, against the interpreter: the same bits, where it takes the same steps. */
import fc from "fast-check";
import { type AnyTensor, type DType, eye, fromBuffer, matmul, transpose } from "@katachi/katachi";
import { choleskyPrimitive } from "../../../src/primitives/linear_algebra/cholesky.ts";
import { detPrimitive } from "../../../src/primitives/linear_algebra/det.ts";
import { eighPrimitive } from "../../../src/primitives/linear_algebra/eigh.ts";
import { luPrimitive } from "../../../src/primitives/linear_algebra/lu.ts";
import { pinvPrimitive } from "../../../src/primitives/linear_algebra/pinv.ts";
import { qrPrimitive } from "../../../src/primitives/linear_algebra/qr.ts";
import { svdPrimitive } from "../../../src/primitives/linear_algebra/svd.ts";
import { triangularSolvePrimitive } from "../../../src/primitives/linear_algebra/triangular_solve.ts";
import { sliceRaw } from "../../../src/primitives/slice.ts";
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

/** The first columns of matrices. */
const columns = (x: AnyTensor, count: number) => {
  const stop = x.shape.with(-1, count);
  return sliceRaw(x, stop.map(() => 0), stop, stop.map(() => 1));
};

/** Matrices of full rank, with different singular values, unless some numbers are special. */
function regular(
  batch: readonly number[],
  height: number,
  width: number,
  dtype: DType,
  seed: number,
  special: readonly number[] = [],
): AnyTensor {
  const drawnOnes = drawn([...batch, height, width], dtype, seed, special);
  if (special.length > 0) return drawnOnes;
  const data = allocate(dtype, height * width);
  for (let i = 0; i < Math.min(height, width); i++) data[i * width + i] = 3 + 0.1 * i;
  return drawnOnes.add(fromBuffer(data as Float32Array, [height, width]) as AnyTensor);
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
        const a = regular(batch, height, width, dtype, seed);
        assertAgrees(
          (xs) => {
            const [q, r] = bind(qrPrimitive, xs, { complete });
            return [q, r.div(scale), ...xs];
          },
          [a.mul(scale) as AnyTensor],
          { tolerance: tolerances[dtype] },
        );
      },
    ),
  );
});

/** Some numbers, so that matrices are singular, or values equal; or none. */
const special = fc.constantFrom([], [0, 0.5], [0, 0, 0, 1, -1], [0, 0, 0, 0, 0, 0, 0, 0, 0]);
const scales = fc.constantFrom(1, 1e-25, 1e25, NaN, Infinity);
const small = fc.oneof(fc.integer({ min: 0, max: 7 }), fc.integer({ min: 8, max: 24 }));

/** Products of matrices. */
const product = (a: AnyTensor, b: AnyTensor) => matmul(a as never, b as never) as AnyTensor;

Deno.test("eigenvalues and eigenvectors", () => {
  fc.assert(
    fc.property(
      batch,
      small,
      floats,
      seed,
      special,
      scales,
      (batch, n, dtype, seed, special, by) => {
        const a = regular(batch, n, n, dtype, seed, special).mul(by) as AnyTensor;
        assertAgrees(
          ([a]) => {
            const [w, v] = bind(eighPrimitive, [a], undefined);
            // Vectors of equal values may be turned among themselves.
            const vectors = special.length === 0 ? [v] : [];
            const scaled = v.mul(w.div(by).expandDims(-2) as never) as AnyTensor;
            return [
              w.div(by),
              product(exchanged(v), v),
              product(scaled, exchanged(v)),
              ...vectors,
              a,
            ];
          },
          [a],
          { tolerance: tolerances[dtype] * 10 },
        );
      },
    ),
  );
});

Deno.test("singular values and vectors, and bases completed", () => {
  fc.assert(
    fc.property(
      batch,
      small,
      small,
      floats,
      fc.record({ seed, special, by: scales, full: fc.boolean() }),
      (batch, height, width, dtype, { seed, special, by, full }) => {
        const a = regular(batch, height, width, dtype, seed, special).mul(by) as AnyTensor;
        const count = Math.min(height, width);
        assertAgrees(
          ([a]) => {
            const [u, s, vh] = bind(svdPrimitive, [a], { full });
            const [left, right] = [columns(u, count), exchanged(columns(exchanged(vh), count))];
            const scaled = left.mul(s.div(by).expandDims(-2) as never) as AnyTensor;
            return [
              s.div(by),
              product(exchanged(u), u),
              product(vh, exchanged(vh)),
              product(scaled, right),
              ...special.length === 0 ? [u, vh] : [],
              a,
            ];
          },
          [a],
          { tolerance: tolerances[dtype] * 10 },
        );
      },
    ),
  );
});

Deno.test("pseudo-inverses, also of what has none", () => {
  fc.assert(
    fc.property(
      batch,
      small,
      small,
      floats,
      fc.record({ seed, singular: fc.boolean(), by: fc.constantFrom(1, 1e-25, 1e25, NaN) }),
      (batch, height, width, dtype, { seed, singular, by }) => {
        const a = singular
          ? product(
            drawn([...batch, height, 1], dtype, seed),
            drawn([...batch, 1, width], dtype, 7),
          )
          : regular(batch, height, width, dtype, seed);
        assertAgrees(
          ([a]) => [bind(pinvPrimitive, [a], { rtol: 1e-5 })[0].mul(by) as AnyTensor, a],
          [a.mul(by) as AnyTensor],
          { tolerance: tolerances[dtype] * 10 },
        );
      },
    ),
  );
});
