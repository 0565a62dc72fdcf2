/**
 * The element types of safetensors, and which of them tensors are made of.
 *
 * Every typed array is read as it lies, little-endian as the format is and as WebAssembly's memory.
 *
 * @module
 */
import type { DType, TypedArray } from "../tensor/dtype.ts";

/** An element type that can be read. */
interface ElementType {
  /** The bytes of an element. */
  readonly bytes: number;
  /** The dtype that its tensors have here. */
  readonly dtype: DType;
  /** The elements of a stretch of bytes that nobody else holds. */
  readonly read: (bytes: ArrayBuffer) => TypedArray;
}

/** An element that no tensor here can hold, and why. */
export class UnreadableElement extends Error {}

/**
 * The element types that can be read, by name. Narrow floats become `float32` exactly, narrow integers
 * `int32` or, where they have no sign, `uint32`; so do 64-bit integers where each fits.
 */
export const elementTypes: Readonly<Record<string, ElementType>> = {
  BOOL: { bytes: 1, dtype: "bool", read: (bytes) => onlyBits(new Uint8Array(bytes)) },
  U8: { bytes: 1, dtype: "uint32", read: (bytes) => new Uint32Array(new Uint8Array(bytes)) },
  I8: { bytes: 1, dtype: "int32", read: (bytes) => new Int32Array(new Int8Array(bytes)) },
  I16: { bytes: 2, dtype: "int32", read: (bytes) => new Int32Array(new Int16Array(bytes)) },
  U16: { bytes: 2, dtype: "uint32", read: (bytes) => new Uint32Array(new Uint16Array(bytes)) },
  F16: { bytes: 2, dtype: "float32", read: (bytes) => widened(bytes, bitsOfHalf) },
  BF16: { bytes: 2, dtype: "float32", read: (bytes) => widened(bytes, (half) => half << 16) },
  I32: { bytes: 4, dtype: "int32", read: (bytes) => new Int32Array(bytes) },
  U32: { bytes: 4, dtype: "uint32", read: (bytes) => new Uint32Array(bytes) },
  F32: { bytes: 4, dtype: "float32", read: (bytes) => new Float32Array(bytes) },
  F64: { bytes: 8, dtype: "float64", read: (bytes) => new Float64Array(bytes) },
  I64: {
    bytes: 8,
    dtype: "int32",
    read: (bytes) => narrowed(new BigInt64Array(bytes), new Int32Array(bytes.byteLength / 8)),
  },
  U64: {
    bytes: 8,
    dtype: "uint32",
    read: (bytes) => narrowed(new BigUint64Array(bytes), new Uint32Array(bytes.byteLength / 8)),
  },
};

/** What each dtype is written as, in the order in which files have them, the widest first. */
export const writtenAs: Readonly<Record<DType, string>> = {
  float64: "F64",
  float32: "F32",
  uint32: "U32",
  int32: "I32",
  bool: "BOOL",
};

function onlyBits(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const odd = bytes.find((byte) => byte > 1);
  if (odd !== undefined) throw new UnreadableElement(`a bool is 0 or 1, one is ${odd}`);
  return bytes;
}

function narrowed<A extends Int32Array | Uint32Array>(
  wide: BigInt64Array | BigUint64Array,
  narrow: A,
): A {
  for (let i = 0; i < wide.length; i++) {
    narrow[i] = Number(wide[i]);
    if (BigInt(narrow[i]) !== wide[i]) {
      throw new UnreadableElement(`${wide[i]} does not fit into 32 bits`);
    }
  }
  return narrow;
}

/** Halves of a float32's width as float32, by their bits, so that even a NaN's stay. */
function widened(bytes: ArrayBuffer, bitsOf: (half: number) => number): Float32Array<ArrayBuffer> {
  const bits = new Uint32Array(new Uint16Array(bytes));
  for (let i = 0; i < bits.length; i++) bits[i] = bitsOf(bits[i]);
  return new Float32Array(bits.buffer);
}

/** The bits of the float32 that an IEEE 754 binary16 is. */
function bitsOfHalf(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0x1f) return sign | 0x7f800000 | (fraction << 13);
  if (exponent > 0) return sign | ((exponent + 112) << 23) | (fraction << 13);
  if (fraction === 0) return sign;
  const shift = Math.clz32(fraction) - 21; // brings the leading one out of the fraction
  return sign | ((113 - shift) << 23) | (((fraction << shift) & 0x3ff) << 13);
}
