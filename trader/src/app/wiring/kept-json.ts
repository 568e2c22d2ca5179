import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { syncFolder } from '../../adapters/wire/folder-sync.ts';

/** What a small file of the state folder holds, as it was written by `keepJson`; undefined where there is none. */
export function readKeptJson<T>(path: string): T | undefined {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) as T : undefined;
}

/** Writes a value into a file, which is there whole and on the disk when this returns, or as it was before. */
export function keepJson(path: string, value: unknown): void {
  mkdirSync(dirname(path), { recursive: true });
  // Another process may keep the same at this moment.
  const draft = `${path}.${process.pid}.tmp`;
  try {
    writeFileSync(draft, JSON.stringify(value), { flush: true }); // in as many pieces as the system takes
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
  syncFolder(dirname(path));
}
