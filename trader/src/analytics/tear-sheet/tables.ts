import { dayText } from '../../domain/calendar.ts';
import { monthlyReturns, yearlyReturns } from '../calendar-returns.ts';
import { drawdowns } from '../drawdowns.ts';
import type { Measured } from './figures.ts';
import { decimal, duration, money, NONE, percent, tone } from './format.ts';
import { html, type Html } from './html.ts';
import { share } from './plot.ts';
import { monthName } from './scale.ts';
import { fromOpening, type FactGroup, type SheetWindow, type TearSheet } from './sheet.ts';

/** Steps of colour on each side of nothing. */
const SHADES = 5;

/** Returns by month and year, coloured by size. */
export function calendarTable({ cash, daily }: TearSheet): Html {
  const months = monthlyReturns(cash, daily);
  const years = yearlyReturns(cash, daily);
  const sizes = months.map(({ value }) => Math.abs(value)).filter(Number.isFinite).toSorted((a, b) => a - b);
  const full = sizes[Math.floor(sizes.length * 0.9)] ?? 0;
  const cell = (value: number | undefined, scale: number) => value === undefined ? html`<td class="empty"><span class="hidden">no data</span></td>` : html`<td class="${shade(value, scale)}">${percent(value, 1, true)}</td>`;
  return html`<section aria-labelledby="months-title"><h2 id="months-title">Months and years</h2>
<div class="scroll" tabindex="0"><table class="heat"><caption class="hidden">Return of each month and year</caption>
<thead><tr><th scope="col">Year</th>${Array.from({ length: 12 }, (_, month) => html`<th scope="col">${monthName(month + 1)}</th>`)}<th scope="col">Year</th></tr></thead>
<tbody>${years.map(({ year, value }) => html`<tr><th scope="row">${year}</th>${Array.from({ length: 12 }, (_, month) => cell(months.find((one) => one.year === year && one.month === month + 1)?.value, full))}${cell(value, full * 3)}</tr>`)}</tbody></table></div>
<p class="note">Calendar months, UTC, compounded from day to day; the first and the last may be parts of one. Blue gained, orange lost; the deeper the colour, the more.</p></section>`;
}

function shade(value: number, full: number): string {
  const step = full === 0 ? 0 : Math.min(SHADES, Math.ceil(Math.abs(value) / full * SHADES));
  return value === 0 || step === 0 || Number.isNaN(value) ? 'flat' : `${value > 0 ? 'up' : 'down'}-${step}`;
}

/** The deepest falls. */
export function drawdownTable(sheet: TearSheet): Html {
  // One that takes no time is of a moment at which one market had closed and another had not.
  const falls = (sheet.falls ?? drawdowns(fromOpening(sheet))).filter(({ peak, trough }) => trough > peak).toSorted((a, b) => b.depth - a.depth).slice(0, 10);
  return html`<section aria-labelledby="falls-title"><h2 id="falls-title">Deepest falls</h2>
${falls.length === 0 ? html`<p class="note">Equity never fell below a peak.</p>` : html`<div class="scroll" tabindex="0"><table><thead><tr><th scope="col">Depth</th><th scope="col"><span class="hidden">as a bar</span></th><th scope="col">Peak</th><th scope="col">Trough</th><th scope="col">Back at the peak</th><th scope="col">To the trough</th><th scope="col">In all</th></tr></thead>
<tbody>${falls.map(({ depth, peak, trough, recovered, durationMs }) => html`<tr><td class="down">−${percent(depth)}</td><td class="bar"><svg aria-hidden="true" width="100%" height="8"><rect width="${share(depth / falls[0].depth)}" height="8"/></svg></td><td>${dayText(peak)}</td><td>${dayText(trough)}</td><td>${recovered === undefined ? 'not yet' : dayText(recovered)}</td><td>${duration(trough - peak)}</td><td>${duration(durationMs)}</td></tr>`)}</tbody></table></div>`}</section>`;
}

/** From what trading made to what was left. */
export function costTable({ costs = [], currency = '', turnover }: TearSheet, { profit, costs: total }: Measured): Html | undefined {
  if (total === null) return undefined;
  const gross = profit + total;
  const rows = [
    { name: 'Profit before costs', amount: gross },
    ...costs.map(({ kind, amount }) => ({ name: kind.charAt(0).toUpperCase() + kind.slice(1), amount: -amount })),
    { name: 'Net profit', amount: profit },
  ];
  const largest = Math.max(...rows.map(({ amount }) => Math.abs(amount)), 1e-12);
  const relative = (amount: number, of: number | undefined, write: (part: number) => string) => of === undefined || of === 0 ? NONE : write(amount / of);
  return html`<section aria-labelledby="costs-title"><h2 id="costs-title">From profit to what was left</h2>
<div class="scroll" tabindex="0"><table class="costs"><thead><tr><th scope="col" class="text">What</th><th scope="col">${currency}</th><th scope="col"><span class="hidden">as a bar</span></th><th scope="col">of profit before costs</th><th scope="col">of turnover</th></tr></thead>
<tbody>${rows.map(({ name, amount }, i) => html`<tr${i === rows.length - 1 ? html` class="sum"` : ''}><th scope="row">${name}</th><td class="${tone(amount)}">${money(amount, true)}</td>
<td class="picture"><svg aria-hidden="true" width="100%" height="12"><rect class="${tone(amount)}" x="${share(amount < 0 ? 0.5 - Math.abs(amount) / largest / 2 : 0.5)}" width="${share(Math.abs(amount) / largest / 2)}" height="12"/><line x1="50%" x2="50%" y2="12"/></svg></td>
<td>${gross > 0 ? relative(amount, gross, (part) => percent(part, 1, true)) : NONE}</td><td>${relative(amount, turnover, (part) => `${decimal(part * 1e4, 2, true)} bp`)}</td></tr>`)}</tbody></table></div></section>`;
}

/** The windows of a walk-forward. */
export function windowTable(windows: readonly SheetWindow[]): Html {
  return html`<section aria-labelledby="windows-title"><h2 id="windows-title">Walk-forward windows</h2>
<div class="scroll" tabindex="0"><table><thead><tr><th scope="col">Chosen on</th><th scope="col">Traded on</th><th scope="col" class="text">Parameters</th><th scope="col">Sharpe where chosen</th><th scope="col">Sharpe where traded</th><th scope="col">Return</th><th scope="col">Trades</th></tr></thead>
<tbody>${windows.map(({ trainFrom, trainTo, from, to, parameters, sharpeIn, sharpeOut, returnOut, trades }) => html`<tr><td>${dayText(trainFrom)} to ${dayText(trainTo)}</td><td>${dayText(from)} to ${dayText(to)}</td><td class="text">${parameters}</td><td>${decimal(sharpeIn, 2)}</td><td class="${tone(sharpeOut)}">${decimal(sharpeOut, 2)}</td><td class="${tone(returnOut)}">${percent(returnOut, 2, true)}</td><td>${decimal(trades, 0)}</td></tr>`)}</tbody></table></div></section>`;
}

/** How it was run, and how to run it again. */
export function factTables(groups: readonly FactGroup[], command: string): Html {
  return html`<section aria-labelledby="run-title"><h2 id="run-title">How it was made</h2>
<div class="groups">${groups.map(({ title, facts }) => html`<table class="facts"><caption>${title}</caption><tbody>${facts.map(([name, value]) => html`<tr><th scope="row">${name}</th><td>${value}</td></tr>`)}</tbody></table>`)}</div>
<h3>To get the same file</h3><pre class="command"><code>${command}</code></pre></section>`;
}
