/**
 * What a chart is, as plain data: panels, each of two axes and marks, in the data's own units.
 *
 * @module
 */
import type { Look } from "./palette.ts";
import type { Raster } from "./raster.ts";

/** An axis of a panel. */
export interface Axis {
  /** The least and the greatest value. */
  readonly domain: readonly [number, number];
  /** Whether the axis may go on to the next round numbers. */
  readonly nice: boolean;
  /** Whether equal steps are equal amounts or equal factors. */
  readonly scale: "linear" | "log";
  /** What it is an axis of. */
  readonly label?: string;
  /** Whether only whole numbers are written on it. */
  readonly whole?: boolean;
  /** Names of the whole numbers from 0 on, to stand where they are instead of numbers. */
  readonly names?: readonly string[];
  /** Whether thin lines go through the panel at its ticks. */
  readonly grid: boolean;
}

/** A line through points; it is broken where one is NaN or infinite. */
export interface Line {
  readonly mark: "line";
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly look: Look;
  /** How thick, in pixels; 2 unless given. */
  readonly width?: number;
  /** Whether it is broken into dashes. */
  readonly dashed?: boolean;
  /** Whether it is drawn with few dots where there are only characters. */
  readonly faint?: boolean;
  /** Whether its glyph is put on it where there are no colours. */
  readonly glyphs?: boolean;
}

/** Points. */
export interface Points {
  readonly mark: "points";
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly look: Look;
  /** The area of each, in square pixels; 36 unless given. */
  readonly size?: number;
  /** Whether each is drawn as small as can be where there are only characters. */
  readonly dots?: boolean;
}

/** The area between two lines. */
export interface Band {
  readonly mark: "band";
  readonly x: readonly number[];
  readonly low: readonly number[];
  readonly high: readonly number[];
  readonly look: Look;
}

/** Rectangles. */
export interface Bars {
  readonly mark: "bars";
  readonly bars: readonly {
    readonly x: readonly [number, number];
    readonly y: readonly [number, number];
    /** Its own colour; the look's unless given. */
    readonly color?: string;
  }[];
  readonly look: Look;
  /** Which way they grow from where they begin. */
  readonly along: "x" | "y";
  /** Whether there is writing on them, so that nothing is drawn where there are no colours. */
  readonly backdrop?: boolean;
}

/** A straight line across the panel at one value. */
export interface Rule {
  readonly mark: "rule";
  readonly x?: number;
  readonly y?: number;
}

/** Words at places. */
export interface Words {
  readonly mark: "words";
  readonly words: readonly {
    readonly x: number;
    readonly y: number;
    readonly text: string;
    readonly color?: string;
  }[];
  readonly align: "left" | "center" | "right";
}

/** A picture of pixels stretched over a rectangle. */
export interface Pixels {
  readonly mark: "pixels";
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
  readonly raster: Raster;
  /** Whether colours run into each other between pixels. */
  readonly smooth: boolean;
  /** Whether it is drawn in shades rather than in dots where there are no colours. */
  readonly shaded: boolean;
}

/** Something drawn in a panel. */
export type Mark = Line | Points | Band | Bars | Rule | Words | Pixels;

/** A name of a series beside what it looks like. */
export interface LegendEntry {
  readonly name: string;
  readonly kind: "line" | "points";
  readonly look: Look;
}

/** What the colours of a panel's pixels mean: a row of colours between the numbers at its ends. */
export interface Ramp {
  readonly low: string;
  readonly high: string;
  readonly raster: Raster;
}

/** A rectangle with axes, in which marks are drawn in order. */
export interface Panel {
  readonly title?: string;
  readonly legend?: readonly LegendEntry[];
  readonly ramp?: Ramp;
  readonly x: Axis;
  readonly y: Axis;
  /** Whether axes are drawn. */
  readonly axes: boolean;
  readonly marks: readonly Mark[];
  /** How high the inside is for its width; it fills the chart's height unless given. */
  readonly aspect?: number;
}

/** Panels in rows, as wide as each other. */
export interface Chart {
  readonly title?: string;
  readonly panels: readonly Panel[];
  /** How many panels a row has. */
  readonly columns: number;
  /** The width of it all in pixels. */
  readonly width: number;
  /** The height of a panel in pixels with all that is around it. */
  readonly height: number;
}
