/** The innermost loop of generated matrix products, alone: what their rates are compared with. */
import { fastest } from "../../ceiling.ts";
import { work } from "../work.ts";

const flops = 1e8;

export default work({ "innermost loop alone": { flops, unit: "GFLOP/s" } }, {
  katachi(_, threads) {
    const tile = fastest();
    // Other cores do the same all the while.
    for (let i = 1; i < threads; i++) {
      new Worker(new URL("../busy.ts", import.meta.url), { type: "module" });
    }
    const times = Math.round(flops / threads / tile.flops);
    return { run: () => tile.run(times), check: () => [] };
  },
});
