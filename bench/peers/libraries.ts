/**
 * The libraries, each loaded only where it is measured, with a way to make an array of given values.
 *
 * @module
 */
import { fromBuffer, type Tensor } from "@katachi/katachi";
import type { numpy } from "@jax-js/jax";
import { sizeOf, values } from "./work.ts";

/** A tensor of {@linkcode values}. */
export function array<const S extends readonly number[]>(
  seed: number,
  shape: S,
  low?: number,
  high?: number,
): Tensor<S> {
  return fromBuffer(
    values(seed, sizeOf(shape), low, high),
    shape as never,
  ) as never;
}

/** Arrays of jax-js. */
export type Arrays = numpy.Array[];

/** jax-js, on its wasm device. */
export async function jaxJs() {
  const jax = await import("@jax-js/jax");
  await jax.init("wasm");
  jax.defaultDevice("wasm");
  return {
    jax,
    np: jax.numpy,
    array: (seed: number, shape: number[], low?: number, high?: number) =>
      jax.numpy.array(values(seed, sizeOf(shape), low, high), { shape }),
  };
}

/** TensorFlow.js, on its wasm backend. */
export async function tensorFlow() {
  const tf = await import("@tensorflow/tfjs");
  await import("@tensorflow/tfjs-backend-wasm");
  await tf.setBackend("wasm");
  await tf.ready();
  return {
    tf,
    array: <S extends number[]>(
      seed: number,
      shape: S,
      low?: number,
      high?: number,
    ) => tf.tensor(values(seed, sizeOf(shape), low, high), shape),
  };
}
