import { runCommandLine } from './command-line.ts';

// Who reads our output may stop reading, as `| head` does: that ends the work, and is no error.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit();
    throw error;
  });
}

process.exitCode = await runCommandLine(process.argv.slice(2), process.stdout, process.stderr);
