import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

// Keeps the source, stripped of its types and compiled, between runs: a start takes a third of the time.
enableCompileCache(fileURLToPath(new URL('../../../node_modules/.cache/compile', import.meta.url)));

// Who reads our output may stop reading, as `| head` does: that ends the work, and is no error.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit();
    throw error;
  });
}

const { runCommandLine } = await import('./command-line.ts');
process.exitCode = await runCommandLine(process.argv.slice(2), process.stdout, process.stderr);
