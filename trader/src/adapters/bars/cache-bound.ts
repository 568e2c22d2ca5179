import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Takes the oldest files out of a folder of copies until no more than `mostBytes` are left; `keep`, the
 * newest one's name, always stays. A copy that another process reads goes on being read; one that it
 * takes out first is none of ours. Each can be made again.
 */
export function boundCache(directory: string, mostBytes: number, keep: string): void {
  const copies = readdirSync(directory).flatMap((name) => {
    const stat = statSync(join(directory, name), { throwIfNoEntry: false });
    return stat?.isFile() ? [{ name, size: stat.size, written: stat.mtimeMs }] : [];
  });
  let bytes = copies.reduce((sum, { size }) => sum + size, 0);
  for (const { name, size } of copies.filter((copy) => copy.name !== keep).sort((a, b) => a.written - b.written)) {
    if (bytes <= mostBytes) return;
    rmSync(join(directory, name), { force: true });
    bytes -= size;
  }
}
