/** What Deno's Jupyter kernel does with the value of a cell (`format` in `cli/js/40_jupyter.js`). */
export async function shownInNotebook(value: unknown): Promise<Record<string, string>> {
  const display = Symbol.for("Jupyter.display");
  if (typeof value !== "object" || value === null || !(display in value)) {
    throw new TypeError("the kernel would inspect this value");
  }
  const show = value[display];
  if (typeof show !== "function") throw new TypeError("Jupyter.display is no method");
  const bundle: Record<string, string> = await show.call(value);
  // It goes to the page as JSON.
  return JSON.parse(JSON.stringify(bundle));
}
