import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { constants, setPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Result } from '../../domain/result.ts';

/** Longer than any repeated run takes. */
const PATIENCE_MS = 5 * 60_000;
const OUTPUT_BYTES_MAX = 256 * 1024 * 1024;
const MAIN = fileURLToPath(new URL('../main.mjs', import.meta.url));

/** Commands that run at once, and that wait: each is a process of a hundred megabytes beside one that trades. */
const ABREAST = 2;
const WAITING_MOST = 20;

/** Why one of our own commands gave nothing, in its own words; or that too many are asked for. */
export interface CommandFault {
  readonly kind: 'command' | 'busy';
  readonly message: string;
}

let busy = 0;
const waiting: (() => void)[] = [];

/**
 * Runs one of the product's own commands beside this process, in the same surroundings and at the lowest priority, and gives what it printed;
 * with `fileOption`, what it wrote into the file that this option names.
 */
export async function printedBy(words: readonly string[], fileOption?: string): Promise<Result<string, CommandFault>> {
  if (busy < ABREAST) busy += 1;
  else if (waiting.length >= WAITING_MOST) return { ok: false, error: { kind: 'busy', message: 'too much is being worked out already; ask again in a moment' } };
  else await new Promise<void>((resolve) => void waiting.push(resolve));
  try {
    return await printed(words, fileOption);
  } finally {
    // Who waits takes this place over; else it is free.
    const next = waiting.shift();
    if (next === undefined) busy -= 1;
    else next();
  }
}

function printed(words: readonly string[], fileOption: string | undefined): Promise<Result<string, CommandFault>> {
  const folder = fileOption === undefined ? undefined : mkdtempSync(join(tmpdir(), 'algotrendy-'));
  const file = folder === undefined ? undefined : join(folder, 'out');
  const given = fileOption === undefined || file === undefined ? words : [...words, fileOption, file];
  return new Promise<Result<string, CommandFault>>((resolve) => {
    const child = execFile(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, ...given], { timeout: PATIENCE_MS, maxBuffer: OUTPUT_BYTES_MAX }, (error, stdout, stderr) => {
      if (error === null) resolve({ ok: true, value: file === undefined ? stdout : readFileSync(file, 'utf8') });
      else resolve({ ok: false, error: { kind: 'command', message: firstLine(stderr) ?? `${words.join(' ')} failed: ${error.message}` } });
    });
    try {
      if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW);
    } catch {
      // It has ended already.
    }
  }).finally(() => { if (folder !== undefined) rmSync(folder, { recursive: true }); });
}

function firstLine(text: string): string | undefined {
  return text.split('\n').map((line) => line.trim()).find((line) => line !== '');
}
