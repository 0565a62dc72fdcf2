/**
 * What the recurrent layers share: their shapes, their parameters, and the loop over the steps.
 *
 * @module
 */
import {
  add,
  type AnyTensor,
  type Arg,
  concat,
  type Dim,
  type DType,
  DTypeError,
  expandDims,
  type Fail,
  type FloatDType,
  type MatMul,
  matmul,
  moveAxis,
  type Promote,
  random,
  reshape,
  type Same,
  scan,
  type Shape,
  ShapeError,
  split,
  type Tensor,
  where,
  zeros,
} from "../../mod.ts";
import type { Mul } from "../shape/arithmetic.ts";
import type { IsLiteral, UnknownRank } from "../shape/dim.ts";
import { type Show, showShape } from "../shape/fail.ts";
import { matmulShape } from "../shape/matmul.ts";
import { sameShape } from "../shape/same.ts";
import { type Input, type Layer, type LayerKind, makeLayer, type Name } from "./layer.ts";

/** The outputs `[…, T, H]` that a recurrent layer makes of a sequence `[…, T, I]`. */
export type Recurrent<S extends Shape, I extends Dim, H extends Dim, K extends string> =
  UnknownRank<S, K> extends true ? Shape
    : S extends readonly [] | readonly [unknown]
      ? Fail<`${K}: needs axes of steps and features, got ${Show<S, K>}`>
    : MatMul<S, [I, H], K>;

/** What is left of the outputs of a sequence, `[…, H]`, after its last step. */
export type AfterSteps<S extends Shape, I extends Dim, H extends Dim, K extends string> =
  UnknownRank<S, K> extends true ? Shape
    : S extends readonly [...infer B extends Shape, unknown, unknown]
      ? Recurrent<S, I, H, K> extends { readonly fail: infer M } ? Fail<M> : [...B, H]
    : Recurrent<S, I, H, K>;

/** The axes of a sequence without its features: one element for each step. */
export type StepsOf<S extends Shape, K extends string> = UnknownRank<S, K> extends true ? Shape
  : S extends readonly [...infer B extends Shape, unknown] ? B
  : Shape;

/** The run-time twin of {@linkcode Recurrent}. */
export function recurrentShape(name: string, x: Shape, inputs: Dim, size: Dim): number[] {
  if (x.length < 2) {
    throw new ShapeError(`${name}: needs axes of steps and features, got ${showShape(x)}`);
  }
  return matmulShape(x, [inputs, size], name);
}

/** The weights of a recurrent layer; those of its gates, if it has any, lie along an axis `G`. */
export interface RecurrentWeights<
  G extends Shape,
  I extends Dim,
  H extends Dim,
  D extends DType = "float32",
> {
  /** What inputs are multiplied with. */
  readonly weightIh: Tensor<[I, ...G, H], D>;
  /** What hidden states are multiplied with. */
  readonly weightHh: Tensor<[H, ...G, H], D>;
}

/** The parameters of a recurrent layer. */
export interface RecurrentParams<
  G extends Shape,
  I extends Dim,
  H extends Dim,
  D extends DType = "float32",
> extends RecurrentWeights<G, I, H, D> {
  /** What is added to the products of inputs. */
  readonly biasIh: Tensor<[...G, H], D>;
  /** What is added to the products of hidden states. */
  readonly biasHh: Tensor<[...G, H], D>;
}

/** The parameters of a recurrent layer, with biases or without: what its function takes. */
export type RecurrentArgument<G extends Shape, I extends Dim, H extends Dim, D extends DType> =
  & RecurrentWeights<G, I, H, D>
  & Partial<RecurrentParams<G, I, H, D>>;

/** The parameters of a recurrent layer with or without biases. */
export type RecurrentParamsOf<
  G extends Shape,
  I extends Dim,
  H extends Dim,
  D extends DType,
  Bias extends boolean,
> = Bias extends false ? RecurrentWeights<G, I, H, D> : RecurrentParams<G, I, H, D>;

/** How the parameters of a recurrent layer are made. */
export interface RecurrentInit<D extends FloatDType = FloatDType, Bias extends boolean = boolean> {
  /** The dtype of the parameters, `float32` unless given. */
  readonly dtype?: D;
  /** Whether there are biases; there are unless told. */
  readonly bias?: Bias;
}

/** How a recurrent layer goes through a sequence. */
export interface RecurrentOptions<S extends Shape, M extends Shape, K extends string> {
  /** Whether to start at the last step. Outputs stay in the places of their steps. */
  readonly reverse?: boolean;
  /**
   * Which steps `[…, T]` there are: one that is not leaves the state as it is, and its output is 0.
   * With the steps beyond each sequence's length masked, a batch gives what PyTorch gives for its
   * packed sequences.
   */
  readonly mask?: Arg<Same<StepsOf<S, K>, M, `${K}: mask`>, Tensor<M, "bool">>;
}

/** What a recurrent layer in a model puts out. */
export interface RecurrentLayerOptions<
  D extends FloatDType = FloatDType,
  Bias extends boolean = boolean,
  Last extends boolean = boolean,
  Both extends boolean = boolean,
> extends RecurrentInit<D, Bias> {
  /** Whether to put out only the last hidden state `[…, H]`, not one for each step `[…, T, H]`. */
  readonly last?: Last;
  /** Whether to start at the last step. */
  readonly reverse?: boolean;
  /**
   * Whether to go through the sequence in both directions, with parameters for each; the outputs lie
   * side by side: `[…, 2 H]`.
   */
  readonly bidirectional?: Both;
}

/** The parameters of a layer that goes through its input in both directions. */
export interface BidirectionalParams<P> {
  /** From the first step on. */
  readonly forward: P;
  /** From the last step on. */
  readonly backward: P;
}

/** The parameters of a recurrent layer in a model. */
export type Directions<P, Both extends boolean> = Both extends true ? BidirectionalParams<P> : P;

/** The features that a recurrent layer in a model puts out. */
export type Sided<H extends Dim, Both extends boolean, K> = Both extends true
  ? IsLiteral<H, K> extends true ? Twice<H> : number
  : H;

/** @internal */
type Twice<H extends Dim> = Mul<H, 2>;

/** The types of a recurrent layer in a model. */
export interface RecurrentLayer<
  Kind extends string,
  G extends Shape,
  I extends Dim,
  H extends Dim,
  D extends DType = "float32",
  Bias extends boolean = true,
  Last extends boolean = false,
  Both extends boolean = false,
> extends LayerKind<Kind, Directions<RecurrentParamsOf<G, I, H, D, Bias>, Both>> {
  /** Of `[…, T, I]`: `[…, T, H]`, or `[…, H]` of the last step; 2 H for both directions. */
  readonly output: Last extends true
    ? AfterSteps<Input<this>, I, Sided<H, Both, Name<this>>, Name<this>>
    : Recurrent<Input<this>, I, Sided<H, Both, Name<this>>, Name<this>>;
  /** The dtype that the input and the parameters share. */
  readonly dtype: Promote<this["given"], D>;
}

/** Makes a recurrent layer of these sizes. */
export type RecurrentOf<Kind extends string, G extends Shape, Extra = unknown> = <
  const I extends Dim,
  const H extends Dim,
  D extends FloatDType = "float32",
  Bias extends boolean = true,
  Last extends boolean = false,
  Both extends boolean = false,
>(
  inputs: I,
  size: H,
  options?: RecurrentLayerOptions<D, Bias, Last, Both> & Extra,
) => Layer<
  RecurrentLayer<Kind, G, I, H, NoInfer<D>, NoInfer<Bias>, NoInfer<Last>, NoInfer<Both>>
>;

/** Makes the parameters of a recurrent layer. */
export type InitRecurrent<G extends Shape> = <
  const I extends Dim,
  const H extends Dim,
  D extends FloatDType = "float32",
  Bias extends boolean = true,
>(
  key: random.Key,
  inputs: I,
  size: H,
  options?: RecurrentInit<D, Bias>,
) => RecurrentParamsOf<G, I, H, NoInfer<D>, NoInfer<Bias>>;

/** Parameters of any sizes. */
export interface AnyRecurrent {
  readonly weightIh: AnyTensor;
  readonly weightHh: AnyTensor;
  readonly biasIh?: AnyTensor;
  readonly biasHh?: AnyTensor;
}

/** A recurrence: what it keeps from one step to the next, the hidden state first. */
export interface Recurrence {
  /** The layer's name; messages begin with it. */
  readonly name: string;
  /** How many gates there are. */
  readonly gates: number;
  /** How many tensors `[…, H]` are kept. */
  readonly kept: number;
  /** The next state, of products of the input and of the hidden state, one `[…, H]` for each gate. */
  next(
    x: readonly AnyTensor[],
    h: readonly AnyTensor[],
    state: readonly AnyTensor[],
  ): readonly AnyTensor[];
}

/** A product for all gates at once, `[…, G H]`. */
function project(x: AnyTensor, weight: AnyTensor, bias: AnyTensor | undefined): AnyTensor {
  const [rows, ...columns] = weight.shape;
  const width = columns.reduce((a, b) => a * b, 1);
  const product = matmul(x, reshape(weight, [rows, width]));
  return bias === undefined ? product : add(product, reshape(bias, [width]));
}

/** The state after one step, of the input's products. */
function advance(
  { gates, next }: Recurrence,
  params: AnyRecurrent,
  x: AnyTensor,
  state: readonly AnyTensor[],
): readonly AnyTensor[] {
  const h = project(state[0], params.weightHh, params.biasHh);
  return next(split(x, gates, -1), split(h, gates, -1), state);
}

/** The state to begin with: the one that is given, or zeros. */
function begin(
  { name, kept }: Recurrence,
  shape: Shape,
  dtype: DType,
  given: readonly AnyTensor[] | undefined,
): readonly AnyTensor[] {
  if (given === undefined) return Array.from({ length: kept }, () => zeros(shape, dtype));
  for (const one of given) sameShape(`${name}: state`, shape, one.shape);
  return given;
}

/** The state after one step `[…, I]`. */
export function runCell(
  recurrence: Recurrence,
  params: AnyRecurrent,
  x: AnyTensor,
  given: readonly AnyTensor[] | undefined,
): readonly AnyTensor[] {
  const { shape: [inputs] } = params.weightIh;
  const { shape: [size] } = params.weightHh;
  const name = `${recurrence.name}Cell`;
  const shape = matmulShape(x.shape, [inputs, size], name);
  const products = project(x, params.weightIh, params.biasIh);
  const state = begin({ ...recurrence, name }, shape, products.dtype, given);
  return advance(recurrence, params, products, state);
}

/** The outputs `[…, T, H]` of a sequence `[…, T, I]`, and the state after it. */
export function runSequence(
  recurrence: Recurrence,
  params: AnyRecurrent,
  x: AnyTensor,
  given: readonly AnyTensor[] | undefined,
  { reverse = false, mask }: { reverse?: boolean; mask?: AnyTensor } = {},
): readonly [outputs: AnyTensor, state: readonly AnyTensor[]] {
  const { name } = recurrence;
  const shape = recurrentShape(name, x.shape, params.weightIh.shape[0], params.weightHh.shape[0]);
  // One large product for all steps rather than a small one in each.
  const products = project(x, params.weightIh, params.biasIh);
  const state = begin(recurrence, shape.toSpliced(-2, 1), products.dtype, given);
  const steps = { x: moveAxis(products, -2, 0), there: maskOf(name, mask, x.shape) };
  const [last, outputs] = scan(
    (before: readonly AnyTensor[], { x, there }: { x: AnyTensor; there: AnyTensor | null }) => {
      const after = advance(recurrence, params, x, before);
      if (there === null) return [after, after[0]];
      return [after.map((one, i) => where(there, one, before[i])), where(there, after[0], 0)];
    },
    state,
    steps as never,
    { reverse },
  ) as [readonly AnyTensor[], AnyTensor];
  return [moveAxis(outputs, 0, -2), last];
}

/** The mask by steps, `[T, …, 1]`. */
function maskOf(name: string, mask: AnyTensor | undefined, x: Shape): AnyTensor | null {
  if (mask === undefined) return null;
  if (mask.dtype !== "bool") throw new DTypeError(`${name}: mask: needs bool, got ${mask.dtype}`);
  sameShape(`${name}: mask`, x.slice(0, -1), mask.shape);
  return expandDims(moveAxis(mask, -1, 0), -1);
}

/** Parameters as PyTorch begins with them: all from the uniform distribution on ±1/√H. */
export function initRecurrent(
  key: random.Key,
  gates: Shape,
  inputs: Dim,
  size: Dim,
  { dtype = "float32", bias = true }: RecurrentInit = {},
): AnyRecurrent {
  const bound = 1 / Math.sqrt(size);
  const keys = random.split(key, 4);
  const draw = (i: number, shape: Shape): AnyTensor =>
    random.uniform(keys[i], shape, { minval: -bound, maxval: bound, dtype });
  return {
    weightIh: draw(0, [inputs, ...gates, size]),
    weightHh: draw(1, [size, ...gates, size]),
    ...(bias ? { biasIh: draw(2, [...gates, size]), biasHh: draw(3, [...gates, size]) } : {}),
  };
}

/** A layer for models. */
export function recurrentLayer(
  recurrence: Recurrence,
  gates: Shape,
  inputs: Dim,
  size: Dim,
  options: RecurrentLayerOptions = {},
): unknown {
  const { last = false, bidirectional = false, reverse = false } = options;
  const through = (params: unknown, x: AnyTensor, reverse: boolean) => {
    const [outputs, state] = runSequence(recurrence, params as AnyRecurrent, x, undefined, {
      reverse,
    });
    return last ? state[0] : outputs;
  };
  return makeLayer({
    name: recurrence.name,
    init: (key) => {
      const make = (key: random.Key) => initRecurrent(key, gates, inputs, size, options);
      if (!bidirectional) return make(key);
      const [forward, backward] = random.split(key);
      return { forward: make(forward), backward: make(backward) };
    },
    run: (params, x) => {
      if (!bidirectional) return [through(params, x, reverse), null];
      recurrentShape(recurrence.name, x.shape, inputs, 2 * size);
      const { forward, backward } = params as BidirectionalParams<unknown>;
      return [concat([through(forward, x, false), through(backward, x, true)], -1), null];
    },
  });
}
