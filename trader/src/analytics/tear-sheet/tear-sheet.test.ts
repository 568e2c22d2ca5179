import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { Script } from 'node:vm';
import { allocateBars, type Bars } from '../../domain/bar.ts';
import { EquityCurve } from '../../domain/equity-curve.ts';
import { DAY_MS } from '../../domain/time.ts';
import { LineSampler, type Series } from '../sampling.ts';
import { measure } from './figures.ts';
import type { SheetTrip, TearSheet } from './sheet.ts';
import { renderTearSheet } from './tear-sheet.ts';

const FROM = Date.UTC(2024, 0, 1);
const HOUR = DAY_MS / 24;

function daily(values: readonly number[]): Series {
  return { timestamps: Float64Array.from(values, (_, i) => FROM + i * DAY_MS), values: Float64Array.from(values) };
}

function wave(length: number): Bars {
  const bars = allocateBars(length);
  for (let i = 0; i < length; i++) {
    bars.timestamp[i] = FROM + i * HOUR;
    bars.close[i] = bars.open[i] = 100 + 10 * Math.sin(i / 9);
    bars.high[i] = bars.close[i] + 1;
    bars.low[i] = bars.close[i] - 1;
  }
  return bars;
}

function trip(i: number, differing: Partial<SheetTrip> = {}): SheetTrip {
  return { book: 0, tsEntry: FROM + i * 60_000, tsExit: FROM + (i + 1) * 60_000, quantity: i % 2 === 0 ? 1.5 : -1.5, entryPrice: 100 + i % 7, exitPrice: 101.25, fees: 0.15, pnl: i % 3 - 1.25, exit: 'target', ...differing };
}

const plain: TearSheet = {
  kind: 'Returns', title: 'A fund', subject: 'daily returns', periodsPerYear: 252, cash: 1, daily: daily([1.01, 0.99, 1.02]), facts: [], command: './algotrendy report --returns fund.csv',
};

function sheetOf(trips: readonly SheetTrip[], values = [10_100, 9_900, 10_400, 9_800]): TearSheet {
  return {
    ...plain, kind: 'Backtest', title: 'macd', subject: 'BTC', currency: 'USD', cash: 10_000, daily: daily(values), trips, costs: [{ kind: 'fees', amount: 12 }], turnover: 50_000,
    benchmark: { name: 'Holding', values: values.map((value) => value * 1.1) }, exposure: daily(values.map(() => 0.5)),
    markets: [{ id: 'BTC', priceDecimals: 2, quantityDecimals: 3, bars: wave(100) }], books: [{ name: 'macd@BTC', market: 0 }], holdings: [],
    facts: [{ title: 'Parameters', facts: [['fast', '12']] }],
  };
}

/** Text between two marks. */
function between(page: string, from: string, to: string): string {
  const begin = page.indexOf(from) + from.length;
  return page.slice(begin, page.indexOf(to, begin));
}

test('a sheet is the same bytes each time, and asks nothing of anyone', () => {
  const page = renderTearSheet(sheetOf([trip(0), trip(1)]));
  assert.equal(renderTearSheet(sheetOf([trip(0), trip(1)])), page);
  assert.ok(!/https?:|\ssrc=|@import|url\(|<link|<iframe/.test(page.replace('http://www.w3.org/2000/svg', '')));
  assert.ok(!/NaN|undefined|Infinity%|\[object/.test(page.replace(/<script>[\s\S]*<\/script>/, '')));
});

test('the deepest and the longest fall are those of every moment, where those are known', () => {
  // A line of many moments keeps some of them: this crash and its recovery lay within one bucket.
  const line = new LineSampler(10);
  const curve = new EquityCurve(10_000);
  for (let minute = 0; minute < 10_000; minute++) {
    const equity = minute % 1000 === 512 ? 8_000 : minute % 1000 > 500 && minute % 1000 < 512 ? 10_500 : 10_000 + minute / 10;
    line.add(FROM + minute * 60_000, equity);
    curve.record(FROM + minute * 60_000, equity);
  }
  const { maxDrawdown, longestDrawdownMs } = curve;
  const sheet: TearSheet = { ...sheetOf([]), equity: line.series() };
  assert.ok(Math.abs(measure(sheet).maxDrawdown - maxDrawdown) > 1e-3);
  const known = measure({ ...sheet, maxDrawdown, longestDrawdownMs });
  assert.deepEqual([known.maxDrawdown, known.longestDrawdownMs], [maxDrawdown, longestDrawdownMs]);
});

test('the policy of a sheet allows its own script and style by their hashes, and nothing else', () => {
  const page = renderTearSheet(plain);
  const policy = between(page, 'Content-Security-Policy" content="', '"').replaceAll('&#39;', "'");
  const sha256 = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  const script = between(page, '<script>', '</script>');
  assert.equal(policy, `default-src 'none'; script-src ${sha256(script)}; style-src ${sha256(between(page, '<style>', '</style>'))}; base-uri 'none'; form-action 'none'`);
  assert.doesNotThrow(() => new Script(script));
  assert.ok(!/\sstyle=|\son\w+=/.test(page.replace(/<script>[\s\S]*<\/script>/, '')), 'an attribute that the policy forbids');
});

test('no name breaks out of its place', () => {
  const evil = '</script><script>alert(1)</script>"><img onerror=alert(1)>&\'';
  const page = renderTearSheet({
    ...sheetOf([trip(0, { exit: evil }), trip(1)]), title: evil, subject: evil, command: evil, warnings: [evil], facts: [{ title: evil, facts: [[evil, evil]] }], kind: evil,
    markets: [{ id: evil, priceDecimals: 2, quantityDecimals: 3, bars: wave(10) }], books: [{ name: evil, market: 0 }, { name: `${evil}2`, market: 0 }], costs: [{ kind: evil, amount: 1 }],
    benchmark: { name: evil, values: [1, 2, 3, 4] }, verdict: { outcome: 'fail', headline: evil, lines: [{ name: evil, outcome: 'open', reason: evil }] },
    windows: [{ trainFrom: FROM, trainTo: FROM, from: FROM, to: FROM, parameters: evil, sharpeIn: 1, sharpeOut: null, returnOut: 0, trades: 1 }],
    monteCarlo: { about: evil, timestamps: [FROM, FROM + DAY_MS], quantiles: [{ share: 0.05, values: [1, 2] }, { share: 0.5, values: [2, 3] }, { share: 0.95, values: [3, 4] }], facts: [[evil, evil]] },
  });
  assert.ok(!page.includes('<img') && !page.includes('<script>alert'));
  assert.equal(page.split('<script>').length, 2);
});

test('a run says in its first sentence what it gained or lost, and warns of what makes that doubtful', () => {
  const page = renderTearSheet(sheetOf([trip(0), trip(1), trip(2)]));
  assert.match(page, /Lost 2\.00\u00a0% in 4\u00a0days, with a deepest fall of 5\.8\u00a0%; holding made 7\.80\u00a0%\./);
  assert.match(page, /3\u00a0trades: too few to tell skill from luck/);
  assert.match(page, /4\u00a0days: less than a year/);
  assert.match(renderTearSheet(sheetOf([])), /Not one trade was finished/);
  assert.match(renderTearSheet(sheetOf([], [5_000, -20])), /Equity fell to nothing or below/);
  assert.match(renderTearSheet({ ...plain, verdict: { outcome: 'fail', headline: 'Not ready.', lines: [{ name: 'Sharpe', outcome: 'fail', reason: '0.3 is not 1.5.' }] } }), /Not ready\.[\s\S]*0\.3 is not 1\.5\./);
});

test('a sheet can be made of one day, of none, of a flat line and of ruin', () => {
  for (const values of [[], [1], [1, 1, 1], [0], [2, 0, 0], [1e12, 3e15], [1e-7, 2e-7]]) {
    const page = renderTearSheet({ ...plain, daily: daily(values) });
    assert.ok(page.endsWith('</html>\n'));
    assert.ok(!/NaN|undefined|Infinity/.test(page.replace(/<script>[\s\S]*<\/script>/, '')), values.join());
  }
});

test('a sheet of one return draws it from what there was before, and names what it begins with', () => {
  const page = renderTearSheet({ ...plain, cash: 100, daily: daily([101]) });
  assert.match(page, /From 100</);
  assert.match(page, /<path class="line equity" d="M[\d.]+[ ,][\d.]+L/);
});

test('what is written on an axis is not rounded', () => {
  const page = renderTearSheet({ ...plain, daily: daily([1.01]) });
  assert.match(page, />1\.0025</);
  assert.ok(!page.includes('>1.002<'));
});

test('a year of bars that are longer than a day is said to be one', () => {
  assert.match(renderTearSheet({ ...plain, periodsPerYear: 365 / 7 }), /Bars are longer than a day: what is called a day below is a bar, of which a year has 52\.14\./);
  assert.doesNotMatch(renderTearSheet(plain), /longer than a day/);
});

test('after ruin the Sharpe ratio is missing because of that, not for want of days', () => {
  assert.match(renderTearSheet({ ...plain, daily: daily([1.1, 1.2, 0, 0]) }), /none after ruin/);
  assert.match(renderTearSheet({ ...plain, daily: daily([1.1]) }), /too little to tell/);
});

test('a fall that takes no time, between two markets that close together, is not listed', () => {
  const fall = { peak: FROM, trough: FROM, recovered: FROM + HOUR, depth: 0.1, durationMs: HOUR };
  const page = renderTearSheet({ ...plain, falls: [fall, { ...fall, trough: FROM + HOUR / 2, depth: 0.05 }] });
  const table = between(page, 'id="falls-title"', '</table>');
  assert.ok(table.includes('5.00') && !table.includes('10.00'));
});

test('where no days have a Sharpe ratio no empty axis is drawn for it, and it is said', () => {
  const still = renderTearSheet({ ...plain, daily: daily(Array.from({ length: 70 }, () => 1)) });
  assert.ok(!still.includes('Sharpe ratio of 30 days over time'));
  const exposure = { timestamps: Float64Array.of(FROM, FROM + DAY_MS), values: Float64Array.of(0.5, 0.5) };
  assert.match(renderTearSheet({ ...plain, daily: daily(Array.from({ length: 70 }, () => 1)), exposure }), /The returns of no 30 days in a row differ, so there is no Sharpe ratio/);
  assert.match(renderTearSheet({ ...plain, daily: daily(Array.from({ length: 70 }, (_, day) => 1 + day % 7 / 100)) }), /Sharpe ratio of 30 days over time/);
});

test('the month of ruin is coloured, and those after it have no return', () => {
  const page = renderTearSheet({ ...plain, daily: daily(Array.from({ length: 70 }, (_, day) => (day < 9 ? 1 - day / 10 : 0))) });
  assert.match(page, /<td class="down-5">−100\.0\u00a0%<\/td><td class="flat">–<\/td><td class="flat">–<\/td>/);
});

test('days after ruin have no return: none is drawn, and no figure is made of the others alone', () => {
  const page = renderTearSheet({ ...plain, daily: daily([1, 1.1, 0.9, 1.05, 0, 0, 0]) });
  assert.match(page, /2\u00a0days with nothing to begin with left out\. 4 values; mean [−+]\d/);
  for (const figure of ['Value at risk 95 %', 'Expected shortfall 95 %', 'Tail ratio']) assert.match(page, new RegExp(`${figure}</[^–<]*(<[^>]*>\\s*)+–`));
});

test('no probability of skill is called certain', () => {
  const steady = Array.from({ length: 400 }, (_, day) => 1.01 ** (day + 1) * (1 + day % 3 / 1000));
  assert.match(renderTearSheet({ ...plain, daily: daily(steady) }), /above 0: over 99\u00a0% sure/);
});

test('every section has its heading, every chart says what it shows, and headings go down one at a time', () => {
  const page = renderTearSheet(sheetOf([trip(0), trip(1)]));
  const levels = [...page.matchAll(/<h(\d)/g)].map((match) => Number(match[1]));
  assert.equal(levels.filter((level) => level === 1).length, 1);
  levels.forEach((level, i) => assert.ok(i === 0 ? level === 1 : level <= (levels[i - 1] ?? 0) + 1));
  for (const [, id] of page.matchAll(/aria-labelledby="([^"]+)"/g)) assert.ok(page.includes(`id="${id}"`), id);
  for (const [svg] of page.matchAll(/<svg role="img"[^>]*>/g)) assert.match(svg, /aria-label="[^"]{8,}"/);
});

test('eighty thousand trades make a file of bounded size whose figures count them all', () => {
  const trips = Array.from({ length: 80_000 }, (_, i) => trip(i, { pnl: Math.sin(i) * 100, entryPrice: 93_451.25 + i / 100, exitPrice: 93_460.5 - i / 100, quantity: 0.01234567 * (i % 97 + 1) }));
  const page = renderTearSheet(sheetOf(trips));
  assert.ok(page.length < 8e6, `${page.length}`);
  const data = JSON.parse(between(page, 'id="trades-data">', '</script>')) as { pnl: number[]; entry: number[]; held: number[] };
  assert.equal(data.pnl.length, 80_000);
  assert.equal(data.entry.reduce((at, step) => at + step, 0) * 1000, trips.at(-1)?.tsEntry);
  const more = renderTearSheet(sheetOf([...trips, ...trips]));
  assert.ok(more.length < 1.3 * page.length);
  assert.match(more, /The 100,000 of 160,000 trades that gained or lost most/);
});

test('marks tell a stop, a liquidation and a take-profit from a plain exit', () => {
  const page = renderTearSheet(sheetOf(['target', 'stop', 'take-profit', 'liquidation'].map((exit, i) => trip(60 * i, { exit }))));
  for (const [exit, uses] of [['exit', 2], ['stop', 2], ['take-profit', 2], ['liquidation', 2], ['entry-long', 5]] as const) {
    assert.equal(page.split(`href="#mark-${exit}"`).length - 1, uses, exit); // one in the key, one on each such trip
  }
});
