import { EXIT_CODES } from './exit-codes.ts';
import { runCommandLine } from './command-line.ts';

// What ends the process within a command is the strategy's code: it must not pass for the command's own end.
const cutShort = () => {
  process.exitCode = EXIT_CODES.failure;
  const [message, hint] = ['the strategy ended the program before the command was done', 'Take process.exit out of the strategy; one that cannot go on throws an error.'];
  process.stderr.write(`algotrendy: ${message}\n  What to do: ${hint}\n`);
  if (process.argv.includes('--json')) process.stdout.write(`${JSON.stringify({ error: { code: 'failure', message, hint } })}\n`);
};
process.on('exit', cutShort);
// An error that nobody caught tells of itself.
process.on('uncaughtExceptionMonitor', () => process.off('exit', cutShort));

// Who reads our output may stop reading, as `| head` does: that ends the work, and is no error. Nor is
// a full disk below it a defect; a run on paper goes on from its journal.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    process.off('exit', cutShort);
    if (error.code === 'EPIPE') process.exit();
    if (stream === process.stdout) process.stderr.write(`algotrendy: the output cannot be written: ${error.message}\n  What to do: Make room for it, or send it elsewhere.\n`);
    process.exit(EXIT_CODES.disk);
  });
}

// A job ends with the process that wanted it.
process.once('disconnect', () => process.exit(EXIT_CODES.interrupted));

const code = await runCommandLine(process.argv.slice(2), process.stdout, process.stderr);
process.off('exit', cutShort);
// Behind all that was written; `drain` is no such sign, since it only comes after a write that filled the buffer.
for (const stream of [process.stdout, process.stderr]) await new Promise((resolve) => void stream.write('', resolve));
// Not by winding down, during which a second Ctrl-C would still be taken for a kill.
process.exit(code);
