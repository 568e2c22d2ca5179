import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** What a small file of the state folder holds, as it was written by `keepJson`; undefined where there is none. */
export function readKeptJson<T>(path: string): T | undefined {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) as T : undefined;
}

/** Writes a value into a file, which is there whole and on the disk when this returns, or as it was before. */
export function keepJson(path: string, value: unknown): void {
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.tmp`;
  const descriptor = openSync(draft, 'w');
  try {
    writeFileSync(descriptor, JSON.stringify(value)); // in as many pieces as the system takes
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(draft, path);
}
