import { defineCommand } from '../command.ts';

/** Shows how far a run is from each limit that it keeps. */
export const limitsCommand = defineCommand({
  name: 'limits',
  group: 'Trade',
  summary: 'show the room that a run has to each of its limits',
  usage: '[JOURNAL]',
  examples: ['limits', 'limits .algotrendy/live/journal.jsonl --json'],
  positionals: [{ name: 'JOURNAL', help: 'the journal of a run; where none is named, that of the run here, on paper or at a venue, which traded last', optional: true }],
  options: {},
  notes: ['It repeats the journal without touching it or the process that trades: equity is that of the last bar.'],
  async run({ positionals, config, terminal, json }) {
    const { lastJournal, readLimits } = await import('../wiring/limits.ts');
    const found = await readLimits(positionals[0] ?? lastJournal(config.home));
    if (json) {
      terminal.printJson(found);
      return 'ok';
    }
    const { propFirmLines } = await import('../terminal/prop-firm-report.ts');
    const { limitLines } = await import('../terminal/limits-report.ts');
    const { propFirm, journal, tsEvent, trading, reason, limits } = found;
    terminal.print(`${journal} at ${tsEvent ?? 'its start'}: ${trading}${reason === null ? '' : `, ${reason}`}`);
    if (limits.length > 0) terminal.print('', ...limitLines(limits, terminal.columns, terminal.style), '');
    if (propFirm === null) terminal.print('The run keeps no rules of a prop firm. One that does begins with ./algotrendy paper --fresh --prop-firm NAME, or propFirm in the configuration of live.');
    else terminal.print(...propFirmLines(propFirm, terminal.columns, terminal.style));
    return 'ok';
  },
});
