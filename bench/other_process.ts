/**
 * The same cases in another process, measured one at a time when asked.
 *
 * @module
 */

/** Measures the cases whose numbers come on the standard input, and writes what is found. */
export async function serve(measure: (number: number) => number): Promise<void> {
  for await (const line of lines(Deno.stdin.readable)) console.log(measure(Number(line)));
}

/** A process that runs a program with flags of V8; gives what asks it. */
export function otherProcess(
  program: string,
  args: readonly string[],
  flags: string,
): { readonly ask: (number: number) => Promise<number>; readonly end: () => Promise<void> } {
  const process = new Deno.Command("deno", {
    args: ["run", "--quiet", program, ...args],
    env: { DENO_V8_FLAGS: flags },
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const answers = lines(process.stdout);
  const writer = process.stdin.getWriter();
  return {
    ask: async (number) => {
      await writer.write(new TextEncoder().encode(`${number}\n`));
      const { value, done } = await answers.next();
      if (done) throw new Error("the other process has ended");
      return Number(value);
    },
    end: async () => {
      await writer.close();
      await process.status;
    },
  };
}

async function* lines(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<string, void> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const parts = (rest + text).split("\n");
    rest = parts.pop()!;
    yield* parts;
  }
}
