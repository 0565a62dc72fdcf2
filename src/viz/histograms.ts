/**
 * How numbers are distributed.
 *
 * @module
 */
import { type AnyTensor, fromBuffer, histogram } from "../../mod.ts";
import { type ChartOptions, sizeOf, xAxis, yAxis } from "./axes.ts";
import { chartPicture } from "./chart_picture.ts";
import type { Bars } from "./chart.ts";
import { elementsOf, extent } from "./numbers.ts";
import { look } from "./palette.ts";
import type { Picture } from "./picture.ts";

/** How {@linkcode histograms} draws. */
export interface HistogramsOptions extends ChartOptions {
  /** How many bins there are from the least to the greatest number; 30 unless given. */
  readonly bins?: number;
  /** Whether all panels have the same x axis; not unless asked for. */
  readonly shareX?: boolean;
  /** Whether all panels have the same y axis; not unless asked for. */
  readonly shareY?: boolean;
  /** How many panels a row has at most; 3 unless given. */
  readonly columns?: number;
}

/**
 * Draws how the elements of tensors are distributed, such as the activations or gradients of each
 * layer, a panel for each. What is NaN or infinite is left out, and how much that is is said in the
 * panel's title.
 *
 * @throws {RangeError} Where a tensor has no finite element, or an option is out of its range.
 *
 * @example
 * ```ts
 * import { random, tanh } from "@katachi/katachi";
 * import { histograms } from "@katachi/katachi/viz";
 *
 * const before = random.normal(random.key(0), [64, 100]);
 * console.log(histograms({ before, after: tanh(before) }, { bins: 20 }).text());
 * ```
 */
export function histograms(
  tensors: Readonly<Record<string, AnyTensor>>,
  options: HistogramsOptions = {},
): Picture {
  const operation = "histograms";
  const { title, bins = 30, shareX = false, shareY = false, columns = 3 } = options;
  if (!Number.isSafeInteger(bins) || bins < 1 || bins > 1000) {
    throw new RangeError(`${operation}: bins must be a whole number from 1 to 1000, got ${bins}`);
  }
  const samples = Object.entries(tensors).map(([name, tensor]) => {
    const all = elementsOf(tensor);
    const values = all.filter(Number.isFinite);
    if (values.length === 0) {
      throw new RangeError(`${operation}: ${name} has no finite element to draw`);
    }
    const left = all.length - values.length;
    return { title: left === 0 ? name : `${name} (${left} not finite)`, values };
  });
  if (samples.length === 0) throw new RangeError(`${operation}: there is no tensor to draw`);
  const shared = xAxis(operation, samples.flatMap(({ values }) => extent(values) ?? []), {});
  const counted = samples.map(({ title, values }) => {
    const x = shareX ? shared : xAxis(operation, extent(values) ?? [], {});
    const [least, greatest] = x.domain;
    const { counts, edges } = histogram(
      fromBuffer(Float64Array.from(values), [values.length]),
      bins,
      { range: [least, greatest] },
    );
    return { title, x, counts: elementsOf(counts), edges: elementsOf(edges) };
  });
  const most = Math.max(...counted.flatMap(({ counts }) => counts));
  const panels = counted.map(({ title, x, counts, edges }) => {
    const bars: Bars = {
      mark: "bars",
      along: "y",
      look: look(0),
      bars: counts.flatMap((count, i) =>
        count === 0 ? [] : [{ x: [edges[i], edges[i + 1]] as const, y: [0, count] as const }]
      ),
    };
    const y = yAxis(operation, [0, shareY ? most : Math.max(...counts)], {});
    return { title, axes: true, x, y: { ...y, whole: true }, marks: [bars] };
  });
  const several = panels.length > 1;
  const size = sizeOf(operation, {
    width: several ? 720 : 480,
    height: several ? 200 : 300,
    ...options,
  });
  return chartPicture({ title, panels, columns, ...size });
}
