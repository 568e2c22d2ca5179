import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FolderBlobs } from '../../src/adapters/backup/folder-blobs.ts';
import { blobStoreContract } from './blob-store.ts';

const folder = mkdtempSync(join(tmpdir(), 'blobs-'));

blobStoreContract('a folder', {
  make: async () => () => new FolderBlobs(join(folder, 'blobs')),
  clean: async () => { rmSync(folder, { recursive: true }); },
});
