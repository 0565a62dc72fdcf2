/**
 * Files, where there are any: Deno and Node have the same modules for them, browsers none.
 *
 * @module
 */
import type * as files from "node:fs/promises";
import type * as paths from "node:path";
import type * as urls from "node:url";

/** What is used of the modules. */
export type FileSystem =
  & Pick<typeof files, "mkdir" | "open" | "readdir" | "readFile" | "rename" | "rm">
  & Pick<typeof paths, "basename" | "dirname" | "join">
  & {
    /** A path as text. */
    readonly pathOf: (path: string | URL) => string;
  };

/**
 * The file system. Taken when it is needed, so that a browser can import the library; and not by an
 * import, so that bundlers for browsers do not look for it.
 */
export function fileSystem(operation: string): FileSystem {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } };
  if (process?.getBuiltinModule === undefined) {
    throw new Error(`${operation}: there are no files here; Deno and Node have them`);
  }
  const { mkdir, open, readdir, readFile, rename, rm } = process.getBuiltinModule(
    "node:fs/promises",
  ) as typeof files;
  const { basename, dirname, join } = process.getBuiltinModule("node:path") as typeof paths;
  const { fileURLToPath } = process.getBuiltinModule("node:url") as typeof urls;
  return {
    ...{ mkdir, open, readdir, readFile, rename, rm, basename, dirname, join },
    pathOf: (path) => path instanceof URL ? fileURLToPath(path) : path,
  };
}
