import { minuteText } from '../../domain/calendar.ts';
import { extent } from './curves.ts';
import { count, decimal, money } from './format.ts';
import { dataBlock, html, type Html } from './html.ts';
import { deltas, key, plot, rounded, share, type Span } from './plot.ts';
import { linearScale, type Scale } from './scale.ts';
import type { SheetMarket, SheetTrip, TearSheet } from './sheet.ts';

/** Trades of one market that are drawn one by one; where there are more, the page draws them when it is zoomed in. */
const DRAWN_TRIPS = 150;
/** Markets that are drawn. */
const DRAWN_MARKETS = 8;
const STRIP_BINS = 200;

/** The price of each market, with what was traded. */
export function priceFigures(sheet: TearSheet): readonly Html[] {
  const { markets = [], trips = [], books = [] } = sheet;
  return markets.slice(0, DRAWN_MARKETS).filter(({ bars }) => bars.length > 0)
    .map((market, index) => priceFigure(market, index, trips.filter(({ book }) => books[book]?.market === index)));
}

function priceFigure(market: SheetMarket, index: number, trips: readonly SheetTrip[]): Html {
  const { id, bars } = market;
  // A bar reaches to where the next one begins; its close stands there.
  const ends = bars.timestamp.map((timestamp, i) => (i + 1 < bars.length ? bars.timestamp[i + 1] : timestamp + Math.max(60_000, timestamp - bars.timestamp[Math.max(0, i - 1)])));
  const span = { from: bars.timestamp[0], to: ends[ends.length - 1] };
  const decimals = shownDecimals(market);
  const scale = linearScale(...extent(bars.low, bars.high));
  const few = trips.length <= DRAWN_TRIPS;
  const name = `price-${index}`;
  return html`<figure class="panel price" id="${name}" data-market="${index}">
<figcaption><h3>Price of ${id}</h3><div class="tools" hidden><button type="button" data-zoom="in">Zoom in</button><button type="button" data-zoom="out">Zoom out</button><button type="button" data-zoom="left" aria-label="Earlier">←</button><button type="button" data-zoom="right" aria-label="Later">→</button><button type="button" data-zoom="all">All</button></div></figcaption>
<p class="note">${few ? '' : `${count(trips.length)} trades are too many to mark at once: the strip below shows when they began. `}<span class="needs-script" hidden>Drag over the chart, or use the buttons, to look closer${few ? '' : '; every trade is marked where at most 150 are in sight'}.</span></p>
<div class="above"><p class="legend">${[key('range', 'High to low'), key('price', 'Close'), ...marksSeen(trips)]}</p><output class="reading" aria-live="polite"></output></div>
${plot({
    label: `Price of ${id} from ${decimal(bars.open[0], decimals)} to ${decimal(bars.close[bars.length - 1], decimals)}, with ${count(trips.length)} trades`,
    span, scale, write: decimal, height: 'tall', dated: true, name: 'price',
    curves: [{ kind: 'band', paint: 'range', xs: edges(bars.timestamp, ends), ys: edges(bars.high, bars.high), below: edges(bars.low, bars.low) }, { kind: 'line', paint: 'price', xs: ends, ys: bars.close }],
    marks: few ? trips.map((trip) => marksOf(trip, span, scale)) : undefined,
  })}
${!few && strip(trips, span)}
${dataBlock(`${name}-data`, { from: span.from, x: deltas(ends), high: numbers(bars.high), low: numbers(bars.low), close: numbers(bars.close), decimals, min: scale.min, max: scale.max })}
</figure>`;
}

/** Two columns in turn: where each bar begins and where it ends. */
function edges(begins: Float64Array, ends: Float64Array): Float64Array {
  return Float64Array.from({ length: 2 * begins.length }, (_, i) => (i % 2 === 0 ? begins : ends)[i >> 1]);
}

/** Decimals in which a market's prices are written: those that they have, but no more than say something at their size. */
export function shownDecimals({ priceDecimals, bars }: SheetMarket): number {
  const size = bars.length === 0 ? 1 : bars.close[bars.length - 1];
  return Math.min(priceDecimals, Math.max(2, 7 - Math.ceil(Math.log10(size))));
}

function numbers(values: Float64Array): (number | null)[] {
  return Array.from(values, rounded);
}

/** Entry, exit and the way between them. */
function marksOf({ tsEntry, tsExit, quantity, entryPrice, exitPrice, pnl, exit }: SheetTrip, { from, to }: Span, scale: Scale): Html {
  const x = (at: number) => share((at - from) / Math.max(1, to - from));
  const y = (price: number) => share(1 - scale.at(price));
  return html`<g><title>${quantity > 0 ? 'Long' : 'Short'} from ${minuteText(tsEntry)} to ${minuteText(tsExit)}: ${money(pnl, true)}, left by ${exit}</title><line class="way ${pnl < 0 ? 'down' : 'up'}" x1="${x(tsEntry)}" y1="${y(entryPrice)}" x2="${x(tsExit)}" y2="${y(exitPrice)}"/><use href="#mark-${quantity > 0 ? 'entry-long' : 'entry-short'}" x="${x(tsEntry)}" y="${y(entryPrice)}"/><use href="#mark-${markOf(exit)}" x="${x(tsExit)}" y="${y(exitPrice)}"/></g>`;
}

/** Exits that have a mark of their own; every other one is plain. */
const EXIT_MARKS: Readonly<Record<string, string>> = { stop: 'Stop', 'take-profit': 'Take-profit', liquidation: 'Liquidation' };

function markOf(exit: string): string {
  return Object.hasOwn(EXIT_MARKS, exit) ? exit : 'exit';
}

function marksSeen(trips: readonly SheetTrip[]): readonly Html[] {
  const seen = new Set(trips.flatMap(({ exit, quantity }) => [quantity > 0 ? 'entry-long' : 'entry-short', markOf(exit)]));
  return Object.entries({ 'entry-long': 'Long entry', 'entry-short': 'Short entry', exit: 'Exit', ...EXIT_MARKS })
    .filter(([name]) => seen.has(name)).map(([name, label]) => mark(name, label));
}

function mark(name: string, label: string): Html {
  return html`<span class="key"><svg width="14" height="14" aria-hidden="true"><use href="#mark-${name}" x="7" y="7"/></svg>${label}</span>`;
}

/** Shapes of the marks, each about its centre: they differ in form, not in colour alone. */
export function markShapes(): Html {
  return html`<svg class="shapes-only" width="0" height="0" aria-hidden="true"><defs>
<path id="mark-entry-long" class="mark long" d="M0-6L5.5 4.5H-5.5Z"/>
<path id="mark-entry-short" class="mark short" d="M0 6L5.5-4.5H-5.5Z"/>
<circle id="mark-exit" class="mark exit" r="3.6"/>
<path id="mark-stop" class="mark stop" d="M-4-4L4 4M-4 4L4-4"/>
<path id="mark-take-profit" class="mark gain" d="M0-5.5L5.5 0L0 5.5L-5.5 0Z"/>
<path id="mark-liquidation" class="mark liquidation" d="M-5-5H5V5H-5Z"/>
</defs></svg>`;
}

/** How many trades began when. */
function strip(trips: readonly SheetTrip[], { from, to }: Span): Html {
  const bins = new Float64Array(STRIP_BINS);
  for (const { tsEntry } of trips) bins[Math.max(0, Math.min(STRIP_BINS - 1, Math.floor((tsEntry - from) / Math.max(1, to - from) * STRIP_BINS)))] += 1;
  const most = Math.max(...bins);
  return html`<div class="strip"><svg role="img" aria-label="When trades began: at most ${count(most)} in a two-hundredth of the time">${[...bins].map((height, i) => height === 0 ? '' : html`<rect x="${share(i / STRIP_BINS)}" width="${share(0.8 / STRIP_BINS)}" y="${share(1 - height / most)}" height="${share(height / most)}"/>`)}</svg></div>`;
}
