/**
 * Every module that declares primitives: importing this one fills the registry.
 *
 * @module
 */
import "../src/primitives/arithmetic.ts";
import "../src/primitives/broadcast.ts";
import "../src/primitives/compare.ts";
import "../src/primitives/contraction.ts";
import "../src/primitives/convert.ts";
import "../src/primitives/convolution.ts";
import "../src/primitives/create.ts";
import "../src/primitives/cumulative.ts";
import "../src/primitives/dynamic.ts";
import "../src/primitives/indexing.ts";
import "../src/primitives/linear_algebra/cholesky.ts";
import "../src/primitives/linear_algebra/det.ts";
import "../src/primitives/linear_algebra/eigh.ts";
import "../src/primitives/linear_algebra/lu.ts";
import "../src/primitives/linear_algebra/pinv.ts";
import "../src/primitives/linear_algebra/qr.ts";
import "../src/primitives/linear_algebra/svd.ts";
import "../src/primitives/linear_algebra/triangular_solve.ts";
import "../src/primitives/logic.ts";
import "../src/primitives/math.ts";
import "../src/primitives/movement.ts";
import "../src/primitives/reduce.ts";
import "../src/primitives/reshape.ts";
import "../src/primitives/rounding.ts";
import "../src/primitives/slice.ts";
import "../src/primitives/sort.ts";
import "../src/primitives/special/bessel.ts";
import "../src/primitives/special/cbrt.ts";
import "../src/primitives/special/erf.ts";
import "../src/primitives/special/erf_inv.ts";
import "../src/primitives/special/lgamma.ts";
import "../src/primitives/special/ndtri.ts";
import "../src/primitives/special/polygamma.ts";
import "../src/primitives/special/xlogy.ts";
import "../src/primitives/trigonometry.ts";
import "../src/primitives/window.ts";
import "../src/debug/print.ts";
import "../src/random/threefry.ts";
import "../src/transforms/call.ts";
import "../src/transforms/control/cond_primitive.ts";
import "../src/transforms/control/scan_primitive.ts";
import "../src/transforms/control/while_primitive.ts";
import "../src/transforms/custom_vjp.ts";
