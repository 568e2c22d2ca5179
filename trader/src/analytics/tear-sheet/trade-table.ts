import { minuteText } from '../../domain/calendar.ts';
import { count, decimal, duration, money, percent, tone, trimmed } from './format.ts';
import { dataBlock, html, type Html } from './html.ts';
import { deltas, rounded } from './plot.ts';
import { shownDecimals } from './price.ts';
import type { SheetMarket, SheetTrip, TearSheet } from './sheet.ts';

/** Trades that the file holds: some sixty bytes each. */
const KEPT = 100_000;
/** Rows that the page begins with, and that paper gets. */
const ROWS = 25;

/** The trades that go into the file: all, or those that moved most, in their order. */
function keptTrips(trips: readonly SheetTrip[]): readonly SheetTrip[] {
  if (trips.length <= KEPT) return trips;
  const least = trips.map(({ pnl }) => Math.abs(pnl)).toSorted((a, b) => b - a)[KEPT - 1];
  return trips.filter(({ pnl }) => Math.abs(pnl) >= least).slice(0, KEPT);
}

/** The trades, which the page's script sorts and turns over; without it the first of them. */
export function tradeTable({ trips, books = [], markets = [], currency = '' }: TearSheet): Html | undefined {
  if (trips === undefined) return undefined;
  if (trips.length === 0) return html`<section aria-labelledby="trades-title"><h2 id="trades-title">Trades</h2><p class="note">Not one was finished.</p></section>`;
  const kept = keptTrips(trips);
  const many = books.length > 1;
  const names = shortNames(books.map(({ name }) => name));
  const columns = [['#', 'number'], ...(many ? [['Book', 'book']] : []), ['Side', 'side'], ['Entered, UTC', 'entry'], ['Held', 'held'], ['Quantity', 'quantity'], ['In at', 'in'], ['Out at', 'out'], ['Left by', 'exit'], ['Return', 'return'], [`Fees, ${currency}`, 'fees'], [`Profit, ${currency}`, 'pnl']];
  return html`<section aria-labelledby="trades-title" id="trades"><h2 id="trades-title">Trades</h2>
<p class="note">${kept.length < trips.length ? `The ${count(kept.length)} of ${count(trips.length)} trades that gained or lost most; every figure above counts them all. ` : ''}<span class="needs-script" hidden>Sort by a click on a column.</span><span class="paper-only">The first ${count(Math.min(ROWS, kept.length))} of ${count(kept.length)}.</span></p>
<div class="pager" hidden><button type="button" data-page="first" aria-label="First page">«</button><button type="button" data-page="before">Before</button><output aria-live="polite"></output><button type="button" data-page="next">Next</button><button type="button" data-page="last" aria-label="Last page">»</button></div>
<div class="scroll" tabindex="0"><table class="trades"><thead><tr>${columns.map(([title, name]) => html`<th scope="col"${['book', 'side', 'exit'].includes(name) && html` class="text"`} data-sort="${name}"${name === 'number' ? html` aria-sort="ascending"` : ''}>${title}</th>`)}</tr></thead>
<tbody>${kept.slice(0, ROWS).map((trip, i) => row(trip, i, many ? names[trip.book] : undefined, markets[books[trip.book]?.market ?? 0]))}</tbody></table></div>
${dataBlock('trades-data', columnsOf(kept, many ? names : [], books.map(({ market }) => market), markets))}</section>`;
}

function row({ tsEntry, tsExit, quantity, entryPrice, exitPrice, fees, pnl, exit }: SheetTrip, index: number, book: string | undefined, market: SheetMarket | undefined): Html {
  const decimals = market === undefined ? 2 : shownDecimals(market);
  const result = pnl / (Math.abs(quantity) * entryPrice);
  return html`<tr><td>${index + 1}</td>${book !== undefined && html`<td class="text">${book}</td>`}<td class="text">${quantity > 0 ? 'Long' : 'Short'}</td><td>${minuteText(tsEntry)}</td><td>${duration(tsExit - tsEntry)}</td><td>${trimmed(Math.abs(quantity), 8)}</td><td>${decimal(entryPrice, decimals)}</td><td>${decimal(exitPrice, decimals)}</td><td class="text">${exit}</td><td class="${tone(pnl)}">${percent(result, 2, true)}</td><td>${money(fees)}</td><td class="${tone(pnl)}">${money(pnl, true)}</td></tr>`;
}

/** Names of books without the strategy where that is the same in all: `macd@BTC` and `macd@ETH` are BTC and ETH. */
function shortNames(names: readonly string[]): readonly string[] {
  const strategies = new Set(names.map((name) => name.split('@')[0]));
  return strategies.size === 1 ? names.map((name) => name.slice(name.indexOf('@') + 1)) : names;
}

/** Trades as columns of short numbers, for the script. */
function columnsOf(trips: readonly SheetTrip[], names: readonly string[], marketOfBook: readonly number[], markets: readonly SheetMarket[]): unknown {
  const exits = [...new Set(trips.map(({ exit }) => exit))];
  const column = (value: (trip: SheetTrip) => number) => trips.map((trip) => rounded(value(trip)));
  const price = (value: number, { book }: SheetTrip) => Number(value.toFixed(markets[marketOfBook[book]]?.priceDecimals ?? 8));
  return {
    names, marketOfBook, decimals: markets.map(shownDecimals), exits,
    book: trips.map(({ book }) => book),
    entry: deltas(trips.map(({ tsEntry }) => tsEntry)),
    held: trips.map(({ tsEntry, tsExit }) => Math.round((tsExit - tsEntry) / 1000)),
    quantity: trips.map(({ quantity }) => Number(quantity.toPrecision(8))),
    in: trips.map((trip) => price(trip.entryPrice, trip)), out: trips.map((trip) => price(trip.exitPrice, trip)),
    fees: column(({ fees }) => fees), pnl: column(({ pnl }) => pnl),
    exit: trips.map(({ exit }) => exits.indexOf(exit)),
  };
}
