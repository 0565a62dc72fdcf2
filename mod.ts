/**
 * Katachi: functional deep learning with static shapes.
 *
 * Models are pure functions over immutable tensors whose shapes the compiler knows; gradients are
 * program transformations of a tape.
 *
 * @example
 * ```ts
 * import { grad, matmul, ones, type Tensor, tanh, tensor } from "@katachi/katachi";
 *
 * const x = tensor([[0, 0], [0, 1], [1, 0], [1, 1]]); // Tensor<[4, 2]>
 * const loss = (w: Tensor<[2, 3]>) => tanh(matmul(x, w)).square().mean();
 * grad(loss)(ones([2, 3])).shape; // [2, 3]
 * ```
 *
 * @module
 */
import "./src/engines/default.ts";
import "./src/functions/methods.ts";

// Tensors and their making.
export type {
  AnyNested,
  AnyTensor,
  CommonDType,
  DTypeOf,
  Nested,
  Operand,
  ShapeOf,
  Tensor,
} from "./src/tensor/tensor.ts";
export type { Axes, KeepDims, TensorMethods } from "./src/tensor/methods.ts";
export {
  type DType,
  DTypeError,
  type Element,
  type FloatDType,
  type Floating,
  type Promote,
  type Summed,
  type TypedArray,
} from "./src/tensor/dtype.ts";
export { KatachiError } from "./src/errors.ts";
export { TreeError, treeLeaves, treeMap } from "./src/tensor/tree.ts";
export {
  arange,
  type BufferDType,
  eye,
  fromBuffer,
  full,
  linspace,
  ones,
  onesLike,
  tensor,
  zeros,
  zerosLike,
} from "./src/primitives/create.ts";
export { assertShape, ensureShape, hasShape } from "./src/functions/assert_shape.ts";

// Element by element.
export {
  add,
  atan2,
  div,
  floorDivide,
  log,
  maximum,
  minimum,
  mod,
  mul,
  neg,
  pow,
  rem,
  sub,
} from "./src/primitives/arithmetic.ts";
export {
  abs,
  exp,
  expm1,
  log1p,
  log2,
  reciprocal,
  rsqrt,
  sigmoid,
  sign,
  sqrt,
  square,
  stopGradient,
} from "./src/primitives/math.ts";
export {
  acos,
  acosh,
  asin,
  asinh,
  atan,
  atanh,
  cos,
  cosh,
  sin,
  sinh,
  tan,
  tanh,
} from "./src/primitives/trigonometry.ts";
export { ceil, floor, round, trunc } from "./src/primitives/rounding.ts";
export { erfInv } from "./src/primitives/special.ts";
export {
  equal,
  greater,
  greaterEqual,
  less,
  lessEqual,
  notEqual,
  where,
} from "./src/primitives/compare.ts";
export {
  bitwiseAnd,
  bitwiseNot,
  bitwiseOr,
  bitwiseXor,
  isNaN,
  logicalAnd,
  logicalNot,
  logicalOr,
  logicalXor,
  shiftLeft,
  shiftRight,
} from "./src/primitives/logic.ts";
export type {
  Binary,
  Comparison,
  Predicate,
  RealBinary,
  RealUnary,
  SameUnary,
  Where,
} from "./src/primitives/signatures.ts";
export {
  clip,
  logAddExp,
  logSigmoid,
  logSoftmax,
  logSumExp,
  norm,
  softmax,
  softplus,
} from "./src/functions/stable.ts";

// Along axes.
export { all, any, argmax, argmin, max, mean, min, prod, sum } from "./src/functions/reductions.ts";
export { std, variance } from "./src/functions/statistics.ts";
export {
  astype,
  broadcastTo,
  expandDims,
  flatten,
  flip,
  pad,
  reshape,
  slice,
  squeeze,
  transpose,
} from "./src/functions/shapes.ts";
export { concat, type Shapes, stack } from "./src/functions/joining.ts";
export { type IndexDType, oneHot, take, takeAlong } from "./src/functions/indexing.ts";
export { einsum, matmul, outer } from "./src/functions/products.ts";
export { avgPool, conv1d, conv2d, maxPool } from "./src/functions/windows.ts";

// Transformations.
export { grad, valueAndGrad } from "./src/transforms/grad.ts";
export type {
  ByArgument,
  GradOptions,
  GradResult,
  Loss,
  ValueAndGradResult,
} from "./src/transforms/grad_types.ts";
export {
  hessian,
  hvp,
  jacfwd,
  type Jacobian,
  type JacobianOptions,
  jacrev,
} from "./src/transforms/jacobian.ts";
export { checkpoint } from "./src/transforms/checkpoint.ts";
export { type CustomRule, customVjp } from "./src/transforms/custom_vjp.ts";
export {
  evalShape,
  type ShapeDType,
  type ShapesOf,
  type TensorsOrShapes,
} from "./src/transforms/eval_shape.ts";
export { scan, type ScanOptions, type Steps } from "./src/transforms/control/scan.ts";
export {
  associativeScan,
  type AssociativeScanOptions,
} from "./src/transforms/control/associative_scan.ts";
export { cond, switchCase } from "./src/transforms/control/cond.ts";
export { foriLoop, type LoopBound, whileLoop } from "./src/transforms/control/while.ts";
export { jvp, linearize } from "./src/transforms/jvp.ts";
export { vjp } from "./src/transforms/vjp.ts";
export { vmap, type VmapOptions, type Vmapped } from "./src/transforms/vmap.ts";
export type {
  AxisTree,
  LeadingDim,
  Sliced,
  WithAxis,
  WithoutAxis,
} from "./src/transforms/tree_types.ts";
export { jit, type JitOptions, traceCount, type TreeFunction } from "./src/transforms/jit.ts";
export { cost } from "./src/transforms/cost.ts";
export { Cost, type CostParts, type PrimitiveCost, tapeCost } from "./src/tape/cost.ts";
export { tapeToDot } from "./src/tape/dot.ts";
export { countEquations, makeTape, runTape } from "./src/transforms/make_tape.ts";
export {
  type Abstract,
  type Atom,
  type Constant,
  type Equation,
  type Literal,
  Tape,
  type TapeParts,
  type Variable,
} from "./src/tape/tape.ts";
export type { Source } from "./src/tape/source.ts";
export type {
  Augmented,
  BatchContext,
  Batching,
  Elements,
  Execute,
  Meaning,
  NotDifferentiable,
  Params,
  PartlyBatched,
  Primitive,
  Pruned,
  VjpContext,
  VjpRule,
} from "./src/tape/primitive.ts";
export type { Draw, OperandSample, Sample, Sampler } from "./src/tape/sample.ts";
export type { Scalar, ScalarFunction } from "./src/tape/scalar.ts";
export { TraceError } from "./src/tape/recorder.ts";

// Debugging.
export * as debug from "./src/debug/mod.ts";

// Randomness.
export * as random from "./src/random/mod.ts";

// Shapes and their rules.
export type { Dim, Exact, Mutable, Plain, Shape } from "./src/shape/dim.ts";
export { type Arg, type Fail, type Ok, ShapeError } from "./src/shape/fail.ts";
export type { Broadcast, Broadcast3, BroadcastTo } from "./src/shape/broadcast.ts";
export type { Concat } from "./src/shape/concat.ts";
export type {
  Conv1d,
  Conv2d,
  ConvOptions,
  Padding,
  PerAxis,
  WindowOptions,
} from "./src/shape/conv.ts";
export type { Einsum } from "./src/shape/einsum.ts";
export type { FromDims, LiteralDType, LiteralResult, LiteralShape } from "./src/shape/literal.ts";
export type { MatMul } from "./src/shape/matmul.ts";
export type { Pad, Widths } from "./src/shape/pad.ts";
export type { Pool, PoolOptions } from "./src/shape/pool.ts";
export type { Arange } from "./src/shape/range.ts";
export type { Reduce } from "./src/shape/reduce.ts";
export type { Flatten, Reshape } from "./src/shape/reshape.ts";
export type { Same } from "./src/shape/same.ts";
export type { AxisIndex, Bound, Index, Slice } from "./src/shape/slice.ts";
export type { ExpandDims, Squeeze } from "./src/shape/squeeze.ts";
export type { Stack } from "./src/shape/stack.ts";
export type { OneHot, Take, TakeAlong } from "./src/shape/take.ts";
export type { Transpose } from "./src/shape/transpose.ts";
