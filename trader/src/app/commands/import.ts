import { existsSync } from 'node:fs';
import type { QualityReport } from '../../adapters/bars/quality.ts';
import { formatInterval } from '../../domain/time.ts';
import { defineCommand } from '../command.ts';
import { flag, readInterval, readText, value } from '../options.ts';
import { Refusal } from '../refusal.ts';
import { formatCount, formatDuration, formatPercent, formatPlural, formatTime } from '../terminal/format.ts';
import type { Style } from '../terminal/style.ts';
import { fit } from '../terminal/text.ts';
import type { ImportReport } from '../wiring/bar-import.ts';

const LABEL_WIDTH = 14;

/** Reads a file of bars into the store, and says what it is like. */
export const importCommand = defineCommand({
  name: 'import',
  group: 'Data',
  summary: 'check a file of bars, report its quality, and store it',
  usage: 'FILE [--instrument ID] [--out FILE] [options]',
  examples: [
    'import data/binance-usdm_BTCUSDT_1m_20250504-20250603.csv.gz --instrument BTC-USDT-PERP.BINANCE',
    'import data/spy.csv.gz --factors data/spy.csv --out spy-adjusted.csv',
    'import corrected.parquet --instrument ETH-USDT.KRAKEN --interval 1h --replace',
  ],
  positionals: [{ name: 'FILE', help: 'CSV, CSV.gz or Parquet with timestamp (milliseconds UTC), open, high, low, close and, if known, volume' }],
  options: {
    instrument: value('ID', 'store the bars under this id, such as BTC-USDT-PERP.BINANCE', readText),
    interval: value('1h', 'the interval that the bars must have; found out where it is not given', readInterval),
    factors: value('FILE', 'a LEAN factor file: prices of a LEAN daily file are adjusted by it', readText),
    out: value('FILE', 'write the bars, checked and adjusted, as CSV', readText),
    replace: flag('let bars of the file replace stored ones that differ; without it they are refused'),
    strict: flag('refuse gaps, and bars of zero or absent volume, instead of counting them'),
  },
  notes: [
    'Bars may overlap what is stored as long as they agree with it. Nothing is changed unless the whole file is sound. With neither --instrument nor --out the file is only checked.',
  ],
  async run({ positionals: [file = ''], options, config, terminal, json }) {
    const { instrument, interval, factors, out, replace, strict } = options;
    if (out !== undefined && existsSync(out)) throw new Refusal('usage', `${out} is there already`, { hint: 'Name another --out file, or remove it.' });
    const progress = terminal.phases();
    const reading = { home: config.home, strict, ...(factors === undefined ? {} : { factors }) };
    const { importBars } = await import('../wiring/bar-import.ts');
    const { openBars } = await import('../../adapters/bars/column-cache.ts');
    try {
      const stored = instrument === undefined ? undefined : await importBars(file, {
        ...reading, instrument, replace, onProgress: (phase, fraction) => progress.update(phase, fraction), ...(interval === undefined ? {} : { interval: formatInterval(interval) }),
      });
      const bars = await openBars(file, { ...reading, onProgress: (fraction) => progress.update('Importing', fraction) });
      try {
        if (interval !== undefined && bars.length > 2 && bars.intervalMs !== interval) {
          throw new Refusal('bad-data', `${file}: its bars are ${formatInterval(bars.intervalMs)} apart, not ${formatInterval(interval)}`);
        }
        if (out !== undefined) (await import('../../adapters/bars/csv-writer.ts')).writeCsv(bars, out);
      } finally {
        bars.close();
      }
      progress.close();
      if (json) terminal.printJson({ file, quality: bars.quality, stored: stored === undefined ? null : storedFacts(stored), out: out ?? null });
      else terminal.print(...reportLines(file, bars.quality, stored, out, terminal.style));
    } finally {
      progress.close();
    }
    return 'ok';
  },
});

function storedFacts({ added, equal, replaced, instrument, interval, quality }: ImportReport) {
  return { instrument, interval, added, equal, replaced, quality };
}

function reportLines(file: string, quality: QualityReport, stored: ImportReport | undefined, out: string | undefined, style: Style): string[] {
  const line = (label: string, text: string) => `  ${style.faint(fit(label, LABEL_WIDTH))}${text}`;
  return [
    `${style.good('Sound')}  ${style.strong(file)}`,
    ...qualityFacts(quality, style).map(([label, text]) => line(label, text)),
    ...(stored === undefined ? [] : [
      line('Stored as', `${style.strong(stored.instrument)} ${stored.interval}: ${formatCount(stored.added)} added, ${formatCount(stored.equal)} there already, ${formatCount(stored.replaced)} replaced`),
      line('Now holds', `${formatCount(stored.quality.bars)} bars, ${span(stored.quality)}, ${gapText(stored.quality)}`),
    ]),
    ...(out === undefined ? [] : [line('Written to', out)]),
  ];
}

function qualityFacts(quality: QualityReport, style: Style): (readonly [string, string])[] {
  return [
    ['Bars', `${formatCount(quality.bars)} of ${formatInterval(quality.intervalMs)}`],
    ['Span', `${span(quality)} UTC`],
    ['Gaps', quality.gaps === 0 ? style.good('none') : style.warn(gapText(quality))],
    ['Volume', volumeText(quality)],
    ['Largest move', quality.largestMove === 0 ? 'none: every close is the same' : `${formatPercent(quality.largestMove)} at ${formatTime(quality.largestMoveAt)}`],
    ['Decimals', `${quality.priceDecimals} in prices, ${quality.volumeDecimals} in volumes`],
  ];
}

function span({ from, to }: QualityReport): string {
  return `${formatTime(from)} to ${formatTime(to)}`;
}

/** The gaps of a series in words. */
function gapText({ gaps, missingBars, longestGapMs, longestGapAt }: QualityReport): string {
  if (gaps === 0) return 'no gaps';
  return `${formatPlural(gaps, 'gap')}, ${formatPlural(missingBars, 'bar')} missing, longest ${formatDuration(longestGapMs)} from ${formatTime(longestGapAt)}`;
}

function volumeText({ bars, zeroVolumeBars, absentVolumeBars }: QualityReport): string {
  if (absentVolumeBars === bars) return 'absent';
  const facts = [
    ...(zeroVolumeBars > 0 ? [`zero in ${formatPlural(zeroVolumeBars, 'bar')}`] : []),
    ...(absentVolumeBars > 0 ? [`absent in ${formatPlural(absentVolumeBars, 'bar')}`] : []),
  ];
  return facts.length === 0 ? 'in every bar' : facts.join(', ');
}
