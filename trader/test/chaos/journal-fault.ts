// Loaded into a child process before the program: kills it by SIGKILL at one exact write to its
// journal. JOURNAL_FAULT is `57:before`, `57:after` or `57:12`: at the 57th write, before it, after
// it, or when its first 12 bytes are in the file.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const [count, where = 'after'] = (process.env['JOURNAL_FAULT'] ?? '').split(':');
const { openSync, writeSync } = fs;
let journal: number | undefined;
let left = Number(count);

fs.openSync = (path, ...rest) => {
  const descriptor = openSync(path, ...rest);
  if (String(path).endsWith('journal.jsonl')) journal = descriptor;
  return descriptor;
};

const write = (descriptor: number, bytes: NodeJS.ArrayBufferView, offset?: number | null): number => {
  if (descriptor !== journal || (left -= 1) > 0) return writeSync(descriptor, bytes, offset);
  if (where === 'after') writeSync(descriptor, bytes, offset);
  else if (where !== 'before') writeSync(descriptor, bytes, 0, Math.min(Number(where), bytes.byteLength - 1));
  process.kill(process.pid, 'SIGKILL');
  return 0;
};
fs.writeSync = write as typeof fs.writeSync;
syncBuiltinESMExports();
