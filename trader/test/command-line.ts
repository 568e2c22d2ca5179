import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** The repository's root. */
export const ROOT = join(import.meta.dirname, '../..');

/** Runs the product as a user does, in a process of its own, and reads the object that it prints. */
export function runJson(home: string, ...words: readonly string[]): Readonly<Record<string, unknown>> {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(ROOT, 'trader/src/app/main.mjs'), ...words, '--json'], {
    cwd: ROOT, encoding: 'utf8', env: { ...process.env, ALGOTRENDY_HOME: home },
  });
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout) as Readonly<Record<string, unknown>>;
}
