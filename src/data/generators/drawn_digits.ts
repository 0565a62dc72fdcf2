import { random } from "../../../mod.ts";
import { type Digits, digits, type DigitsOptions } from "../mnist.ts";
import { checkCount, checkSize } from "./points.ts";
import { type Stroke, strokes } from "./strokes.ts";

/** The side of a picture in pixels. */
const side = 28;
/** How many straight pieces a pen's way from point to point is drawn in. */
const pieces = 4;
/** Random numbers for a digit as a whole, and then two for each point that the pen goes through. */
const [whole, points] = [9, 16];

/** How digits are drawn and laid out. */
export interface DrawnDigitsOptions<F extends boolean = boolean> extends DigitsOptions<F> {
  /** The standard deviation of the normal noise on every grey level; 0.1 unless told. */
  readonly noise?: number;
}

/**
 * Digits drawn by the program in the layout of MNIST, to learn from where the real ones are not at
 * hand. Each is written with a pen that goes in one of two ways through points that tremble; it is
 * shifted, turned, slanted, stretched, thick or thin, and dark or pale at random. All digits are as
 * frequent, up to one.
 *
 * @throws {RangeError} Where `n` is not a whole number from 1 on, or the noise is negative.
 *
 * @example
 * ```ts
 * import { random } from "@katachi/katachi";
 * import { drawnDigits } from "@katachi/katachi/data";
 *
 * const { x, y } = drawnDigits(random.key(0), 100);
 * x.shape; // [100, 28, 28]
 * y.sum().item(); // 450: ten of each digit
 * drawnDigits(random.key(0), 100, { flatten: true }).x.shape; // [100, 784]
 * ```
 */
export function drawnDigits<const N extends number, const F extends boolean = false>(
  key: random.Key,
  n: N,
  options: DrawnDigitsOptions<F> = {},
): Digits<N, F> {
  const { noise = 0.1 } = options;
  checkCount("drawnDigits", n);
  checkSize("drawnDigits", "noise", noise);
  const [orderKey, formKey, noiseKey] = random.split(key, 3);
  const labels = Int32Array.from(random.permutation(orderKey, n as number).data, (i) => i % 10);
  const size = whole + 2 * points;
  const forms = random.normal(formKey, [n, size]).data;
  const pixels = new Float32Array(n * side * side);
  labels.forEach((label, i) => {
    const picture = pixels.subarray(i * side * side, (i + 1) * side * side);
    draw(picture, label, forms.subarray(i * size, (i + 1) * size));
  });
  if (noise > 0) {
    const grain = random.normal(noiseKey, [pixels.length]).data;
    for (let i = 0; i < pixels.length; i++) {
      pixels[i] = Math.min(1, Math.max(0, pixels[i] + noise * grain[i]));
    }
  }
  return digits<N, F>(pixels, labels, options);
}

/** Within two standard deviations. */
const bounded = (value: number) => Math.min(2, Math.max(-2, value));

function draw(picture: Float32Array, label: number, form: Float32Array): void {
  const [right, down, wide, tall, slant, turn, thick, dark] = form.subarray(0, whole).map(bounded);
  const way = strokes[label][form[whole - 1] > 0 ? 1 : 0];
  const [cos, sin] = [Math.cos(0.13 * turn), Math.sin(0.13 * turn)];
  const radius = 1.25 + 0.25 * thick;
  const ink = 0.9 + 0.05 * dark;
  // From the pen's coordinates to pixels: stretched, slanted, turned, shifted.
  const place = ([x, y]: readonly [number, number]): [number, number] => {
    const v = (9 + 0.6 * tall) * y;
    const u = (9.5 + 1.1 * wide) * x - (0.12 + 0.14 * slant) * v;
    return [13.5 + 0.9 * right + cos * u - sin * v, 13.5 + 0.9 * down + sin * u + cos * v];
  };
  let at = 0;
  const trembled = new Map<string, readonly [number, number]>();
  for (const stroke of way) {
    const path = curve(stroke.map((point) => {
      // Strokes that meet, meet where the pen was.
      const known = trembled.get(`${point}`);
      if (known !== undefined) return known;
      const [x, y] = [0, 1].map((axis) => {
        return point[axis] + 0.075 * bounded(form[whole + (2 * at + axis) % (2 * points)]);
      });
      at++;
      const moved = place([x, y]);
      trembled.set(`${point}`, moved);
      return moved;
    }));
    for (let i = 1; i < path.length; i++) segment(picture, path[i - 1], path[i], radius, ink);
  }
}

/** Straight pieces along the smooth curve through points (Catmull and Rom, 1974). */
function curve(through: Stroke): Stroke {
  const path: (readonly [number, number])[] = [through[0]];
  for (let i = 1; i < through.length; i++) {
    const [b, c] = [through[i - 1], through[i]];
    const [a, d] = [through[i - 2] ?? b, through[i + 1] ?? c];
    for (let piece = 1; piece <= pieces; piece++) {
      const t = piece / pieces;
      const at = (axis: 0 | 1) =>
        b[axis] + t / 2 * (c[axis] - a[axis] +
            t * (2 * a[axis] - 5 * b[axis] + 4 * c[axis] - d[axis] +
                t * (3 * (b[axis] - c[axis]) + d[axis] - a[axis])));
      path.push([at(0), at(1)]);
    }
  }
  return path;
}

/** Inks the pixels around a straight piece, with an edge one pixel soft. */
function segment(
  picture: Float32Array,
  [x0, y0]: readonly [number, number],
  [x1, y1]: readonly [number, number],
  radius: number,
  ink: number,
): void {
  const reach = radius + 0.5;
  const [dx, dy] = [x1 - x0, y1 - y0];
  const squared = dx * dx + dy * dy;
  const [top, bottom] = range(y0, y1, reach);
  const [left, right] = range(x0, x1, reach);
  for (let y = top; y <= bottom; y++) {
    for (let x = left; x <= right; x++) {
      const along = squared === 0 ? 0 : ((x - x0) * dx + (y - y0) * dy) / squared;
      const t = Math.min(1, Math.max(0, along));
      const [u, v] = [x - x0 - t * dx, y - y0 - t * dy];
      const level = ink * Math.min(1, reach - Math.sqrt(u * u + v * v));
      const pixel = side * y + x;
      if (level > picture[pixel]) picture[pixel] = level;
    }
  }
}

/** The pixels within reach, of those there are. */
function range(a: number, b: number, reach: number): readonly [first: number, last: number] {
  return [
    Math.max(0, Math.ceil(Math.min(a, b) - reach)),
    Math.min(side - 1, Math.floor(Math.max(a, b) + reach)),
  ];
}
