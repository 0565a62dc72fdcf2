/**
 * Every module that declares primitives: importing this one fills the registry.
 *
 * @module
 */
import "./arithmetic.ts";
import "./broadcast.ts";
import "./compare.ts";
import "./contraction.ts";
import "./convert.ts";
import "./convolution.ts";
import "./create.ts";
import "./cumulative.ts";
import "./dynamic.ts";
import "./indexing.ts";
import "./logic.ts";
import "./math.ts";
import "./movement.ts";
import "./reduce.ts";
import "./reshape.ts";
import "./rounding.ts";
import "./slice.ts";
import "./sort.ts";
import "./special.ts";
import "./trigonometry.ts";
import "./window.ts";
import "../debug/print.ts";
import "../random/threefry.ts";
import "../transforms/call.ts";
import "../transforms/control/cond_primitive.ts";
import "../transforms/control/scan_primitive.ts";
import "../transforms/control/while_primitive.ts";
import "../transforms/custom_vjp.ts";
