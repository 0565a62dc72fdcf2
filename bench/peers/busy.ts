/**
 * A worker that keeps a core busy with matrix products.
 *
 * @module
 */
import { fastest } from "../ceiling.ts";

const { run } = fastest();
while (true) run(1000);
