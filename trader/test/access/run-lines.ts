// Runs command lines one after another in one process, as `./algotrendy` would each, silently: the JSON
// file named on the command line holds them with their settings. Writes a line beginning with # before each.
import { appendFileSync, readFileSync } from 'node:fs';
import { runCommandLine } from '../../src/app/command-line.ts';

const lines = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as readonly { readonly words: readonly string[]; readonly environment: Readonly<Record<string, string>> }[];
const silence = { write: () => true, once: () => undefined };
const outside = { ...process.env };
for (const { words, environment } of lines) {
  appendFileSync(outside['DIAL_RECORD'] ?? '/dev/null', `# ${words.join(' ')} ${JSON.stringify(environment)}\n`);
  process.env = { ...outside, ...environment };
  await runCommandLine(words, silence, silence);
}
