import { DAY_MS } from '../../domain/time.ts';
import { underwater } from '../drawdowns.ts';
import { rollingSharpe } from '../rolling.ts';
import type { Series } from '../sampling.ts';
import type { Measured } from './figures.ts';
import { compact, percent, trimmed } from './format.ts';
import { html, type Html } from './html.ts';
import { figure, key, plot, share, type Curve, type Span } from './plot.ts';
import { linearScale, logScale } from './scale.ts';
import { fromOpening, type SheetBand, type TearSheet } from './sheet.ts';

/** The span of everything that is drawn over time. */
function spanOf(sheet: TearSheet): Span {
  const moments = sheet.equity ?? fromOpening(sheet);
  const from = moments.timestamps[0] ?? 0;
  const to = moments.timestamps[moments.timestamps.length - 1] ?? from;
  return to > from ? { from, to } : { from: from - DAY_MS / 2, to: from + DAY_MS / 2 };
}

/** Lowest and highest of several lists of values, those that are numbers. */
export function extent(...lists: readonly ArrayLike<number>[]): readonly [low: number, high: number] {
  let [low, high] = [Infinity, -Infinity];
  for (const values of lists) {
    for (let i = 0; i < values.length; i++) {
      if (values[i] < low) low = values[i];
      if (values[i] > high) high = values[i];
    }
  }
  return low <= high ? [low, high] : [0, 1];
}

/** The last value at or before each moment; both in order of time. NaN before the first. */
function lastKnown(timestamps: ArrayLike<number>, values: ArrayLike<number>, at: ArrayLike<number>): Float64Array {
  let next = 0;
  return Float64Array.from(at, (moment) => {
    while (next < timestamps.length && timestamps[next] <= moment) next += 1;
    return next === 0 ? NaN : values[next - 1];
  });
}

/** Equity and what it is compared with, as the equity figure draws them. */
interface EquityLines {
  readonly xs: Float64Array;
  readonly ys: Float64Array;
  /** Fall below the peak, 0 or less. */
  readonly below: Float64Array;
  readonly benchmark?: { readonly name: string; readonly xs: Float64Array; readonly ys: Float64Array; readonly atPoints: Float64Array } | undefined;
}

function equityLines(sheet: TearSheet): EquityLines {
  const { daily, cash, benchmark, equity } = sheet;
  const { timestamps: xs, values: ys } = equity ?? fromOpening(sheet);
  const below = underwater(Float64Array.from([cash, ...ys])).subarray(1).map((fall) => -fall);
  if (benchmark === undefined) return { xs, ys, below };
  // A day's value is that of its end; both begin with the same money.
  const dayEnds = equity === undefined ? daily.timestamps : daily.timestamps.map((day) => Math.min(day + DAY_MS - 1, xs.at(-1) ?? day));
  const begin = Math.min(xs[0] ?? 0, dayEnds[0] ?? 0);
  const [otherXs, otherYs] = [Float64Array.from([begin, ...dayEnds]), Float64Array.from([cash, ...Array.from(benchmark.values)])];
  return { xs, ys, below, benchmark: { name: benchmark.name, xs: otherXs, ys: otherYs, atPoints: lastKnown(otherXs, otherYs, xs) } };
}

/** Where the windows of a walk-forward began to be traded. */
function windowMarks({ windows = [] }: TearSheet, { from, to }: Span): readonly Html[] {
  return windows.map((window) => share(Math.max(0, window.from - from) / (to - from)))
    .map((x) => html`<line class="window" x1="${x}" x2="${x}" y1="0" y2="100%"/>`);
}

/** Equity beside what else could have been done, and how far it was below its peak. */
export function equityFigure(sheet: TearSheet): Html {
  const { cash, currency } = sheet;
  const { xs, ys, below, benchmark } = equityLines(sheet);
  const span = spanOf(sheet);
  const others = benchmark === undefined ? [] : [benchmark];
  const bounds = extent(ys, [cash], ...others.map((other) => other.ys));
  const log = logScale(...bounds);
  // Where one line is many times the other, an even axis would lay one of them flat.
  const wide = log !== undefined && bounds[1] > 8 * bounds[0];
  const curves: Curve[] = [
    ...others.map((other) => ({ kind: 'line', paint: 'other', xs: other.xs, ys: other.ys }) as const),
    { kind: 'line', paint: 'equity', xs, ys },
  ];
  const begins = windowMarks(sheet, span);
  const common = { span, marks: begins, write: compact, fewest: 3, height: 'tall', curves, dated: false, levels: [{ value: cash, paint: 'start' }] } as const;
  const deepest = below.reduce((lowest, fall) => Math.min(lowest, fall), -0.001);
  const written = { decimals: bounds[1] < 10 ? 4 : bounds[1] < 1e5 ? 2 : 0, unit: currency === undefined ? '' : ` ${currency}` };
  return figure('equity', currency === undefined ? `From ${compact(cash)}` : `In ${currency}`, {
    tools: log !== undefined && html`<div class="tools" hidden><button type="button" data-view="linear" aria-pressed="${wide ? 'false' : 'true'}">Linear</button><button type="button" data-view="log" aria-pressed="${wide ? 'true' : 'false'}">Log</button></div>`,
    legend: [key('equity', 'Equity'), others.map(({ name }) => key('other', name)), begins.length > 0 && key('window', 'A test begins, with its own parameters'), key('fall', 'Below the peak')],
    ...(wide && { view: 'log' }),
    xs, readings: [
      { name: 'Equity', values: ys, ...written },
      ...others.map(({ name, atPoints }) => ({ name, values: atPoints, ...written })),
      { name: 'Below peak', values: below, decimals: 2, factor: 100, unit: ' %' },
    ],
    plots: [
      plot({ ...common, label: `Equity over time, from ${compact(cash)} to ${compact(ys.at(-1) ?? cash)}`, scale: linearScale(...bounds), ...(log !== undefined && { view: 'view-linear' }) }),
      ...(log === undefined ? [] : [plot({ ...common, label: 'Equity over time on a logarithmic axis', scale: log, view: 'view-log' })]),
      plot({
        label: `Fall below the peak over time, deepest ${percent(-deepest, 1)}`, span, scale: linearScale(deepest, 0, 3), write: percent,
        height: 'low', curves: [{ kind: 'area', paint: 'fall', xs, ys: below, below: 0 }], dated: true,
      }),
    ],
  });
}

/** Each value as a level from the moment before to its own. */
function stepped({ timestamps, values }: Series): { readonly xs: Float64Array; readonly ys: Float64Array } {
  const xs = new Float64Array(2 * values.length);
  const ys = new Float64Array(2 * values.length);
  for (let i = 0; i < values.length; i++) {
    xs[2 * i] = timestamps[Math.max(0, i - 1)];
    xs[2 * i + 1] = timestamps[i];
    ys[2 * i] = ys[2 * i + 1] = values[i];
  }
  return { xs, ys };
}

/** Daily returns in a rolling window: the longest of these of which the run holds at least two. */
const WINDOWS = [126, 90, 60, 30, 15];

/** The ratio at each day and its window; or no window, and why: an axis without a curve would say nothing. */
function rollingRatios({ daily, periodsPerYear }: TearSheet, returns: Float64Array): { readonly window: number | undefined; readonly ratios: Float64Array; readonly missing: string } {
  const window = WINDOWS.find((days) => returns.length >= 2 * days);
  const ratios = new Float64Array(daily.timestamps.length).fill(NaN);
  if (window === undefined) return { window, ratios, missing: 'Fewer than 30 days: too few for a Sharpe ratio that moves.' };
  ratios.set(rollingSharpe(returns, window, periodsPerYear), window - 1);
  return { window: ratios.some(Number.isFinite) ? window : undefined, ratios, missing: `The returns of no ${window} days in a row differ, so there is no Sharpe ratio.` };
}

/** Sharpe ratio of a moving window, and how much was invested. */
export function rollingFigure(sheet: TearSheet, { returns }: Measured): Html | undefined {
  const { exposure } = sheet;
  const { window, ratios, missing } = rollingRatios(sheet, returns);
  if (window === undefined && exposure === undefined) return undefined;
  const span = spanOf(sheet);
  const xs = sheet.daily.timestamps.map((day) => day + DAY_MS - 1);
  const invested = exposure === undefined ? undefined : lastKnown(exposure.timestamps, exposure.values, xs);
  const most = exposure === undefined ? 1 : Math.max(0.05, extent(exposure.values)[1]);
  return figure('rolling', window === undefined ? 'Exposure' : exposure === undefined ? 'Sharpe ratio' : 'Sharpe ratio and exposure', {
    note: window === undefined ? missing : `Sharpe ratio of the ${window} days before, annualised${exposure === undefined ? '' : '; below it, the share of equity that was invested, longs and shorts added up'}.`,
    legend: [window !== undefined && key('equity', `Sharpe, ${window} days`), exposure !== undefined && key('exposed', 'Invested')],
    xs, readings: [
      ...(window === undefined ? [] : [{ name: 'Sharpe', values: ratios, decimals: 2 }]),
      ...(invested === undefined ? [] : [{ name: 'Invested', values: invested, decimals: 1, factor: 100, unit: ' %' }]),
    ],
    plots: [
      ...(window === undefined ? [] : [plot({
        label: `Sharpe ratio of ${window} days over time`, span, scale: linearScale(Math.min(0, extent(ratios)[0]), Math.max(0, extent(ratios)[1])), write: trimmed, fewest: 3, height: 'middle',
        curves: [{ kind: 'line', paint: 'equity', xs, ys: ratios }], dated: exposure === undefined, levels: [{ value: 0, paint: 'start' }],
      })]),
      ...(exposure === undefined ? [] : [plot({
        label: 'Share of equity invested over time', span, scale: linearScale(0, most, 3), write: percent, height: 'low',
        curves: [{ kind: 'area', paint: 'exposed', ...stepped(exposure), below: 0 }], dated: true,
      })]),
    ],
  });
}

/** How else it may have gone. */
export function bandFigure(sheet: TearSheet, { about, timestamps, quantiles, facts }: SheetBand): Html {
  const [from, to] = extent(timestamps);
  const middle = quantiles.find(({ share }) => share === 0.5);
  const pairs = quantiles.filter(({ share }) => share < 0.5).map((low) => ({ low, high: quantiles.find(({ share }) => Math.abs(share + low.share - 1) < 1e-9) }));
  const actual = sheet.equity ?? sheet.daily;
  const curves: Curve[] = [
    ...pairs.flatMap(({ low, high }) => high === undefined ? [] : [{ kind: 'band', paint: 'spread', xs: timestamps, ys: high.values, below: low.values } as const]),
    ...(middle === undefined ? [] : [{ kind: 'line', paint: 'other', xs: timestamps, ys: middle.values } as const]),
    { kind: 'line', paint: 'equity', xs: actual.timestamps, ys: actual.values },
  ];
  return figure('monte-carlo', 'How else it may have gone', {
    note: about,
    legend: [key('equity', 'As it went'), key('other', 'Middle'), ...pairs.map(({ low }, i) => key(i === 0 ? 'spread' : 'spread inner', `${percent(1 - 2 * low.share, 0)} of the courses`))],
    xs: timestamps, readings: quantiles.map(({ share, values }) => ({ name: percent(share, 0), values, decimals: 2 })),
    plots: [
      plot({ label: about, span: { from, to }, scale: linearScale(...extent(actual.values, ...quantiles.map(({ values }) => values))), write: compact, fewest: 3, height: 'tall', curves, dated: true }),
      html`<dl class="inline-facts">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`,
    ],
  });
}
