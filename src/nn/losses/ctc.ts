/**
 * Connectionist temporal classification.
 *
 * @module
 */
import {
  add,
  type AnyTensor,
  arange,
  type Arg,
  broadcastTo,
  concat,
  div,
  type DType,
  equal,
  exp,
  expandDims,
  type Floating,
  full,
  less,
  log,
  logicalAnd,
  logicalOr,
  logSoftmax,
  max,
  maximum,
  mean,
  neg,
  notEqual,
  pad,
  reshape,
  scan,
  type Shape,
  slice,
  squeeze,
  stack,
  stopGradient,
  sub,
  sum,
  takeAlong,
  type Tensor,
  transpose,
  where,
} from "../../../mod.ts";
import type { IndexDType } from "../../functions/indexing.ts";
import { type CtcLengths, ctcShapes, type CtcTargets } from "../class_targets.ts";
import { type LossOptions, type Reduced, reduced, type Reduction } from "./reduction.ts";

/** How {@linkcode ctcLoss} counts. */
export interface CtcOptions<R extends Reduction = Reduction> extends LossOptions<R> {
  /** The class that stands for no label; 0 unless given. */
  readonly blank?: number;
  /** Whether sequences that are too short for their labels count 0, not infinity; not unless told. */
  readonly zeroInfinity?: boolean;
}
