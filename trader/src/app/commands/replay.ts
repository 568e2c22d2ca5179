import { defineCommand } from '../command.ts';
import { flag } from '../options.ts';

/** Repeats a journal's inputs and compares what comes out. */
export const replayCommand = defineCommand({
  name: 'replay',
  group: 'Trade',
  summary: 'repeat a run from its journal and prove that the same orders come out',
  usage: 'JOURNAL [--digest]',
  examples: ['replay .algotrendy/paper/journal.jsonl --digest', 'replay .algotrendy/paper/journal.jsonl --json'],
  positionals: [{ name: 'JOURNAL', help: 'the journal file of a run; it is only read' }],
  options: { digest: flag('print only the SHA-256 over the orders that the inputs give') },
  notes: [
    'Every order, report and denial must come out again letter for letter; the first difference ends the replay with exit code 5. The digest equals the one that the run recorded when it stopped.',
  ],
  async run({ positionals, options, config, json, terminal }) {
    const { replay } = await import('../wiring/replay.ts');
    const report = await replay(positionals[0], config.home);
    if (json) terminal.printJson(report);
    else if (options.digest) terminal.print(report.digest);
    else {
      terminal.print(
        `${report.journal}: ${report.records} records, ${report.bars} bars from ${report.from ?? 'nowhere'} to ${report.to ?? 'nowhere'}`,
        `${report.orders} orders, ${report.fills} fills, equity ${report.equity}: every one came out again`,
        `digest   ${report.digest}`,
        `recorded ${report.recordedDigest ?? 'none: the run has not stopped cleanly since its last order'}`,
      );
    }
    return 'ok';
  },
});
