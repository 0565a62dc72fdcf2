/**
 * Runs the real compiler over files, for tests of what it accepts and in which words it refuses.
 *
 * @module
 */

/** One complaint of the compiler. */
export interface Diagnostic {
  /** The file's URL. */
  readonly file: string;
  /** The line, counted from 1. */
  readonly line: number;
  /** The column, counted from 1. */
  readonly column: number;
  /** The compiler's code, such as `TS2345`. */
  readonly code: string;
  /** All that it says, without the excerpt of the source. */
  readonly message: string;
}

const config = new URL("../../deno.json", import.meta.url);

/**
 * Checks files with the project's settings, all in one process.
 *
 * @throws {Error} Where the compiler could not do its work, as for an import that is not there.
 */
export async function typeCheck(files: readonly (string | URL)[]): Promise<Diagnostic[]> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "check",
      "--quiet",
      "--config",
      decodeURIComponent(config.pathname),
      ...files.map(String),
    ],
    env: { NO_COLOR: "1" },
    stdout: "null",
  }).output();
  const text = new TextDecoder().decode(stderr);
  const diagnostics = parse(text);
  const count = Number(text.match(/^Found (\d+) errors?\.$/m)?.[1] ?? (success ? 0 : 1));
  if (diagnostics.length !== count) throw new Error(`deno check failed:\n${text}`);
  return diagnostics;
}

/** A program that a test makes up: statements of one line each. */
export interface Program {
  /** Its file's name, without the extension. */
  readonly name: string;
  /** Lines in front, such as imports, that the compiler must accept. */
  readonly head: readonly string[];
  /** The lines that the test is about. */
  readonly lines: readonly string[];
}

/** What the compiler says about a line of a program. */
export interface Complaint {
  /** The line. */
  readonly line: string;
  /** The compiler's message. */
  readonly message: string;
}

/** The URL of a file of the project, as an import in a {@linkcode Program} writes it. */
export const project = (path: string): string =>
  JSON.stringify(new URL(`../../${path}`, import.meta.url).href);

/**
 * Checks programs, all in one process, and gives the complaints about each.
 *
 * @throws {Error} Where a complaint is about something else than a program's lines.
 */
export async function checkPrograms(
  programs: readonly Program[],
): Promise<Map<string, Complaint[]>> {
  const directory = await Deno.makeTempDir({ prefix: "katachi-check-" });
  try {
    const files = await Promise.all(programs.map(async (program) => {
      const file = toFileUrl(`${directory}/${program.name}.ts`);
      await Deno.writeTextFile(file, [...program.head, ...program.lines, ""].join("\n"));
      return [file.href, program] as const;
    }));
    const byFile = new Map(files);
    const complaints = new Map(programs.map(({ name }) => [name, [] as Complaint[]]));
    for (const { file, line: at, message } of await typeCheck([...byFile.keys()])) {
      const program = byFile.get(file);
      const line = program?.lines[at - 1 - program.head.length];
      if (program === undefined || line === undefined) throw new Error(`${file}:${at}: ${message}`);
      complaints.get(program.name)!.push({ line, message });
    }
    return complaints;
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

function toFileUrl(path: string): URL {
  return new URL(`file://${path.startsWith("/") ? "" : "/"}${path.replaceAll("\\", "/")}`);
}

/**
 * Reads blocks of a message, an excerpt that `~` or `^` underlines (left out where the line is long), and
 * the place: `    at file:///x.ts:3:7`.
 */
function parse(text: string): Diagnostic[] {
  return text.split("\n\n").flatMap((block) => {
    const match = block.match(
      /^(TS\d+) \[ERROR\]: (.*?)(?:\n[^\n]*\n *[~^]+)?\n +at (\S+):(\d+):(\d+)/s,
    );
    if (match === null) return [];
    const [, code, message, file, line, column] = match;
    return [{ file, line: Number(line), column: Number(column), code, message }];
  });
}
