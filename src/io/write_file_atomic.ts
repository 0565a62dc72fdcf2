/**
 * Writing a file so that it is there as a whole, or not at all.
 *
 * @module
 */
import { fileSystem } from "./file_system.ts";

/** What the names of files end with that are being written. */
export const temporarySuffix = ".tmp";

/**
 * Writes a file as a whole: whoever reads the path, even after a crash or a loss of power in between,
 * finds what was there before or all of the new bytes. They are written to a temporary file beside it,
 * `.NAME.….tmp`, brought to the disk, and renamed. The temporary file is removed where that fails, and
 * stays only where the process is killed.
 *
 * Needs the permission to read and write the folder; runs in Deno and Node.
 *
 * @example
 * ```ts
 * import { writeFileAtomic } from "@katachi/katachi/io";
 *
 * const folder = await Deno.makeTempDir();
 * await writeFileAtomic(`${folder}/notes.txt`, new TextEncoder().encode("0.985"));
 * await Deno.readTextFile(`${folder}/notes.txt`); // "0.985"
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function writeFileAtomic(path: string | URL, bytes: Uint8Array): Promise<void> {
  const { open, rename, rm, dirname, basename, join, pathOf } = fileSystem("writeFileAtomic");
  const target = pathOf(path);
  const folder = dirname(target);
  const temporary = join(
    folder,
    `.${basename(target)}.${crypto.randomUUID()}${temporarySuffix}`,
  );
  try {
    const file = await open(temporary, "wx");
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(folder);
}

/** Brings a folder's new names to the disk, on systems that can. */
async function syncFolder(folder: string): Promise<void> {
  const { open } = fileSystem("writeFileAtomic");
  let file;
  try {
    file = await open(folder, "r");
    await file.sync();
  } catch {
    // Windows opens no folders; the file is whole there all the same.
  } finally {
    await file?.close();
  }
}
