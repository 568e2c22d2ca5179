import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BarFileError, errorCode } from '../../adapters/bars/bar-file-error.ts';
import type { BarSet } from '../../adapters/bars/column-file.ts';

/** How a system says that a folder may not be written, or that there is no room. */
const MAY_NOT_WRITE = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT']);

/** Opens bars with copies in the state folder; where that may only be read, or is full, in one that is gone when the program ends. */
export async function openWithCopies(home: string, open: (copies: string) => Promise<BarSet>): Promise<BarSet> {
  try {
    return await open(home);
  } catch (error) {
    if (!(error instanceof BarFileError) || error.kind !== 'storage' || !MAY_NOT_WRITE.has(errorCode(error.cause))) throw error;
    const folder = mkdtempSync(join(tmpdir(), 'algotrendy-'));
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
    return open(folder);
  }
}
