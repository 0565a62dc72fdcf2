/** One picture of every kind, with a title. */
import { linspace, random, sigmoid, sum, type Tensor, tensor } from "@katachi/katachi";
import {
  bandPlot,
  barPlot,
  beside,
  confusionMatrixPlot,
  contourPlot,
  decisionBoundary,
  filterGrid,
  functionPlot,
  heatmap,
  histograms,
  imageGrid,
  learningCurves,
  linePlot,
  lossLandscape,
  optimizerPaths,
  type Picture,
  scatterPlot,
} from "@katachi/katachi/viz";

const points = random.normal(random.key(0), [60, 2]);
const labels = Array.from({ length: 60 }, (_, i) => i % 3);
const valley = (p: Tensor<[2]>) => p.square().mul(tensor([0.25, 4])).sum();
const scores = { loss: 1, metrics: { accuracy: 0.5 } };
const epochs = [0, 1, 2, 3].map((i) => ({
  epoch: i + 1,
  loss: 1 / (i + 1),
  metrics: { accuracy: 1 - 1 / (i + 2) },
  validation: scores,
}));

/** Every chart, made with a title. */
export const charts: Readonly<Record<string, (title: string) => Picture>> = {
  linePlot: (title) => linePlot({ a: [1, 3, NaN, 2], b: [2, 2, 1] }, { title, xLabel: "x" }),
  functionPlot: (title) => functionPlot({ sigmoid }, [-4, 4], { title, yLabel: "y" }),
  scatterPlot: (title) => scatterPlot(points, { title, labels, names: ["a", "b", "c"] }),
  bandPlot: (title) => bandPlot({ a: { y: [1, 2, 4], spread: [1, 1, 2] } }, { title }),
  barPlot: (title) => barPlot({ sgd: 0.9, adam: 0.95, none: -0.1 }, { title }),
  histograms: (title) => histograms({ first: points, second: points.square() }, { title }),
  heatmap: (title) => heatmap(random.normal(random.key(1), [5, 9]), { title }),
  writtenHeatmap: (title) =>
    heatmap(tensor([[1, 0.25], [-0.5, 1]]), { title, values: true, map: "redblue" }),
  confusionMatrixPlot: (title) => confusionMatrixPlot(tensor([[50, 2], [3, 45]]), { title }),
  imageGrid: (title) =>
    imageGrid(random.uniform(random.key(2), [5, 3, 8, 8]), {
      title,
      labels: ["1", "2", "3", "4", "5"],
    }),
  filterGrid: (title) => filterGrid(random.normal(random.key(3), [4, 2, 3, 3]), { title }),
  decisionBoundary: (title) =>
    decisionBoundary((x) => sigmoid(sum(x, 1)), { title, points, labels, resolution: 30 }),
  contourPlot: (title) => contourPlot(valley, { title, resolution: 30 }),
  optimizerPaths: (title) =>
    optimizerPaths(valley, { down: tensor([[-3, 1], [-2, -0.5], [-1, 0.2]]) }, {
      title,
      resolution: 30,
    }),
  lossLandscape: (title) =>
    lossLandscape(
      (params: { w: Tensor<[3, 2]> }) => params.w.sub(1).square().mean(),
      { w: linspace(0, 1, 6).reshape([3, 2]) },
      random.key(4),
      { title, resolution: 9 },
    ),
  learningCurves: (title) => learningCurves({ epochs }, { title }),
  beside: (title) => beside([linePlot({ a: [1, 2] }, { title }), barPlot({ b: 1 }, { title })]),
};
