/**
 * Pictures of data, training and models.
 *
 * @module
 */
export { type Drawing, Picture, type TextOptions } from "./picture.ts";
