import { random, type Tensor } from "../../../mod.ts";
import { checkCount, checkSize, checkWhole, labelled } from "./points.ts";

/** Where blobs are, and how wide. */
export interface BlobsOptions<F extends number = number> {
  /** The centres, or how many to draw; 3 unless told. */
  readonly centers?: number | Tensor<[number, F]>;
  /** How many coordinates a point has, where centres are drawn; 2 unless told. */
  readonly nFeatures?: F;
  /** The standard deviation of all blobs, or of each; 1 unless told. */
  readonly clusterStd?: number | readonly number[];
  /** What the coordinates of drawn centres are between; -10 and 10 unless told. */
  readonly centerBox?: readonly [low: number, high: number];
}

/**
 * Points normally distributed around centres, each centre a class, in random order, as scikit-learn's
 * `make_blobs`. The centres have the same number of points each, or one more.
 *
 * @throws {RangeError} Where `n`, `centers` or `nFeatures` is not a whole number from 1 on, a
 * deviation is negative or there is not one for each centre, or the box has no inside.
 *
 * @example
 * ```ts
 * import { random, tensor } from "@katachi/katachi";
 * import { blobs } from "@katachi/katachi/data";
 *
 * blobs(random.key(0), 100, { centers: 4, nFeatures: 3 }).x.shape; // [100, 3]
 *
 * const centers = tensor([[-2, 0], [2, 0]]);
 * const { x, y } = blobs(random.key(0), 50, { centers, clusterStd: [0.5, 1] });
 * x.shape; // [50, 2]
 * y.sum().item(); // 25
 * ```
 */
export function blobs<const N extends number, const F extends number = 2>(
  key: random.Key,
  n: N,
  options: BlobsOptions<F> = {},
): { x: Tensor<[N, F]>; y: Tensor<[N], "int32"> } {
  checkCount("blobs", n);
  const [centerKey, orderKey, noiseKey] = random.split(key, 3);
  const { centers: [classes, features], places } = centersOf(centerKey, options);
  const deviation = deviationsOf(classes, options.clusterStd ?? 1);
  const order = random.permutation(orderKey, n as number).data;
  const noise = random.normal(noiseKey, [n, features]).data;
  const x = new Float32Array(n * features);
  const y = Int32Array.from(order, (i) => i % classes);
  for (let at = 0; at < x.length; at++) {
    const center = y[Math.floor(at / features)];
    x[at] = places[center * features + at % features] + deviation(center) * noise[at];
  }
  return labelled(n, [n, features as F], x, y);
}

function centersOf(
  key: random.Key,
  { centers = 3, nFeatures, centerBox: [low, high] = [-10, 10] }: BlobsOptions,
): { centers: readonly [classes: number, features: number]; places: Float32Array } {
  if (typeof centers !== "number") {
    const [classes, features] = centers.shape;
    if (nFeatures !== undefined && nFeatures !== features) {
      throw new RangeError(
        `blobs: nFeatures is ${nFeatures}, and the centers are [${centers.shape.join(", ")}]`,
      );
    }
    checkWhole("blobs", "the number of centers", classes);
    return { centers: [classes, features], places: centers.data };
  }
  const features = nFeatures ?? 2;
  checkWhole("blobs", "centers", centers);
  checkWhole("blobs", "nFeatures", features);
  if (!(low < high && high - low < Infinity)) {
    throw new RangeError(`blobs: centerBox goes from a low to a high, got [${low}, ${high}]`);
  }
  const drawn = random.uniform(key, [centers, features], { minval: low, maxval: high });
  return { centers: [centers, features], places: drawn.data };
}

function deviationsOf(
  classes: number,
  deviations: number | readonly number[],
): (center: number) => number {
  if (typeof deviations === "number") {
    checkSize("blobs", "clusterStd", deviations);
    return () => deviations;
  }
  deviations.forEach((deviation) => checkSize("blobs", "clusterStd", deviation));
  if (deviations.length !== classes) {
    throw new RangeError(
      `blobs: ${classes} centers need ${classes} of clusterStd, got ${deviations.length}`,
    );
  }
  return (center) => deviations[center];
}
