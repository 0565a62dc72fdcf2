import { random } from "../../../mod.ts";
import { type ColorImages, pixels } from "../color_images.ts";
import { checkCount, checkSize, labelled, type NoiseOptions } from "./points.ts";
import { shapes } from "./shapes.ts";

/** The side of a picture in pixels. */
const side = 32;
/** How many random numbers a picture takes, beside the noise. */
const size = 21;

/** What {@linkcode tinyImages} show, by label: five shapes, each plain and striped. */
export const tinyImageClasses: readonly string[] = Object.freeze(
  ["plain", "striped"].flatMap((texture) => shapes.map(([shape]) => `${texture} ${shape}`)),
);

/**
 * Small pictures in the layout of CIFAR, to learn from where the real ones are not at hand: a shape
 * somewhere before a background of two colours that run into one another. Shape and texture are the
 * class ({@linkcode tinyImageClasses}); place, size, angle and all colours are random and tell
 * nothing, so that no single pixel does. All classes are as frequent, up to one.
 *
 * @param options `noise`: the standard deviation of the normal noise on every pixel, whose values
 * are from 0 to 1; 0.03 unless told.
 * @throws {RangeError} Where `n` is not a whole number from 1 on, or the noise is negative.
 *
 * @example
 * ```ts
 * import { random } from "@katachi/katachi";
 * import { cifarRecords, encodeCifar10, tinyImages } from "@katachi/katachi/data";
 *
 * const images = tinyImages(random.key(0), 20);
 * images.x.shape; // [20, 3, 32, 32]
 * encodeCifar10(cifarRecords(images)).length; // 61460
 * ```
 */
export function tinyImages<const N extends number>(
  key: random.Key,
  n: N,
  { noise = 0.03 }: NoiseOptions = {},
): ColorImages<N> {
  checkCount("tinyImages", n);
  checkSize("tinyImages", "noise", noise);
  const [orderKey, formKey, noiseKey] = random.split(key, 3);
  const classes = tinyImageClasses.length;
  const labels = Int32Array.from(
    random.permutation(orderKey, n as number).data,
    (i) => i % classes,
  );
  const forms = random.uniform(formKey, [n, size]).data;
  const values = new Float32Array(n * pixels);
  labels.forEach((label, i) => {
    const picture = values.subarray(i * pixels, (i + 1) * pixels);
    draw(picture, label, forms.subarray(i * size, (i + 1) * size));
  });
  if (noise > 0) {
    const grain = random.normal(noiseKey, [values.length]).data;
    for (let i = 0; i < values.length; i++) values[i] += noise * grain[i];
  }
  for (let i = 0; i < values.length; i++) values[i] = Math.min(1, Math.max(0, values[i]));
  return labelled(n, [n, 3, side, side] as const, values, labels);
}

function draw(picture: Float32Array, label: number, form: Float32Array): void {
  const distance = shapes[label % shapes.length][1];
  const striped = label >= shapes.length;
  const radius = 7 + 4 * form[0];
  const [centerX, centerY] = [1, 2].map((at) => radius + (side - 1 - 2 * radius) * form[at]);
  const turned = axes(2 * Math.PI * form[3]);
  const stripes = axes(2 * Math.PI * form[4]);
  const phase = 2 * Math.PI * form[5];
  const sky = axes(2 * Math.PI * form[6]);
  // The shape stands out: it is lighter than what is behind it, or darker, and so are its stripes.
  const lift = form[7] < 0.5 ? 1 : -1;
  const color = (lightness: number, at: number) =>
    tinted(0.5 + lift * lightness, form.subarray(at, at + 3));
  const [near, far] = [color(-0.3, 8), color(-0.1, 11)];
  const [pale, strong] = [color(0.12, 14), color(0.42, 17)];
  const [fill, stripe] = form[20] < 0.5 ? [pale, strong] : [strong, pale];
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const [x, y] = [column - centerX, row - centerY];
      const across = (column - 15.5) * sky.cos + (row - 15.5) * sky.sin;
      const toFar = Math.min(1, Math.max(0, 0.5 + across / 36));
      const u = (x * turned.cos + y * turned.sin) / radius;
      const v = (y * turned.cos - x * turned.sin) / radius;
      // One pixel of soft edge.
      const cover = Math.min(1, Math.max(0, 0.5 - radius * distance(u, v)));
      const wave = Math.sin((x * stripes.cos + y * stripes.sin) * 2 * Math.PI / 4.5 + phase);
      const mix = striped ? Math.min(1, Math.max(0, 0.5 + 1.5 * wave)) : 0;
      for (let c = 0; c < 3; c++) {
        const ground = near[c] + toFar * (far[c] - near[c]);
        const paint = fill[c] + mix * (stripe[c] - fill[c]);
        picture[(c * side + row) * side + column] = ground + cover * (paint - ground);
      }
    }
  }
}

function axes(angle: number): { cos: number; sin: number } {
  return { cos: Math.cos(angle), sin: Math.sin(angle) };
}

/** A colour of so much lightness on average. */
function tinted(lightness: number, color: Float32Array): readonly number[] {
  const average = (color[0] + color[1] + color[2]) / 3;
  return Array.from(color, (value) => lightness + 0.6 * (value - average));
}
