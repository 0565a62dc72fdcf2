import { random } from "../../../mod.ts";
import { checkCount, checkWhole, type NoiseOptions, type Points, scatter } from "./points.ts";

/**
 * Points all over the square from -1 to 1, and the colour of the field that each is on: class 0 in
 * the lower left corner.
 *
 * @param options `fields`: how many there are along a side; 4 unless told. The noise moves a point
 * away from where it took its class.
 * @throws {RangeError} Where `n` or `fields` is not a whole number from 1 on, or the noise is
 * negative.
 *
 * @example
 * ```ts
 * import { random } from "@katachi/katachi";
 * import { checkerboard } from "@katachi/katachi/data";
 *
 * const { x, y } = checkerboard(random.key(0), 1000, { fields: 2 });
 * const [[across, up]] = x.toArray();
 * y.toArray()[0] === (across > 0 === up > 0 ? 0 : 1); // true
 * ```
 */
export function checkerboard<const N extends number>(
  key: random.Key,
  n: N,
  { noise = 0, fields = 4 }: NoiseOptions & { readonly fields?: number } = {},
): Points<N> {
  checkCount("checkerboard", n);
  checkWhole("checkerboard", "fields", fields);
  const [placeKey, scatterKey] = random.split(key);
  const places = random.uniform(placeKey, [n, 2], { minval: -1 }).data;
  const field = (place: number) => Math.floor((place + 1) / 2 * fields);
  return scatter("checkerboard", scatterKey, n, noise, (i) => {
    const [across, up] = places.subarray(2 * i, 2 * i + 2);
    return [across, up, (field(across) + field(up)) % 2];
  });
}
