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
export { DonationError } from "./src/tensor/storage.ts";
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
export {
  type Alike,
  geomspace,
  logspace,
  meshgrid,
  type MeshGridOptions,
} from "./src/functions/grids.ts";
export { assertShape, ensureShape, hasShape } from "./src/functions/assert_shape.ts";

// Element by element: arithmetic, functions of real numbers, comparison, logic.
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
  log10,
  log1p,
  log2,
  reciprocal,
  rsqrt,
  sigmoid,
  sign,
  sqrt,
  square,
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
export {
  copySign,
  deg2rad,
  exp2,
  heaviside,
  hypot,
  isFinite,
  isInf,
  logAddExp2,
  nanToNum,
  type NanToNumOptions,
  rad2deg,
} from "./src/functions/elementary.ts";
export {
  equal,
  greater,
  greaterEqual,
  less,
  lessEqual,
  notEqual,
  where,
} from "./src/primitives/compare.ts";
export { allClose, arrayEqual, type Closeness, isClose } from "./src/functions/closeness.ts";
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

// Special functions, and the ones that neither overflow nor lose digits.
export { i0, i0e, i1, i1e } from "./src/primitives/special/bessel.ts";
export { cbrt } from "./src/primitives/special/cbrt.ts";
export { erf, erfc, erfcx } from "./src/primitives/special/erf.ts";
export { erfInv } from "./src/primitives/special/erf_inv.ts";
export { lgamma } from "./src/primitives/special/lgamma.ts";
export { ndtri } from "./src/primitives/special/ndtri.ts";
export { digamma, polygamma } from "./src/primitives/special/polygamma.ts";
export { xlog1py, xlogy } from "./src/primitives/special/xlogy.ts";
export { beta, betaln, entr, gamma, logit, logNdtr, ndtr, sinc } from "./src/functions/special.ts";
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

// Along axes: many elements to one, and running results.
export { all, any, argmax, argmin, max, mean, min, prod, sum } from "./src/functions/reductions.ts";
export { std, variance } from "./src/functions/statistics.ts";
export {
  average,
  type AverageOptions,
  corrcoef,
  type CorrcoefOptions,
  countNonzero,
  cov,
  type CovOptions,
  nanMean,
  nanSum,
  ptp,
} from "./src/functions/averages.ts";
export {
  cumlogsumexp,
  cummax,
  cummin,
  cumprod,
  cumsum,
  type CumulativeOptions,
  diff,
} from "./src/functions/cumulative.ts";

// Shapes: the same elements in other places.
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
export { moveAxis, type Parts, split, swapAxes, unstack } from "./src/functions/parts.ts";
export { repeat, roll, tile } from "./src/functions/repetition.ts";
export { type Batch, diag, diagonal, trace, tril, triu } from "./src/functions/diagonals.ts";

// Indexing: reading and replacing at positions.
export { type IndexDType, oneHot, putAlong, take, takeAlong } from "./src/functions/indexing.ts";
export {
  addAt,
  type At,
  type AtIndex,
  getAt,
  maxAt,
  minAt,
  mulAt,
  type Positions,
  setAt,
  type UpdateAt,
} from "./src/functions/updating.ts";
export { segmentMax, segmentMin, segmentProd, segmentSum } from "./src/functions/segments.ts";
export {
  dynamicIndex,
  dynamicSlice,
  dynamicUpdateSlice,
  type Position,
  type StartsOf,
  type WindowStarts,
} from "./src/functions/dynamic.ts";

// Products.
export { cross, inner, kron, matmul, outer, tensordot, vdot } from "./src/functions/products.ts";
export { einsum, einsumPath } from "./src/functions/einsum.ts";
export type { EinsumPath, EinsumStep } from "./src/functions/contraction_path.ts";

// Windows: convolution and pooling.
export {
  conv1d,
  conv2d,
  conv3d,
  convTranspose1d,
  convTranspose2d,
  convTranspose3d,
} from "./src/functions/convolution.ts";
export { avgPool, maxPool, minPool, sumPool } from "./src/functions/windows.ts";

// Order: sorting, searching, counting, quantiles.
export {
  argsort,
  type SearchOptions,
  searchsorted,
  sort,
  type SortOptions,
  topK,
  type TopKResult,
} from "./src/functions/sorting.ts";
export {
  bincount,
  type BinEdgesOf,
  type BinsOf,
  digitize,
  type Histogram,
  histogram,
  type HistogramOptions,
} from "./src/functions/counting.ts";
export {
  median,
  percentile,
  quantile,
  type QuantileMethod,
  type QuantileOptions,
} from "./src/functions/quantiles.ts";

// Transformations: derivatives.
export { grad, valueAndGrad } from "./src/transforms/grad.ts";
export type {
  ByArgument,
  GradOptions,
  GradResult,
  Loss,
  ValueAndGradResult,
} from "./src/transforms/grad_types.ts";
export { vjp } from "./src/transforms/vjp.ts";
export { jvp, linearize } from "./src/transforms/jvp.ts";
export {
  hessian,
  hvp,
  jacfwd,
  type Jacobian,
  type JacobianOptions,
  jacrev,
} from "./src/transforms/jacobian.ts";
export { type CustomRule, customVjp } from "./src/transforms/custom_vjp.ts";
export { stopGradient } from "./src/primitives/math.ts";
export { checkpoint } from "./src/transforms/checkpoint.ts";

// Transformations: batches and compilation.
export { vmap, type VmapOptions, type Vmapped } from "./src/transforms/vmap.ts";
export type {
  AxisTree,
  LeadingDim,
  Sliced,
  WithAxis,
  WithoutAxis,
} from "./src/transforms/tree_types.ts";
export {
  jit,
  type JitOptions,
  type Jitted,
  traceCount,
  type TreeFunction,
} from "./src/transforms/jit.ts";
export { setThreads, threads } from "./src/engines/wasm/threads/team.ts";
export {
  evalShape,
  type ShapeDType,
  type ShapesOf,
  type TensorsOrShapes,
} from "./src/transforms/eval_shape.ts";

// Loops and choices.
export { scan, type ScanOptions, type Steps } from "./src/transforms/control/scan.ts";
export { foriLoop, type LoopBound, whileLoop } from "./src/transforms/control/while.ts";
export { cond, switchCase } from "./src/transforms/control/cond.ts";
export {
  associativeScan,
  type AssociativeScanOptions,
} from "./src/transforms/control/associative_scan.ts";

// Tapes: what a function does, and what it costs.
export { countEquations, makeTape, runTape } from "./src/transforms/make_tape.ts";
export { cost } from "./src/transforms/cost.ts";
export { Cost, type CostParts, type PrimitiveCost, tapeCost } from "./src/tape/cost.ts";
export {
  type BufferReport,
  type KernelParts,
  KernelReport,
  Lowered,
  type LoweredProgram,
} from "./src/tape/lowered.ts";
export { type KernelTime, Profile, profile } from "./src/transforms/profile.ts";
export { tapeToDot } from "./src/tape/dot.ts";
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
export { TraceError } from "./src/tape/recorder.ts";

// What a primitive is.
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

// Debugging.
export * as debug from "./src/debug/mod.ts";

// Randomness.
export * as random from "./src/random/mod.ts";

// Shapes and their rules as types.
export type { Dim, Exact, Mutable, Plain, Shape } from "./src/shape/dim.ts";
export { type Arg, type Fail, type Ok, ShapeError } from "./src/shape/fail.ts";
export type { AdaptivePool, GlobalPool } from "./src/shape/adaptive_pool.ts";
export type { Broadcast, Broadcast3, BroadcastTo } from "./src/shape/broadcast.ts";
export type { Bilinear } from "./src/shape/bilinear.ts";
export type { Channelled, Grouped } from "./src/shape/channels.ts";
export type { Concat } from "./src/shape/concat.ts";
export type {
  Conv1d,
  Conv2d,
  Conv3d,
  ConvNd,
  ConvOptions,
  Padding,
  PerAxis,
  WindowOptions,
} from "./src/shape/conv.ts";
export type {
  ConvKernel,
  ConvTransposeKernel,
  DepthwiseConv,
  DepthwiseKernel,
  DepthwiseOptions,
  KernelSize,
  SeparableConv,
} from "./src/shape/conv_kernel.ts";
export type { DynamicSlice, DynamicUpdateSlice, Starts } from "./src/shape/dynamic.ts";
export type {
  ConvTranspose1d,
  ConvTranspose2d,
  ConvTranspose3d,
  ConvTransposeNd,
  ConvTransposeOptions,
} from "./src/shape/conv_transpose.ts";
export type { Cumulative, Diff } from "./src/shape/cumulative.ts";
export type { Covariance } from "./src/shape/covariance.ts";
export type { Diag, Diagonal, Matrices } from "./src/shape/diagonal.ts";
export type { Einsum } from "./src/shape/einsum.ts";
export type { Indexing, MeshGrid } from "./src/shape/grid.ts";
export type { Kernel } from "./src/shape/kernel.ts";
export type { FromDims, LiteralDType, LiteralResult, LiteralShape } from "./src/shape/literal.ts";
export type { MatMul } from "./src/shape/matmul.ts";
export type { BinEdges, Bins, OneAxis, Quantile, TopK } from "./src/shape/order.ts";
export type { Pad, Widths } from "./src/shape/pad.ts";
export type { AvgPoolOptions, Pool, PoolOptions } from "./src/shape/pool.ts";
export type { MoveAxis, SwapAxes } from "./src/shape/permute.ts";
export type { Arange } from "./src/shape/range.ts";
export type { Positioned, Segments } from "./src/shape/positions.ts";
export type { Reduce } from "./src/shape/reduce.ts";
export type { Flatten, Reshape } from "./src/shape/reshape.ts";
export type { Same } from "./src/shape/same.ts";
export type { AxisIndex, Bound, Index, Slice } from "./src/shape/slice.ts";
export type { PerChannel } from "./src/shape/per_channel.ts";
export type { Halved, Split, Unstack } from "./src/shape/split.ts";
export type { ExpandDims, Squeeze } from "./src/shape/squeeze.ts";
export type { Stack } from "./src/shape/stack.ts";
export type { OneHot, Take, TakeAlong } from "./src/shape/take.ts";
export type { Cross, Inner, Pairs, TensorDot } from "./src/shape/tensordot.ts";
export type { Kron, Repeat, Tile } from "./src/shape/tile.ts";
export type { Trailing } from "./src/shape/trailing.ts";
export type { Transpose } from "./src/shape/transpose.ts";
