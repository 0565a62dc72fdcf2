/**
 * A matrix as a panel: a coloured cell for each element, the first row on top.
 *
 * @module
 */
import type { Bars, Mark, Panel, Words } from "./chart.ts";
import { namesAxis } from "./names_axis.ts";
import { type ColorMap, colorMap, look, type Rgb } from "./palette.ts";
import { brightness, rasterOf, share } from "./raster.ts";

/** A matrix, and how it is drawn. */
export interface MatrixView {
  /** The elements in row-major order. */
  readonly values: readonly number[];
  readonly rows: number;
  readonly columns: number;
  readonly map: ColorMap;
  /** The elements that have the first and the last colour. */
  readonly range: readonly [number, number];
  /** What is written in each cell; nothing unless given. */
  readonly words?: readonly string[];
  readonly xNames?: readonly string[];
  readonly yNames?: readonly string[];
  readonly xLabel?: string;
  readonly yLabel?: string;
  readonly title?: string;
}

/** The panel of a matrix. */
export function matrixPanel(view: MatrixView): Panel {
  const { values, rows, columns, map, range, words } = view;
  const counted = (count: number): string[] => Array.from({ length: count }, (_, i) => `${i}`);
  const { xNames = counted(columns), yNames = counted(rows), xLabel, yLabel, title } = view;
  return {
    title,
    axes: true,
    ramp: words === undefined
      ? {
        low: figure(range[0]),
        high: figure(range[1]),
        raster: rasterOf(Array.from({ length: 48 }, (_, i) => i), 48, map, [0, 47]),
      }
      : undefined,
    x: namesAxis(xNames, xLabel),
    y: namesAxis([...yNames].reverse(), yLabel),
    marks: words === undefined
      ? [{
        mark: "pixels",
        x: [-0.5, columns - 0.5],
        y: [-0.5, rows - 0.5],
        raster: rasterOf(values, columns, map, range),
        smooth: false,
        shaded: true,
      }]
      : writtenCells(view, words),
    aspect: Math.min(3, Math.max(0.2, rows / columns)),
  };
}

/** A number in few characters. */
export function figure(value: number): string {
  return `${Number(value.toPrecision(3))}`;
}

/** Cells with something written in each, dark on light or light on dark. */
function writtenCells(
  { values, rows, columns, map, range: [low, high] }: MatrixView,
  words: readonly string[],
): readonly Mark[] {
  const color = colorMap(map);
  const places = values.map((value, i) => {
    const part = share(value, low, high);
    const ground: Rgb = Number.isNaN(part) ? [200, 200, 200] : color(part);
    const [x, y] = [i % columns, rows - 1 - Math.floor(i / columns)];
    return { x, y, ground };
  });
  const bars: Bars = {
    mark: "bars",
    along: "y",
    look: look(0),
    backdrop: true,
    bars: places.map(({ x, y, ground }) => ({
      x: [x - 0.5, x + 0.5],
      y: [y - 0.5, y + 0.5],
      color: `#${ground.map((part) => part.toString(16).padStart(2, "0")).join("")}`,
    })),
  };
  const written: Words = {
    mark: "words",
    align: "center",
    words: places.map(({ x, y, ground }, i) => ({
      x,
      y,
      text: words[i],
      color: brightness(ground) > 0.55 ? "#222222" : "#ffffff",
    })),
  };
  return [bars, written];
}
