/**
 * Pictures of data, training and models.
 *
 * Every function gives a {@linkcode Picture}: SVG, text for a terminal, and inline in a notebook.
 * Charts are laid out by Vega, one description for all of these; graphs by Graphviz.
 *
 * @module
 */
export type { AxesOptions, ChartOptions } from "./axes.ts";
export { type BandData, bandPlot } from "./band_plot.ts";
export { barPlot, type BarPlotOptions } from "./bar_plot.ts";
export { beside, type BesideOptions } from "./beside.ts";
export { confusionMatrixPlot, type ConfusionMatrixPlotOptions } from "./confusion_matrix_plot.ts";
export { contourPlot, type ContourPlotOptions, type Levels, type Surface } from "./contour_plot.ts";
export {
  type Classifier,
  decisionBoundary,
  type DecisionBoundaryOptions,
} from "./decision_boundary.ts";
export { filterNormalizedDirection } from "./filter_direction.ts";
export { filterGrid } from "./filter_grid.ts";
export { type Curve, functionPlot, type FunctionPlotOptions } from "./function_plot.ts";
export { heatmap, type HeatmapOptions } from "./heatmap.ts";
export { histograms, type HistogramsOptions } from "./histograms.ts";
export { imageGrid, type ImageGridOptions, type Images } from "./image_grid.ts";
export {
  learningCurves,
  type LearningCurvesOptions,
  type Losses,
  type TrainingHistory,
} from "./learning_curves.ts";
export { type LineData, linePlot } from "./line_plot.ts";
export {
  lossLandscape,
  type LossLandscapeOptions,
  type LossSurface,
  lossSurface,
  type LossSurfaceOptions,
} from "./loss_landscape.ts";
export type { Numbers } from "./numbers.ts";
export { optimizerPaths } from "./optimizer_paths.ts";
export type { ColorMap } from "./palette.ts";
export { type Drawing, Picture, type TextOptions } from "./picture.ts";
export type { PlaneOptions } from "./plane.ts";
export type { Labels, PerPoint } from "./points.ts";
export { scatterPlot, type ScatterPlotOptions } from "./scatter_plot.ts";
export { drawTape, type TapeDrawingOptions } from "./tape/draw_tape.ts";
export type { Direction } from "./tape/dot.ts";
