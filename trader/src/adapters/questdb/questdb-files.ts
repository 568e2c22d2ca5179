import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { MarketStoreError } from '../../domain/market-store-error.ts';
import type { Secret } from '../../domain/secret.ts';
import { QuestDbClient } from './questdb-client.ts';

/** What of a server's folder is its data: tables, and what a checkpoint says of them. */
const FOLDERS = ['db', '.checkpoint'];

/**
 * The files of a QuestDB on this machine, as they have to be copied while they are gone through: a
 * checkpoint holds them together, and writers go on. A server that is started on the copy beside a file
 * `_restore` is as it was at the checkpoint. `root` is the folder that the server was started with.
 * Throws `MarketStoreError`. https://questdb.com/docs/operations/backup/
 */
export async function* questDbFiles(url: Secret, root: string): AsyncIterable<{ readonly path: string; readonly source: string }> {
  const client = new QuestDbClient(url);
  await checkpoint(client);
  try {
    const files = FOLDERS.flatMap((folder) => filesBelow(root, folder));
    if (!files.some((path) => path.startsWith('.checkpoint/'))) throw new MarketStoreError('storage', `${root} is not the folder of this QuestDB: its checkpoint is not there`);
    for (const path of files) yield { path: `questdb/${path}`, source: join(root, path) };
  } finally {
    await client.ask('CHECKPOINT RELEASE');
    client.close();
  }
}

/** Makes a checkpoint; one that a killed backup left is released first. */
async function checkpoint(client: QuestDbClient): Promise<void> {
  try {
    await client.ask('CHECKPOINT CREATE');
  } catch (error) {
    if (!(error instanceof MarketStoreError) || !/RELEASE/.test(error.message)) throw error;
    await client.ask('CHECKPOINT RELEASE');
    await client.ask('CHECKPOINT CREATE');
  }
}

function filesBelow(root: string, folder: string): string[] {
  let entries;
  try {
    entries = readdirSync(join(root, folder), { withFileTypes: true });
  } catch (error) {
    // What the server has just done away with is no part of its state.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw new MarketStoreError('storage', `${root} cannot be read: ${error instanceof Error ? error.message : String(error)}`, error);
  }
  return entries.flatMap((entry) => (entry.isDirectory() ? filesBelow(root, `${folder}/${entry.name}`) : entry.isFile() ? [`${folder}/${entry.name}`] : []));
}
