/**
 * The colours and shapes that tell series apart.
 *
 * @module
 */
import { scheme } from "vega";

/**
 * Eight colours that the colour-blind tell apart too (Okabe and Ito, "Color Universal Design", 2008),
 * with a brown for the black and without the yellow, each hard to see on a ground of its kind.
 */
const colors = [
  "#0072b2",
  "#d55e00",
  "#009e73",
  "#cc79a7",
  "#e69f00",
  "#56b4e9",
  "#6b6b6b",
  "#8a5a2b",
] as const;

/** Vega's names of the shapes. */
const shapes = [
  "circle",
  "square",
  "triangle-up",
  "diamond",
  "cross",
  "triangle-down",
  "triangle-right",
  "triangle-left",
] as const;

/** The characters that stand for them in a terminal, where a shape is all that tells two apart. */
const glyphs = ["●", "○", "▲", "+", "×", "◆", "□", "▽"] as const;

/** How a series looks. */
export interface Look {
  /** A colour, as `#rrggbb`. */
  readonly color: string;
  /** A shape, by Vega's name. */
  readonly shape: string;
  /** A character. */
  readonly glyph: string;
}

/** How the series of a number looks; from the ninth on the looks come again. */
export function look(series: number): Look {
  const i = series % colors.length;
  return { color: colors[i], shape: shapes[i], glyph: glyphs[i] };
}

/** What is neither data nor frame, as `#rrggbb`. */
export const ink = { text: "#333333", quiet: "#767676", line: "#9a9a9a", grid: "#ececec" } as const;

/** A colour as its red, green and blue, each from 0 to 255. */
export type Rgb = readonly [red: number, green: number, blue: number];

/** The colour that is written as `#rrggbb` or `rgb(r, g, b)`. */
export function rgb(color: string): Rgb {
  const hex = /^#(..)(..)(..)$/.exec(color)?.slice(1).map((digits) => parseInt(digits, 16));
  const [red = 0, green = 0, blue = 0] = hex ?? color.match(/\d+/g)?.map(Number) ?? [];
  return [red, green, blue];
}

/** A colour mixed with white; all of it where `share` is 1. */
export function tint(color: Rgb, share: number): Rgb {
  const [red, green, blue] = color.map((part) => Math.round(255 + (part - 255) * share));
  return [red, green, blue];
}

/** The names of the colour maps: dark to bright, white to blue, blue over white to red, and grey. */
export type ColorMap = "viridis" | "blues" | "redblue" | "grey";

/** The colour map of a name, a function of a number from 0 to 1. */
export function colorMap(name: ColorMap): (share: number) => Rgb {
  if (name === "grey") {
    return (share) => {
      const part = Math.round(255 * share);
      return [part, part, part];
    };
  }
  const interpolate = scheme(name === "redblue" ? "redblue" : name) as (share: number) => string;
  if (name === "redblue") return (share) => rgb(interpolate(1 - share));
  if (name === "blues") {
    // Vega's begins with a light blue; ours with white.
    return (share) => {
      const color = rgb(interpolate(share));
      return share < 0.2 ? tint(color, share / 0.2) : color;
    };
  }
  return (share) => rgb(interpolate(share));
}
