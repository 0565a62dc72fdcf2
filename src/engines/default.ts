/**
 * Chooses the engine that executes unless another is asked for. Every entry point of the package
 * imports this module.
 *
 * @module
 */
import { useEngine } from "../tape/engine.ts";
import { wasm } from "./wasm/engine.ts";

useEngine(wasm);
