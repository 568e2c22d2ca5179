import type { Bars } from '../../domain/bar.ts';
import { readParameters } from '../../domain/parameters.ts';
import type { IndicatorDefinition } from '../../indicators/catalog.ts';
import { readBars, readSources } from '../backtest-options.ts';
import { defineCommand } from '../command.ts';
import { flag, list, pairs, readInteger, readTime, value } from '../options.ts';
import { Refusal } from '../refusal.ts';
import { didYouMean } from '../suggestion.ts';
import { formatPlural } from '../terminal/format.ts';
import { renderTable } from '../terminal/table.ts';
import type { Terminal } from '../terminal/terminal.ts';

/** Rows put together before they are written. */
const CHUNK_ROWS = 16_384;

/** Prints an indicator over the bars of a file. */
export const indicatorCommand = defineCommand({
  name: 'indicator',
  group: 'Research',
  summary: 'compute an indicator over bars; without a name, list them all',
  usage: '[NAME --bars FILE [--param NAME=VALUE …] [--csv]]',
  examples: [
    'indicator macd --bars data/binance-usdm_BTCUSDT_1m_20250504-20250603.csv.gz --csv',
    'indicator bollinger --bars bars.csv --param period=20 --param deviations=2.5 --csv > bands.csv',
    'indicator',
  ],
  positionals: [{ name: 'NAME', help: 'which indicator', optional: true }],
  options: {
    bars: list('FILE', 'bars as CSV, CSV.gz or Parquet, or the id of stored bars', readBars),
    param: pairs('a parameter of the indicator'),
    from: value('TIME', 'first bar printed: 2024-03-01, 2024-03-01T12:00 (UTC) or milliseconds; earlier ones still warm it up', readTime),
    to: value('TIME', 'end, exclusive', readTime),
    first: value('N', 'use only the first N bars', readInteger(1)),
    csv: flag('print CSV: the timestamp in milliseconds and the columns; this is the default where a name is given'),
  },
  notes: ['Cells are empty before warm-up. With --json every row is one JSON object on a line of its own, null before warm-up.'],
  async run({ positionals: [name], options, config, terminal, json }) {
    const { INDICATORS } = await import('../../indicators/catalog.ts');
    if (name === undefined) {
      listIndicators([...INDICATORS.values()], terminal, json);
      return 'ok';
    }
    if (json && options.csv) throw new Refusal('usage', '--csv and --json exclude each other', { hint: 'Keep the one you mean.' });
    const definition = findIndicator(INDICATORS, name);
    const values = readIndicatorParameters(definition, options.param);
    const [source, other] = readSources(options.bars, undefined);
    if (source === undefined || other !== undefined) throw new Refusal('usage', 'an indicator is computed over one --bars FILE');
    const { openBarSource } = await import('../bar-source.ts');
    const progress = terminal.phases();
    const set = await openBarSource(source.file, { home: config.home, onProgress: (fraction) => progress.update('Reading bars', fraction) })
      .finally(() => progress.close());
    try {
      const end = Math.min(set.length, options.first ?? set.length, options.to === undefined ? set.length : set.indexOf(options.to));
      const bars = set.read(0, end);
      const start = options.from === undefined ? 0 : set.indexOf(options.from);
      const columns = definition.columns(values, bars);
      await writeRows(terminal, { bars, names: definition.outputs, columns, start, json });
      if (columns.every((column) => column.every(Number.isNaN))) terminal.note(emptyText(name, bars));
    } finally {
      set.close();
    }
    return 'ok';
  },
});

function findIndicator(indicators: ReadonlyMap<string, IndicatorDefinition>, name: string): IndicatorDefinition {
  const found = indicators.get(name);
  if (found !== undefined) return found;
  throw new Refusal('usage', `unknown indicator "${name}"`, { hint: didYouMean(name, indicators.keys()) ?? 'Run ./algotrendy indicator to list them.' });
}

function readIndicatorParameters(definition: IndicatorDefinition, given: Readonly<Record<string, string>>) {
  const read = readParameters(definition.parameters, given);
  const fault = read.ok ? definition.check?.(read.value) : read.error.message;
  if (!read.ok || fault !== undefined) throw new Refusal('usage', fault ?? '', { where: `indicator ${definition.name}` });
  return read.value;
}

function listIndicators(definitions: readonly IndicatorDefinition[], terminal: Terminal, json: boolean): void {
  if (json) {
    terminal.printJson(definitions.map(({ name, summary, parameters, outputs }) => ({ name, summary, parameters, outputs })));
    return;
  }
  const rows = definitions.map(({ name, summary, parameters, outputs }) => [
    { text: name, paint: terminal.style.accent },
    Object.entries(parameters).map(([key, spec]) => `${key}=${spec.default}`).join(' '), outputs.join(' '), summary,
  ]);
  const columns = [{ title: 'Name' }, { title: 'Parameters' }, { title: 'Columns', rank: 1 }, { title: 'What it is', rank: 2 }];
  terminal.print(...renderTable(columns, rows, { width: terminal.tableColumns, style: terminal.style }));
}

/** Why a whole output may be empty, which is no fault: something that is not there has no average. */
function emptyText(name: string, { length, volume }: Bars): string {
  const lacking = volume.every(Number.isNaN) ? ', or it takes the volume, which they do not have' : '';
  return `Every cell is empty: ${formatPlural(length, 'bar')} may be fewer than ${name} needs${lacking}.`;
}

interface Rows {
  readonly bars: Bars;
  readonly names: readonly string[];
  readonly columns: readonly Float64Array[];
  /** Index of the first row written. */
  readonly start: number;
  readonly json: boolean;
}

async function writeRows(terminal: Terminal, { bars, names, columns, start, json }: Rows): Promise<void> {
  if (!json) await terminal.write(`timestamp,${names.join(',')}\n`);
  for (let from = start; from < bars.length; from += CHUNK_ROWS) {
    const to = Math.min(bars.length, from + CHUNK_ROWS);
    let text = '';
    for (let row = from; row < to; row++) text += json ? jsonRow(bars, names, columns, row) : csvRow(bars, columns, row);
    await terminal.write(text);
  }
}

function csvRow(bars: Bars, columns: readonly Float64Array[], row: number): string {
  let line = String(bars.timestamp[row]);
  for (const column of columns) {
    const cell = column[row];
    line += Number.isFinite(cell) ? `,${cell}` : ',';
  }
  return `${line}\n`;
}

function jsonRow(bars: Bars, names: readonly string[], columns: readonly Float64Array[], row: number): string {
  // JSON has no NaN: stringify writes null, which is what a cell before warm-up is.
  const cells = names.map((name, i) => [name, columns[i]?.[row]]);
  return `${JSON.stringify({ timestamp: bars.timestamp[row], ...Object.fromEntries(cells) as Record<string, number> })}\n`;
}
