import { inFile, readBytes } from "./read_bytes.ts";

/** The path of a file in a folder. */
function within(folder: string | URL, name: string): string | URL {
  if (typeof folder === "string") return folder.endsWith("/") ? folder + name : `${folder}/${name}`;
  return new URL(encodeURIComponent(name), folder.href.endsWith("/") ? folder : `${folder.href}/`);
}

/**
 * Reads a file from a folder, and names both in what the reader says of it. Of several names, the
 * first that is there is taken.
 *
 * @throws {Error} Where none of them is there, with the code `"ENOENT"` as Deno and Node have it.
 */
export async function readFrom<T>(
  folder: string | URL,
  names: readonly string[],
  limit: number,
  parse: (bytes: Uint8Array<ArrayBuffer>) => T | Promise<T>,
): Promise<T> {
  let missing: unknown;
  for (const name of names) {
    const path = within(folder, name);
    try {
      return await inFile(path, async () => parse(await readBytes(path, limit)));
    } catch (error) {
      if (!(error instanceof Error) || Reflect.get(error, "code") !== "ENOENT") throw error;
      missing = error;
    }
  }
  const message = `no ${names.join(" or ")} in ${folder}`;
  throw Object.assign(new Error(message, { cause: missing }), { code: "ENOENT" });
}
