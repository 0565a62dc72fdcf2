/**
 * The picture of a chart.
 *
 * @module
 */
import type { Chart } from "./chart.ts";
import { compactSvg } from "./compact.ts";
import { layOut } from "./layout.ts";
import { page } from "./medium.ts";
import { chartText, leastColumns } from "./paint.ts";
import { Picture } from "./picture.ts";

/** The picture of a chart, laid out each time for where it is shown. */
export function chartPicture(chart: Chart): Picture {
  return new Picture({
    svg: async () => compactSvg(await layOut(chart, chart.width, page).svg()),
    text: ({ columns = 72, colors = false } = {}) => {
      if (!Number.isSafeInteger(columns) || columns < leastColumns || columns > 1000) {
        throw new RangeError(
          `text: a chart needs a whole number of columns from ${leastColumns} to 1000, got ${columns}`,
        );
      }
      return chartText(chart, columns, colors);
    },
  });
}
