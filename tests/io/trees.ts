/**
 * Random trees of tensors, and comparing them bit by bit.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { type AnyTensor, type DType, fromBuffer, treeLeaves } from "@katachi/katachi";

const shapes = fc.array(fc.nat({ max: 4 }), { maxLength: 3 });

/** Elements of any bits at all. */
function elementsOf(dtype: DType, length: number): fc.Arbitrary<AnyTensor["data"]> {
  const exactly = { minLength: length, maxLength: length };
  switch (dtype) {
    case "bool":
      return fc.uint8Array({ ...exactly, max: 1 }) as fc.Arbitrary<Uint8Array<ArrayBuffer>>;
    default: {
      const bytes = { float32: 4, float64: 8, int32: 4, uint32: 4 }[dtype] * length;
      return fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((all) => {
        const { buffer } = new Uint8Array(all);
        return {
          float32: () => new Float32Array(buffer),
          float64: () => new Float64Array(buffer),
          int32: () => new Int32Array(buffer),
          uint32: () => new Uint32Array(buffer),
        }[dtype]();
      });
    }
  }
}

const dtypes: readonly DType[] = ["bool", "float32", "float64", "int32", "uint32"];

/** Tensors of all dtypes over many shapes, scalars and empty ones among them. */
export const tensors: fc.Arbitrary<AnyTensor> = fc.tuple(fc.constantFrom(...dtypes), shapes)
  .chain(([dtype, shape]) =>
    elementsOf(dtype, shape.reduce((a, b) => a * b, 1)).map((data) =>
      dtype === "bool" ? fromBuffer(data, shape).astype("bool") : fromBuffer(data, shape)
    )
  );

/** Keys without dots, so that no two paths have the same name. */
const keys = fc.string({ unit: "binary", maxLength: 6 }).map((key) => key.replace(/[.[\]]/g, "_"))
  .filter((key) => key !== "__metadata__" && key !== "__proto__");

/** Trees of tensors. */
export const trees: fc.Arbitrary<unknown> = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 3 },
    tensors,
    fc.array(tie("tree"), { maxLength: 3 }),
    fc.dictionary(keys, tie("tree"), { maxKeys: 3 }).map((record) => ({ ...record })),
    fc.constant(null),
  ),
})).tree;

/** What a tensor is, down to the bits of its elements. */
export function bitsOf({ shape, dtype, data }: AnyTensor): unknown {
  return { shape: [...shape], dtype, bytes: new Uint8Array(data.buffer) };
}

/** Two trees have the same tensors, bit by bit. */
export function assertSameBits(actual: unknown, expected: unknown): void {
  assertEquals(treeLeaves(actual).map(bitsOf), treeLeaves(expected).map(bitsOf));
}
