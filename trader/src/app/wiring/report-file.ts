import { closeSync, existsSync, openSync, readSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { Refusal } from '../refusal.ts';

/** Where a report goes for which no place was named: beside the caller, under the name of what it is about. */
export function defaultReportFile(about: string): string {
  return `${basename(about).replace(/\.(csv|gz|txt|tsv)/gi, '')}.html`;
}

/**
 * Gives what writes a report to `file`, all of it or nothing. Refuses a path to which none could be
 * written, so that it is known before the work whose result the report is to hold; and one at which something
 * else lies than an earlier report: a file of bars, say, that was named by mistake.
 */
export function reportFile(file: string): (page: string) => void {
  const path = resolve(file);
  const folder = dirname(path);
  if (!existsSync(folder) || !statSync(folder).isDirectory()) throw unwritable(path, `${folder} is no folder`);
  if (existsSync(path) && !statSync(path).isFile()) throw unwritable(path, 'there is something that is no file');
  if (existsSync(path) && !isReport(path)) throw new Refusal('usage', `${path} is there already, and is no report`, { hint: 'Name another file, or remove it.' });
  const draft = `${path}.${process.pid}.tmp`;
  attempt(path, draft, () => {
    writeFileSync(draft, '');
    rmSync(draft);
  });
  return (page) => attempt(path, draft, () => {
    writeFileSync(draft, page);
    renameSync(draft, path);
  });
}

/** Whether a file begins as a page or a picture does, or is empty. */
function isReport(path: string): boolean {
  const file = openSync(path, 'r');
  try {
    const head = Buffer.alloc(5);
    return ['', '<!doc', '<svg '].includes(head.toString('latin1', 0, readSync(file, head)));
  } finally {
    closeSync(file);
  }
}

function attempt(path: string, draft: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    rmSync(draft, { force: true });
    throw unwritable(path, error instanceof Error ? error.message : String(error));
  }
}

function unwritable(path: string, why: string): Refusal {
  return new Refusal('disk', `the report cannot be written: ${why}`, { where: path, hint: 'Name a file in a folder that exists and may be written.' });
}
