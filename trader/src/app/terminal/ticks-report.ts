import type { TickRunReport, TicksReport } from '../wiring/ticks.ts';
import { formatCount, formatDuration, formatMoney, formatPercent, formatPlural, formatQuantity } from './format.ts';
import type { Style } from './style.ts';
import { fit } from './text.ts';

const LABEL_WIDTH = 16;

/** What a recording holds, for people. */
export function renderTicks(report: TicksReport, style: Style): string[] {
  const line = (label: string, text: string) => `  ${style.faint(fit(label, LABEL_WIDTH))}${text}`;
  return [
    style.strong(report.file),
    line('Written as', report.formats.join(', ')),
    line('Span', spanOf(report)),
    line('Messages', `${formatCount(report.messages)}${report.ignored === 0 ? '' : `, ${formatCount(report.ignored)} of them of no use`}`),
    line('Ticks', `${formatCount(report.ticks)}: ${formatPlural(report.levels, 'price level')}, ${formatPlural(report.trades, 'trade')}, ${formatPlural(report.quotes, 'best quote')}`),
    line('Decimals', `${report.priceDecimals} in prices, ${report.sizeDecimals} in sizes`),
    line('Book', bookText(report)),
    ...(report.snapshots + report.updates + report.unusedUpdates === 0 ? [] : [line('Sequence', sequenceText(report, style))]),
    ...report.gaps.slice(0, 5).map(({ at, after, next }) => line('', style.warn(`at ${new Date(at).toISOString()}: ${after} is followed by ${next}`))),
    ...(report.bestCompared === 0 ? [] : [line('Best prices', bestText(report, style))]),
    ...(report.repeatedTrades + report.missingTrades === 0 ? [] : [line('Trade ids', style.warn(`${formatCount(report.repeatedTrades)} repeated, ${formatCount(report.missingTrades)} missing`))]),
    line('Order', report.outOfOrder === 0 ? 'as it happened' : `${formatPlural(report.outOfOrder, 'tick')} recorded behind a later one, put where they belong`),
    ...clockLines(report).map((text, i) => line(i === 0 ? 'Clock' : '', text)),
  ];
}

function spanOf({ from, to }: { readonly from: string; readonly to: string }): string {
  return `${from.replace('T', ' ').replace('Z', '')} to ${to.replace('T', ' ').replace('Z', '')} UTC, ${formatDuration(Date.parse(to) - Date.parse(from))}`;
}

function bookText({ snapshots, updates, coveredUpdates, crossed, quotes }: TicksReport): string {
  if (snapshots + updates === 0) return quotes === 0 ? 'none: there are trades alone' : 'no depth: the best quotes are the book';
  return `${formatPlural(snapshots, 'snapshot')}, ${formatPlural(updates, 'update')}, ${formatCount(coveredUpdates)} left out as known already, crossed at ${formatPlural(crossed, 'moment')}`;
}

function sequenceText({ gaps, unusedUpdates, updates, numberedUpdates }: TicksReport, style: Style): string {
  if (numberedUpdates < updates) return style.warn('updates carry no numbers: a hole would not be seen');
  const unused = unusedUpdates === 0 ? '' : `, ${formatPlural(unusedUpdates, 'update')} without a snapshot to build on`;
  return gaps.length === 0 && unusedUpdates === 0 ? style.good('no gaps') : style.warn(`${formatPlural(gaps.length, 'gap')}${unused}`);
}

function bestText({ bestCompared, bestEqual }: TicksReport, style: Style): string {
  const text = `${formatCount(bestEqual)} of ${formatPlural(bestCompared, 'update')} leave the book at the venue's own best quote`;
  return bestEqual === bestCompared ? style.good(text) : style.warn(text);
}

function clockLines({ clockBehindMs, delayMs }: TicksReport): string[] {
  if (delayMs === null) return ['the venue\'s alone'];
  const [lowest, median, highest] = delayMs.map((ms) => ms.toFixed(1));
  return [
    ...(clockBehindMs === 0 ? [] : [`the recorder's was at least ${clockBehindMs.toFixed(3)} ms behind; that is added to its times`]),
    `${lowest} ms from venue to recorder at the least, ${median} in the middle, ${highest} at the most`,
  ];
}

/** What a strategy made of ticks, for people. */
export function renderTickRun(report: TickRunReport, style: Style): string[] {
  const line = (label: string, text: string) => `  ${style.faint(fit(label, LABEL_WIDTH))}${text}`;
  const paint = report.netReturn > 0 ? style.good : report.netReturn < 0 ? style.bad : style.strong;
  return [
    `${style.strong(report.strategy)} on ${style.strong(report.file)}`,
    style.faint(Object.entries(report.parameters).map(([name, value]) => `${name}=${value}`).join('  ')),
    line('Span', spanOf(report)),
    line('Seen', `${formatPlural(report.bars, 'bar')} of ${report.interval}, made of ${formatPlural(report.ticks, 'tick')}`),
    line('Venue', `${report.entryMs} ms there, ${report.responseMs} ms back; queue ${report.queue}; fee ${report.fee}`),
    line('Orders', `${formatCount(report.orders)}, denied ${formatCount(report.denials)}`),
    line('Fills', `${formatCount(report.fills)}: ${formatCount(report.makerFills)} of orders that rested, ${formatCount(report.takerFills)} that took`),
    line('Final equity', style.strong(formatMoney(report.finalEquity))),
    line('Net return', paint(formatPercent(report.netReturn, 4, { sign: true }))),
    line('Max drawdown', formatPercent(report.maxDrawdown, 4)),
    line('Fees', formatMoney(report.fees)),
    line('Round trips', formatCount(report.trades)),
    line('Held at the end', formatQuantity(report.position)),
    ...(report.gaps === 0 ? [] : [line('Gaps', style.warn(`${formatPlural(report.gaps, 'gap')}: the book was unknown from each to the next snapshot`))]),
    style.faint(`  ${formatDuration(report.cpuSeconds * 1000)} of CPU`),
  ];
}
