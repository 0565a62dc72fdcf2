/** What a piece of code writes to the console, which stays silent meanwhile. */
export function printedBy(body: () => unknown): string[] {
  const { log } = console;
  const lines: string[] = [];
  console.log = (...args: unknown[]) => lines.push(args.join(" "));
  try {
    body();
  } finally {
    console.log = log;
  }
  return lines;
}
