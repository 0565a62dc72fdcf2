/**
 * Pictures of data, training and models.
 *
 * @module
 */
export { type Drawing, Picture, type TextOptions } from "./picture.ts";
export { drawTape, type TapeDrawingOptions } from "./tape/draw_tape.ts";
export type { Direction } from "./tape/dot.ts";
