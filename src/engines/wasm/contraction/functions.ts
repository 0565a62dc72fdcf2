/**
 * Functions that the contractions of a module share.
 *
 * @module
 */
import type { Callee } from "../assembler/code.ts";
import type { ModuleBuilder } from "../assembler/module.ts";

/** Functions of a module, each made when first asked for. */
export class Functions {
  readonly module: ModuleBuilder;
  readonly features: { readonly relaxed: boolean };
  readonly #known = new Map<string, Callee>();

  constructor(module: ModuleBuilder, features: { readonly relaxed: boolean }) {
    this.module = module;
    this.features = features;
  }

  /** The function of that name; `make` adds it to the module. */
  get(name: string, make: (module: ModuleBuilder, name: string) => Callee): Callee {
    let callee = this.#known.get(name);
    if (callee === undefined) {
      callee = make(this.module, name);
      this.#known.set(name, callee);
    }
    return callee;
  }
}
