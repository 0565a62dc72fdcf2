/**
 * Linear algebra.
 *
 * @module
 */
import "../primitives/linear_algebra/cholesky.ts";
import "../primitives/linear_algebra/det.ts";
import "../primitives/linear_algebra/eigh.ts";
import "../primitives/linear_algebra/pinv.ts";
import "../primitives/linear_algebra/qr.ts";
