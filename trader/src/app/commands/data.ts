import { defineCommand } from '../command.ts';
import { toRefusal } from '../refusal.ts';
import { formatCount, formatDuration, formatTime } from '../terminal/format.ts';
import { renderTable } from '../terminal/table.ts';

/** Lists the bars in the store. */
export const dataCommand = defineCommand({
  name: 'data',
  group: 'Data',
  summary: 'list the stored bars: spans, gaps, sources',
  usage: '[--json]',
  examples: ['data', 'data --json'],
  positionals: [],
  options: {},
  notes: ['Bars are stored by import, data fetch and migrate, and used by their id: ./algotrendy backtest macd --bars BTC-USDT-PERP.BINANCE'],
  async run({ config, terminal, json }) {
    const { listStored } = await import('../wiring/stored-list.ts');
    const { stored, faults: found } = await listStored(config.home);
    const faults = found.map(toRefusal);
    const outcome = faults[0]?.code ?? 'ok';
    if (json) {
      terminal.printJson({ home: config.home, series: stored, damaged: faults.map(({ message }) => message) });
      return outcome;
    }
    if (faults.length > 0) terminal.note(...faults.map((fault) => `${terminal.noteStyle.bad('damaged:')} ${fault.message}`));
    if (stored.length === 0) {
      if (faults.length === 0) terminal.print(`Nothing is stored under ${config.home}.`, 'Import a file: ./algotrendy import FILE --instrument ID', 'Or fetch bars: ./algotrendy data fetch AAPL');
      return outcome;
    }
    const { style } = terminal;
    const rows = stored.map(({ instrument, interval, quality, sources }) => [
      { text: instrument, paint: style.strong }, interval, formatCount(quality.bars), formatTime(quality.from), formatTime(quality.to),
      quality.gaps === 0 ? { text: 'none', paint: style.good } : { text: formatCount(quality.gaps), paint: style.warn },
      formatCount(quality.missingBars), quality.gaps === 0 ? '' : `${formatDuration(quality.longestGapMs)} from ${formatTime(quality.longestGapAt)}`,
      formatCount(quality.zeroVolumeBars + quality.absentVolumeBars), sources.join(', '),
    ]);
    terminal.print(...renderTable([
      { title: 'Instrument' }, { title: 'Bars of' }, { title: 'Bars', align: 'right' }, { title: 'From (UTC)' }, { title: 'To' },
      { title: 'Gaps', align: 'right' }, { title: 'Missing', align: 'right', rank: 1 }, { title: 'Longest', rank: 2 },
      { title: 'No volume', align: 'right', rank: 3 }, { title: 'Told by', rank: 4 },
    ], rows, { width: terminal.tableColumns, style }));
    return outcome;
  },
});
