import { dayText } from '../../domain/calendar.ts';
import { DAY_MS } from '../../domain/time.ts';
import type { FigureGroup, Measured } from './figures.ts';
import { count, decimal, duration, money, percent, plural, times, tone, trimmed } from './format.ts';
import { html, type Html } from './html.ts';
import type { SheetVerdict, TearSheet } from './sheet.ts';

/** Trades below which their figures say little, and days, of which bars of weeks have fewer. */
const FEW_TRADES = 30;
const FEW_DAYS = 250;

/** What the sheet is about, and the two buttons. */
export function header({ kind, title, subject, daily }: TearSheet): Html {
  const days = daily.timestamps.length;
  const span = days === 0 ? 'no day' : days === 1 ? dayText(daily.timestamps[0]) : `${dayText(daily.timestamps[0])} to ${dayText(daily.timestamps[days - 1])}`;
  return html`<header>
<p class="kind">${kind}</p>
<h1>${title}</h1>
<p class="subject"><span>${subject}</span> <span class="span">${span} UTC</span></p>
<div class="buttons" hidden><button type="button" id="theme">Light or dark</button><button type="button" id="print">Print</button></div>
</header>`;
}

/** What came out, in a sentence; what speaks against believing it; and the verdict's lines, where one was asked for. */
export function verdict(sheet: TearSheet, measured: Measured): Html {
  const given = sheet.verdict;
  const outcome = given?.outcome ?? (measured.netReturn > 0 ? 'gain' : measured.netReturn < 0 ? 'loss' : 'open');
  const words = { pass: 'Pass', fail: 'Fail', open: given === undefined ? 'Even' : 'Open', gain: 'Gain', loss: 'Loss' };
  const warnings = cautions(sheet, measured);
  return html`<section class="verdict ${outcome}" aria-labelledby="verdict-title">
<h2 id="verdict-title"><span class="chip ${outcome}">${words[outcome]}</span> ${given?.headline ?? headline(sheet, measured)}</h2>
${warnings.length > 0 && html`<ul class="cautions">${warnings.map((text) => html`<li>${text}</li>`)}</ul>`}
${given !== undefined && verdictTable(given)}
</section>`;
}

function verdictTable({ lines }: SheetVerdict): Html {
  const marks = { pass: '✓ Pass', warn: '! Warn', fail: '✕ Fail', open: '? Open' };
  return html`<div class="scroll" tabindex="0"><table class="lines"><thead><tr><th scope="col">Check</th><th scope="col">Outcome</th><th scope="col">Why</th></tr></thead>
<tbody>${lines.map(({ name, outcome, reason }) => html`<tr><th scope="row">${name}</th><td class="outcome ${outcome}">${marks[outcome]}</td><td class="text">${reason}</td></tr>`)}</tbody></table></div>`;
}

function headline({ daily, benchmark }: TearSheet, { netReturn, maxDrawdown, benchmarkReturn }: Measured): string {
  const days = daily.timestamps.length;
  if (days === 0) return 'Nothing happened: there is no day to look at.';
  const span = days === 1 ? 'one day' : duration(daily.timestamps[days - 1] - daily.timestamps[0] + DAY_MS);
  const what = netReturn === 0 ? `Neither gained nor lost in ${span}` : `${netReturn > 0 ? 'Gained' : 'Lost'} ${percent(Math.abs(netReturn))} in ${span}`;
  const against = benchmark === undefined || benchmarkReturn === null ? '' : `; ${benchmark.name.toLowerCase()} ${benchmarkReturn < 0 ? 'lost' : 'made'} ${percent(Math.abs(benchmarkReturn))}`;
  return `${what}, with a deepest fall of ${percent(maxDrawdown, 1)}${against}.`;
}

/** What a reader should know before he believes the figures. */
function cautions(sheet: TearSheet, measured: Measured): readonly string[] {
  const { daily, periodsPerYear, holdings = [], warnings = [] } = sheet;
  const { netReturn, confidence, maxDrawdown } = measured;
  const lucky = confidence !== null && confidence < 0.95 && netReturn > 0;
  return [
    ...tradeCautions(sheet),
    ...(periodsPerYear < FEW_DAYS ? [`Bars are longer than a day: what is called a day below is a bar, of which a year has ${trimmed(periodsPerYear, 4)}.`] : []),
    ...(daily.timestamps.length < Math.min(FEW_DAYS, periodsPerYear) ? [`${plural(daily.timestamps.length, 'day')}: less than a year, so figures that are annualised are guesses.`] : []),
    ...(lucky ? [`Luck alone would do as well too often: the probability that its Sharpe ratio is truly above 0 is ${percent(confidence, 1)}, not 95 %.`] : []),
    ...liquidationCautions(sheet),
    ...costCautions(sheet, measured),
    ...(maxDrawdown >= 1 ? ['Equity fell to nothing or below: a real account would have been closed.'] : []),
    ...(holdings.length > 0 ? [`${plural(holdings.length, 'position')} still open at the end, valued at the last price.`] : []),
    ...warnings,
  ];
}

function tradeCautions({ trips }: TearSheet): readonly string[] {
  if (trips === undefined || trips.length >= FEW_TRADES) return [];
  return [trips.length === 0 ? 'Not one trade was finished, so there is nothing to judge a strategy by.' : `${plural(trips.length, 'trade')}: too few to tell skill from luck.`];
}

function liquidationCautions({ trips = [] }: TearSheet): readonly string[] {
  const liquidated = trips.filter(({ exit }) => exit === 'liquidation').length;
  return liquidated === 0 ? [] : [`${plural(liquidated, 'position')} liquidated: the venue took what its margin no longer bore.`];
}

function costCautions({ currency = '' }: TearSheet, { profit, costs }: Measured): readonly string[] {
  const gross = profit + (costs ?? 0);
  if (costs === null || !(gross > 0 && costs > gross / 3)) return [];
  return [costs > gross ? `Costs of ${money(costs)} ${currency} ate all of the ${money(gross)} ${currency} that trading made.` : `Costs took ${percent(costs / gross, 0)} of what trading made.`];
}

/** The figures that people ask for first. */
export function tiles(sheet: TearSheet, measured: Measured): Html {
  const { netReturn, profit, cagr, sharpe, maxDrawdown, longestDrawdownMs, winRate, profitFactor, confidence, costs } = measured;
  const { currency, trips, turnover, cash } = sheet;
  const tile = (name: string, value: string, below: string, mood = 'flat') => html`<div class="tile"><dt>${name}</dt><dd class="${mood}">${value}</dd><dd class="below">${below}</dd></div>`;
  return html`<dl class="tiles">
${tile('Net return', percent(netReturn, 2, true), currency === undefined ? 'first to last day' : `${money(profit, true)} ${currency}`, tone(netReturn))}
${tile('Growth a year', percent(cagr, 1, true), 'compound', tone(cagr))}
${tile('Deepest fall', percent(maxDrawdown), longestDrawdownMs === 0 ? 'never below a peak' : `longest ${duration(longestDrawdownMs)}`)}
${tile('Sharpe', decimal(sharpe, 2), maxDrawdown >= 1 && sharpe === null ? 'none after ruin' : confidence === null ? 'too little to tell' : `above 0: ${sureness(confidence)} sure`)}
${trips !== undefined && tile('Trades', count(trips.length), `${percent(winRate, 1)} won`)}
${trips !== undefined && tile('Profit factor', decimal(profitFactor, 2), 'profits ÷ losses')}
${costs !== null && tile('Costs', percent(costs / cash), `of equity, ${money(costs)} ${currency ?? ''}`)}
${turnover !== undefined && tile('Turnover', times(turnover / cash), 'opening equity')}
</dl>`;
}

/** All figures with their conventions. */
export function figureTables(groups: readonly FigureGroup[]): Html {
  return html`<section aria-labelledby="figures-title"><h2 id="figures-title">All figures</h2>
<div class="groups">${groups.map(({ title, figures }) => html`<table class="facts"><caption>${title}</caption><tbody>
${figures.map(({ name, value, tone: mood, convention }) => html`<tr title="${convention}"><th scope="row">${name}</th><td class="${mood}">${value}</td></tr>`)}</tbody></table>`)}</div>
<details class="conventions"><summary>How each figure is computed</summary>
<dl>${groups.flatMap(({ figures }) => figures.map(({ name, convention }) => html`<div><dt>${name}</dt><dd>${convention}</dd></div>`))}</dl></details></section>`;
}

/** A probability of which only certainty, which there is not, would be 100 %. */
function sureness(probability: number): string {
  return probability < 0.99 ? percent(probability, 0) : `over ${percent(0.99, 0)}`;
}
