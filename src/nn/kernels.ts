/**
 * What the convolution layers share: how their parameters are made, and the bias.
 *
 * @module
 */
import {
  add,
  type AnyTensor,
  type Dim,
  type DType,
  type FloatDType,
  type random,
  reshape,
  type Shape,
  type Tensor,
  zeros,
} from "../../mod.ts";
import type { Setting } from "../shape/window.ts";
import { varianceScaling } from "./initializers/scaling.ts";
import { type Initializer, makeLayer } from "./layer.ts";

/** How the parameters of a convolution are made. */
export interface KernelOptions {
  /** The dtype of the parameters, `float32` unless given. */
  readonly dtype?: FloatDType;
  /** Whether there is a bias; there is unless told. */
  readonly bias?: boolean;
  /**
   * What makes the kernel. Unless given it is from the uniform distribution on ±1/√fan, PyTorch's
   * He/Kaiming uniform one with a = √5, where the fan is the size of the kernel for one output:
   * all its axes multiplied, but the first. (K. He et al., "Delving deep into rectifiers", 2015.)
   * Initializers that look at inputs and outputs need to be told `{ layout: "conv" }`.
   */
  readonly init?: Initializer;
}

/** A convolution's kernel. */
export interface ConvWeight<W extends Shape, D extends DType = "float32"> {
  /** The kernel, as the functions of convolution have it. */
  readonly weight: Tensor<W, D>;
}

/** A convolution's kernel and bias. */
export interface ConvParams<W extends Shape, O extends Dim, D extends DType = "float32">
  extends ConvWeight<W, D> {
  /** What is added to each channel of the output. */
  readonly bias: Tensor<[O], D>;
}

/** The parameters that options ask for: a kernel, and a bias unless they say no. */
export type ConvParamsOf<W extends Shape, O extends Dim, Opt> = Setting<Opt, "bias", true> extends
  false ? ConvWeight<W, DTypeIn<Opt>> : ConvParams<W, O, DTypeIn<Opt>>;

/**
 * The dtype that options ask for.
 *
 * @internal
 */
export type DTypeIn<Opt> = Setting<Opt, "dtype", "float32"> extends infer D extends FloatDType ? D
  : never;

/** Parameters of which the compiler knows nothing. */
export interface AnyConvParams {
  /** The kernel. */
  readonly weight: AnyTensor;
  /** The bias. */
  readonly bias?: AnyTensor;
}

/** New parameters: kernels as the options say, biases 0. */
export function makeKernel(
  key: random.Key,
  shape: Shape,
  outputs: Dim,
  { dtype = "float32", bias = true, init = kaimingUniform }: KernelOptions = {},
): AnyConvParams {
  const weight = init(key, shape, dtype);
  return bias ? { weight, bias: zeros([outputs], dtype) } : { weight };
}

/** PyTorch's first values: uniform on ±1/√fan. */
export const kaimingUniform: Initializer = varianceScaling(1 / 3, "fanIn", "uniform", {
  layout: "conv",
}) as unknown as Initializer;

/** `[N, O, …]` with something added to each of the O channels. */
export function withBias(y: AnyTensor, bias: AnyTensor | undefined): AnyTensor {
  if (bias === undefined) return y;
  return add(y, reshape(bias, [bias.size, ...y.shape.slice(2).map(() => 1)]));
}

/** The options of a layer with a kernel for inputs and outputs. */
interface GroupedOptions extends KernelOptions {
  readonly groups?: number;
}

/**
 * A function of a kernel together with what makes its parameters, and layers, of sizes. `kernelShape`
 * gives the kernel's shape, or fails.
 */
export function withSizes<O extends GroupedOptions>(
  name: string,
  kernelShape: (name: string, inputs: Dim, outputs: Dim, size: Shape, groups?: number) => Shape,
  apply: (params: AnyConvParams, x: AnyTensor, options?: O) => AnyTensor,
): unknown {
  const init = (key: random.Key, inputs: Dim, outputs: Dim, size: Shape, options?: O) =>
    makeKernel(key, kernelShape(name, inputs, outputs, size, options?.groups), outputs, options);
  const of = (inputs: Dim, outputs: Dim, size: Shape, options?: O) => {
    kernelShape(name, inputs, outputs, size, options?.groups);
    return makeLayer({
      name,
      init: (key) => init(key, inputs, outputs, size, options),
      run: (params, x) => [apply(params as AnyConvParams, x, options), null],
    });
  };
  return Object.assign(apply, { init, of });
}
