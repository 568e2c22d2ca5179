import { closeSync, fsyncSync, openSync } from 'node:fs';

/** Has the names in a folder on the disk itself: without it a power cut could take a new file with all that is in it. Windows keeps names by itself, and opens no folder. */
export function syncFolder(path: string): void {
  if (process.platform === 'win32') return;
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
