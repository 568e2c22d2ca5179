import { spawnSync } from 'node:child_process';
import * as path from 'node:path';
import { styleText } from 'node:util';
import { refuseWords, scriptWords } from './script-words.ts';

const ROOT = path.dirname(import.meta.dirname);

interface Part {
  readonly name: string;
  /** What it shows when it passes, said to a newcomer. */
  readonly meaning: string;
  readonly commands: readonly (readonly string[])[];
}

/** Cheap and telling parts come first. */
const PARTS: readonly Part[] = [
  { name: 'types', meaning: 'TypeScript finds no type error', commands: [['node_modules/typescript/bin/tsc', '-p', '.'], ['node_modules/typescript/bin/tsc', '-p', 'dashboard']] },
  { name: 'lint', meaning: 'no rule of style or purity is broken', commands: [['node_modules/oxlint/bin/oxlint', '--deny-warnings']] },
  { name: 'walls', meaning: 'every room imports only what it may', commands: [['node_modules/dependency-cruiser/bin/dependency-cruiser.mjs', '--config', '.dependency-cruiser.mjs', 'trader', 'dashboard/src']] },
  { name: 'dead-code', meaning: 'no unused file, export or dependency', commands: [['node_modules/knip/bin/knip.js', '--no-progress']] },
  { name: 'tests', meaning: 'all tests pass', commands: [['--disable-warning=ExperimentalWarning', 'scripts/test.ts']] },
];

const USAGE = `Checks the whole repository, part by part, and stops at the first that fails.

  npm run verify                everything
  npm run verify -- types lint  only these parts, of ${PARTS.map(({ name }) => name).join(', ')}`;

function choose(names: readonly string[]): readonly Part[] {
  const unknown = names.filter((name) => !PARTS.some((part) => part.name === name));
  if (unknown.length > 0) refuseWords(USAGE, `No part is called ${unknown.join(', ')}.`);
  return names.length === 0 ? PARTS : PARTS.filter((part) => names.includes(part.name));
}

/** Runs a part's commands in turn; undefined when all passed, else what there is to say beyond their own output. */
function runAll({ commands }: Part): string | undefined {
  for (const command of commands) {
    const { status, error } = spawnSync(process.execPath, command, { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] });
    if (status !== 0) return error?.message ?? '';
  }
  return undefined;
}

function main(): void {
  const parts = choose(scriptWords(USAGE, { allowPositionals: true }).positionals);
  const done: string[] = [];
  for (const part of parts) {
    console.log(styleText('bold', `\n── ${part.name}: ${part.meaning}`));
    const started = performance.now();
    const failure = runAll(part);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    if (failure !== undefined) {
      if (failure !== '') console.error(failure);
      const left = parts.slice(done.length + 1).map(({ name }) => name);
      console.log(`\n${styleText('red', '✗')} verify failed at ${styleText('bold', part.name)} after ${seconds} s. Passed: ${done.join(', ') || 'none'}. Not run: ${left.join(', ') || 'none'}.`);
      process.exit(1);
    }
    done.push(part.name);
    console.log(`${styleText('green', '✓')} ${part.name} ${styleText('dim', `${seconds} s`)}`);
  }
  console.log(`\n${styleText('green', '✓')} verify passed: ${done.join(', ')}.`);
}

main();
