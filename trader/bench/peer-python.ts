import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A Python that can import `module`, in a folder of its own under $BENCH_VENV, or among the temporary
 * files; `requirement` is what pip is asked for where it is not there yet. Undefined, and said, where
 * it cannot be had.
 */
export function peerPython(module: string, requirement: string): string | undefined {
  const venv = join(process.env['BENCH_VENV'] ?? join(tmpdir(), 'algotrendy-bench-venv'), module);
  const python = join(venv, 'bin', 'python');
  const quiet = { stdio: 'ignore', timeout: 300_000 } as const;
  try {
    if (!existsSync(python)) execFileSync('python3', ['-m', 'venv', venv], quiet);
    try {
      execFileSync(python, ['-c', `import ${module}`], quiet);
    } catch {
      execFileSync(python, ['-m', 'pip', 'install', '--quiet', requirement], quiet);
    }
    return python;
  } catch (error) {
    console.error(`bench: ${requirement} is left out, it cannot be installed: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}
