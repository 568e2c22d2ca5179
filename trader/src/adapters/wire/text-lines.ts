import { createReadStream } from 'node:fs';

/** The lines of a text file, which end at a line feed alone: Node's own reader also ends them at U+2028, which JSON leaves as it is. */
export async function* linesOf(path: string): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of createReadStream(path, { encoding: 'utf8' }) as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}
