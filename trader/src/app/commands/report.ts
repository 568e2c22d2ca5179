import { defineCommand } from '../command.ts';
import { readText, value } from '../options.ts';
import { Refusal } from '../refusal.ts';
import type { Terminal } from '../terminal/terminal.ts';

/** Makes a tear sheet of a kept run, or of any dated returns. */
export const reportCommand = defineCommand({
  name: 'report',
  group: 'Research',
  summary: 'make a tear sheet, one HTML file, of a run or of any dated returns',
  usage: '[RUN] [--returns FILE] [options]',
  examples: [
    'report r7k2m --out macd.html',
    'report paper --out paper.html',
    'report --returns returns.csv --benchmark index.csv --out fund.html',
  ],
  positionals: [{ name: 'RUN', help: 'the beginning of the id of a kept run, which ./algotrendy runs lists, or paper for the run on paper', optional: true }],
  options: {
    returns: value('FILE', 'CSV of dates with a return or an equity a day, instead of a run', readText),
    benchmark: value('FILE', 'the same of what the returns are to be compared with', readText),
    out: value('FILE', 'where to write the page; else NAME.html in the current folder', readText),
  },
  notes: [
    'The page needs nothing else: no network, no other file. The same input gives the same bytes. docs/tear-sheet.md says what is on it, and which files of returns can be read.',
    'backtest, walkforward and verdict make a page at once with --report FILE. A kept run is run again for it, and refused where its bars or this build have changed. The run on paper is repeated from its journal, also while it goes on.',
  ],
  async run({ positionals: [run], options, words, config, terminal, json }) {
    const { returns, benchmark } = options;
    if ((run === undefined) === (returns === undefined)) {
      throw new Refusal('usage', run === undefined ? 'report needs a RUN or --returns FILE' : 'a RUN and --returns exclude each other', { hint: './algotrendy runs lists what is kept.' });
    }
    if (benchmark !== undefined && returns === undefined) throw new Refusal('usage', '--benchmark goes with --returns; a run is compared with holding what it traded');
    const { defaultReportFile, reportFile } = await import('../wiring/report-file.ts');
    const file = options.out ?? defaultReportFile(run ?? returns ?? '');
    const write = reportFile(file);
    const { renderTearSheet } = await import('../../analytics/tear-sheet/tear-sheet.ts');
    const { commandText } = await import('../wiring/run-sheet.ts');
    const command = commandText(words);
    const sheet = returns === undefined
      ? await sheetOfRun(run ?? '', command, config.home, terminal)
      : (await import('../wiring/returns-sheet.ts')).returnsSheet(returns, benchmark, command);
    const page = renderTearSheet(sheet);
    write(page);
    if (json) terminal.printJson({ file, bytes: Buffer.byteLength(page) });
    else terminal.print(`Report: ${terminal.style.accent(file)}`);
    return 'ok';
  },
});

async function sheetOfRun(id: string, command: string, home: string, terminal: Terminal) {
  if (id === 'paper') return (await import('../wiring/paper-sheet.ts')).paperSheet(home, command);
  const { findRun } = await import('../wiring/run-store.ts');
  const { sheetOfKept } = await import('../wiring/run-sheet.ts');
  const progress = terminal.phases();
  return sheetOfKept(findRun(home, id), home, command, (what, fraction) => progress.update(what === 'load' ? 'Reading bars' : 'Running', fraction)).finally(() => progress.close());
}
