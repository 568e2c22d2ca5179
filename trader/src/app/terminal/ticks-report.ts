import type { TickRunReport, TicksReport } from '../wiring/ticks.ts';
import { formatCount, formatDuration, formatMoney, formatPercent, formatPlural, formatQuantity } from './format.ts';
import type { Paint, Style } from './style.ts';
import { fit, wrap } from './text.ts';

const LABEL_WIDTH = 16;

/** How a report is drawn. */
export interface TicksLayout {
  readonly columns: number;
  readonly style: Style;
}

type Fact = readonly [label: string, text: string, paint?: Paint];

/** Labels with what they say, in lines of at most so many columns. */
function factLines(facts: readonly Fact[], { columns, style }: TicksLayout): string[] {
  const width = Math.max(40, Math.min(columns, 110)) - LABEL_WIDTH - 2;
  return facts.flatMap(([label, text, paint = (plain) => plain]) =>
    wrap(text, width).map((line, i) => `  ${style.faint(fit(i === 0 ? label : '', LABEL_WIDTH))}${paint(line)}`));
}

/** What a recording holds, for people. */
export function renderTicks(report: TicksReport, layout: TicksLayout): string[] {
  const { style } = layout;
  return [style.strong(report.file), ...factLines([
    ['Written as', report.formats.join(', ')],
    ['Span', spanOf(report)],
    ['Messages', `${formatCount(report.messages)}${report.ignored === 0 ? '' : `, ${formatCount(report.ignored)} of them of no use`}`],
    ['Ticks', `${formatCount(report.ticks)}: ${formatPlural(report.levels, 'price level')}, ${formatPlural(report.trades, 'trade')}, ${formatPlural(report.quotes, 'best quote')}`],
    ['Decimals', `${report.priceDecimals} in prices, ${report.sizeDecimals} in sizes`],
    ['Book', bookText(report)],
    ...(report.snapshots + report.updates + report.unusedUpdates === 0 ? [] : [sequenceFact(report, style)]),
    ...report.gaps.slice(0, 5).map(({ at, after, next }): Fact => ['', `at ${new Date(at).toISOString()}: ${after} is followed by ${next}`, style.warn]),
    ...(report.bestCompared === 0 ? [] : [bestFact(report, style)]),
    ...(report.repeatedTrades + report.missingTrades === 0 ? [] : [['Trade ids', `${formatCount(report.repeatedTrades)} repeated, ${formatCount(report.missingTrades)} missing`, style.warn] as const]),
    ['Order', report.outOfOrder === 0 ? 'as it happened' : `${formatPlural(report.outOfOrder, 'tick')} recorded behind a later one, put where they belong`],
    ...clockFacts(report),
  ], layout)];
}

function spanOf({ from, to }: { readonly from: string; readonly to: string }): string {
  const text = (time: string) => time.replace('T', ' ').replace('Z', '');
  const end = from.slice(0, 10) === to.slice(0, 10) ? text(to).slice(11) : text(to);
  return `${text(from)} to ${end} UTC, ${formatDuration(Date.parse(to) - Date.parse(from))}`;
}

function bookText({ snapshots, updates, coveredUpdates, crossed, quotes }: TicksReport): string {
  if (snapshots + updates === 0) return quotes === 0 ? 'none: there are trades alone' : 'no depth: the best quotes are the book';
  return `${formatPlural(snapshots, 'snapshot')}, ${formatPlural(updates, 'update')}, ${formatCount(coveredUpdates)} left out as known already, crossed at ${formatPlural(crossed, 'moment')}`;
}

function sequenceFact({ gaps, unusedUpdates, updates, numberedUpdates }: TicksReport, style: Style): Fact {
  if (numberedUpdates < updates) return ['Sequence', 'updates carry no numbers: a hole would not be seen', style.warn];
  if (gaps.length === 0 && unusedUpdates === 0) return ['Sequence', 'no gaps', style.good];
  return ['Sequence', `${formatPlural(gaps.length, 'gap')}${unusedUpdates === 0 ? '' : `, ${formatPlural(unusedUpdates, 'update')} without a snapshot to build on`}`, style.warn];
}

function bestFact({ bestCompared, bestEqual }: TicksReport, style: Style): Fact {
  return ['Best prices', `${formatCount(bestEqual)} of ${formatPlural(bestCompared, 'update')} agree with the venue's own best quote`, bestEqual === bestCompared ? style.good : style.warn];
}

function clockFacts({ clockBehindMs, delayMs }: TicksReport): Fact[] {
  if (delayMs === null) return [['Clock', 'the venue\'s alone']];
  const [lowest, median, highest] = delayMs.map((ms) => ms.toFixed(1));
  return [
    ...(clockBehindMs === 0 ? [] : [['Clock', `the recorder's was at least ${clockBehindMs.toFixed(3)} ms behind; that is added to its times`] as const]),
    ['Delay', `${lowest} ms from venue to recorder at the least, ${median} in the middle, ${highest} at the most`],
  ];
}

/** What a strategy made of ticks, for people. */
export function renderTickRun(report: TickRunReport, layout: TicksLayout): string[] {
  const { style } = layout;
  const paint = report.netReturn > 0 ? style.good : report.netReturn < 0 ? style.bad : style.strong;
  return [
    `${style.strong(report.strategy)} on ${style.strong(report.file)}`,
    ...wrap(Object.entries(report.parameters).map(([name, value]) => `${name}=${value}`).join('  '), layout.columns).map(style.faint),
    ...factLines([
      ['Span', spanOf(report)],
      ['Seen', `${formatPlural(report.bars, 'bar')} of ${report.interval}, made of ${formatPlural(report.ticks, 'tick')}`],
      ['Venue', `${report.entryMs} ms there, ${report.responseMs} ms back; queue ${report.queue}; fee ${report.fee}`],
      ['Orders', `${formatCount(report.orders)}, denied ${formatCount(report.denials)}`],
      ['Fills', `${formatCount(report.fills)}: ${formatCount(report.makerFills)} of orders that rested, ${formatCount(report.takerFills)} that took`],
      ['Final equity', formatMoney(report.finalEquity), style.strong],
      ['Net return', formatPercent(report.netReturn, 4, { sign: true }), paint],
      ['Max drawdown', formatPercent(report.maxDrawdown, 4)],
      ['Fees', formatMoney(report.fees)],
      ['Round trips', formatCount(report.trades)],
      ['Held at the end', formatQuantity(report.position)],
      ...(report.gaps === 0 ? [] : [['Gaps', `${formatPlural(report.gaps, 'gap')}: the book was unknown from each to the next snapshot`, style.warn] as const]),
      ['CPU', formatDuration(report.cpuSeconds * 1000)],
    ], layout),
  ];
}
