import { dayCounted } from '../../analytics/calendar-returns.ts';
import { add, decimalPlaces, format, fromNumber, toNumber, type Exact } from '../../domain/exact.ts';
import type { Instrument } from '../../domain/instrument.ts';
import type { Leg } from '../../domain/order.ts';
import type { Denial } from '../../domain/report.ts';
import { DAY_MS, type Timestamp } from '../../domain/time.ts';
import type { Book } from '../../pipeline/book.ts';
import type { RosterChange, RosterEntry } from '../../pipeline/roster.ts';
import type { AccountFact, BookChange, BookFact, DenialFact, EquityRow, FillFact, LimitGauge, MarketFact, OrderFact, PositionFact } from '../../ports/engine-feed.ts';
import type { HaltFact } from '../../ports/steering-facts.ts';
import type { DepthFact, TradeFact } from '../../ports/market-facts.ts';
import type { FeedBook } from '../../ports/market-feed.ts';
import type { KeptTrade } from './market-depth.ts';
import { denialView } from './paper-view.ts';
import type { PaperTrader } from './paper.ts';
import type { BookedFill, TrackedOrder } from './run-record.ts';

// What a run is at this moment, as plain facts for the other side of a port: decimal text, and nothing that lives on.

const WEEK_MS = 7 * DAY_MS;
/** The first Monday of the epoch. */
const MONDAY_MS = 4 * DAY_MS;
/** Decimals that quantities of coins have at most venues. */
const MARKET_DECIMALS = 8;
const ORDER_TYPES = ['market', 'limit', 'stop', 'stop-limit', 'trailing-stop'] as const;
const TIMES_IN_FORCE = ['gtc', 'ioc', 'fok', 'gtd', 'day'] as const;

/** Decimals that prices of an instrument are written with. */
export function priceDecimals({ priceScale, tickSize }: Instrument): number {
  return decimalPlaces(format(tickSize, priceScale));
}

function quantityDecimals({ quantityScale, lotSize }: Instrument): number {
  return decimalPlaces(format(lotSize, quantityScale));
}

/** The last price as an exact one; undefined before the first. */
function markOf({ run }: PaperTrader, market: number): Exact | undefined {
  const mark = run.engine.portfolio.marks[market];
  return Number.isNaN(mark) ? undefined : fromNumber(mark, run.markets[market].instrument.priceScale);
}

/** The account's money. */
export function accountFact(trader: PaperTrader): AccountFact {
  const { engine, setup } = trader.run;
  const { portfolio, books } = engine;
  const { account, curve } = portfolio;
  const money = (amount: Exact) => format(amount, account.moneyScale);
  const equity = portfolio.exactEquity();
  const now = toNumber(equity, account.moneyScale);
  const unrealised = books.reduce<Exact>((sum, book) => add(sum, account.unrealised(book.index, markOf(trader, book.instrument) ?? 0)), 0);
  const gross = books.reduce((sum, book) => sum + (Math.abs(portfolio.quantityOf(book) * portfolio.marks[book.instrument]) || 0), 0);
  const tsEvent = trader.tsEvent === -Infinity ? null : trader.tsEvent;
  const since = (start: Timestamp) => (now - (trader.history.before(start)?.equity ?? Number(setup.cash))).toFixed(2);
  return {
    tsEvent, equity: money(equity), cash: money(account.cash), realised: money(account.realised), unrealised: money(unrealised), fees: money(account.fees),
    dayPnl: since(Math.floor(((tsEvent ?? 0) - 1) / DAY_MS) * DAY_MS), weekPnl: since(Math.floor(((tsEvent ?? 0) - 1 - MONDAY_MS) / WEEK_MS) * WEEK_MS + MONDAY_MS),
    totalPnl: (now - Number(setup.cash)).toFixed(2),
    drawdown: 1 - now / Math.max(curve.peak, now), maxDrawdown: curve.maxDrawdown, grossValue: gross.toFixed(2), exposure: gross / now,
  };
}

/** The last price of a market and its time: between bars where one was heard since the last of them; NaN before any. */
export function lastOf({ run, lastPrices }: PaperTrader, market: number): { readonly last: number; readonly tsLast: Timestamp } {
  const { tsLast } = run.ingest.quality[market];
  const heard = lastPrices[market];
  return heard !== undefined && heard.tsEvent > tsLast ? { last: heard.price, tsLast: heard.tsEvent } : { last: run.engine.portfolio.marks[market], tsLast };
}

/** A market: its rules, its last price and the state of its data. */
export function marketFact(trader: PaperTrader, market: number): MarketFact {
  const { run, prices } = trader;
  const { instrument, intervalMs } = run.markets[market];
  const { venue } = run.setup.markets[market].instrument;
  const quality = run.ingest.quality[market];
  const capabilities = run.live?.capabilities;
  const { last, tsLast } = lastOf(trader, market);
  const decimals = priceDecimals(instrument);
  const before = prices.dayAgo(market, trader.tsEvent);
  return {
    instrument: instrument.id, venue, assetClass: instrument.assetClass, quoteCurrency: instrument.quoteCurrency,
    tick: format(instrument.tickSize, instrument.priceScale), lot: format(instrument.lotSize, instrument.quantityScale),
    minNotional: format(instrument.minNotional, instrument.priceScale + instrument.quantityScale),
    priceDecimals: decimals, quantityDecimals: quantityDecimals(instrument), intervalMs,
    orderTypes: capabilities?.types ?? ORDER_TYPES, timesInForce: capabilities?.timesInForce ?? TIMES_IN_FORCE,
    postOnly: capabilities?.postOnly ?? true, reduceOnly: capabilities?.reduceOnly ?? true,
    last: Number.isNaN(last) ? null : last.toFixed(decimals), tsLast: tsLast === -Infinity ? null : tsLast,
    dayAgo: before === undefined ? null : before.toFixed(decimals), tells: tellsOf(trader.feed),
    bars: quality.bars, gaps: quality.gaps, rejected: quality.repeated + quality.malformed,
  };
}

function tellsOf(feed: PaperTrader['feed']): MarketFact['tells'] {
  return feed.kind === 'replay' ? [] : ['trades', ...(feed.live.tells.includes('books') ? ['books' as const] : [])];
}

/** The best of a market's order book; undefined before the venue has told one. */
export function depthFact({ run, depth }: PaperTrader, market: number): DepthFact | undefined {
  const book = depth.book(market);
  if (book === undefined) return undefined;
  const { instrument } = run.markets[market];
  const levels = (side: FeedBook['bids']) => side.map(({ price, quantity }) => [price.toFixed(priceDecimals(instrument)), quantityText(quantity, instrument)] as const);
  return { instrument: instrument.id, tsWall: book.tsWall, bids: levels(book.bids), asks: levels(book.asks) };
}

/** Trades of others on a market. */
export function tradeFacts({ run }: PaperTrader, market: number, trades: readonly KeptTrade[]): readonly TradeFact[] {
  const { instrument } = run.markets[market];
  return trades.map(({ id, price, quantity, tsEvent, taker }) => ({
    id, tsEvent, price: price.toFixed(priceDecimals(instrument)), quantity: quantityText(quantity, instrument), side: taker ?? null,
  }));
}

/** Others may trade less than the lot that is asked of us. */
function quantityText(quantity: number, { quantityScale }: Instrument): string {
  return quantity.toFixed(Math.max(quantityScale, MARKET_DECIMALS)).replace(/\.?0+$/, '');
}

/** What is held of a market by all books together. */
export function positionFact(trader: PaperTrader, market: number): PositionFact {
  const { engine, markets } = trader.run;
  const { portfolio } = engine;
  const { account } = portfolio;
  const { instrument } = markets[market];
  const money = (amount: Exact) => format(amount, account.moneyScale);
  const mark = markOf(trader, market);
  let [quantity, cost, realised, fees, unrealised]: Exact[] = [0, 0, 0, 0, 0];
  for (const book of engine.books) {
    if (book.instrument !== market) continue;
    const position = account.positions[book.index];
    quantity = add(quantity, position.quantity);
    cost = add(cost, position.cost);
    realised = add(realised, position.realised);
    fees = add(fees, position.fees);
    unrealised = add(unrealised, account.unrealised(book.index, mark ?? 0));
  }
  const units = toNumber(quantity, instrument.quantityScale);
  return {
    instrument: instrument.id, quantity: format(quantity, instrument.quantityScale),
    averagePrice: quantity === 0 ? null : (toNumber(cost, account.moneyScale) / units).toFixed(priceDecimals(instrument)),
    mark: mark === undefined ? null : portfolio.marks[market].toFixed(priceDecimals(instrument)),
    value: (Math.abs(units * portfolio.marks[market]) || 0).toFixed(2), unrealised: money(unrealised), realised: money(realised), fees: money(fees),
  };
}

/** A book of a strategy, or of the orders that people give. */
export function bookFact(trader: PaperTrader, book: Book): BookFact {
  const { engine, markets, roster } = trader.run;
  const { account, marks } = engine.portfolio;
  const { instrument } = markets[book.instrument];
  const entry = roster.entries.find((each) => each.book === book);
  const position = account.positions[book.index];
  const money = (amount: Exact) => format(amount, account.moneyScale);
  const units = toNumber(position.quantity, instrument.quantityScale);
  const average = position.quantity === 0 ? NaN : toNumber(position.cost, account.moneyScale) / units;
  const price = (value: number) => (Number.isNaN(value) ? null : value.toFixed(priceDecimals(instrument)));
  // While a strategy turns from one side to the other, its ways out are for what is to come: what is held has none.
  const turns = book.target * units < 0;
  const exit = (leg: Leg, wanted: number) => restingPrice(book, leg, instrument) ?? (turns ? NaN : wanted);
  const stop = exit('stop', book.stop);
  const loss = Math.max(0, (average - stop) * units);
  return {
    book: book.name, instrument: instrument.id, ...strategyFacts(book, entry, entry === undefined ? 0 : roster.warmupLeft(entry)),
    target: book.latched ? 0 : book.target, quantity: format(position.quantity, instrument.quantityScale), averagePrice: price(average), mark: price(marks[book.instrument]),
    unrealised: money(account.unrealised(book.index, markOf(trader, book.instrument) ?? 0)), realised: money(position.realised), fees: money(position.fees),
    stop: price(stop), takeProfit: price(exit('take-profit', book.takeProfit)), lossAtStop: Number.isNaN(loss) ? null : loss.toFixed(2),
  };
}

/** The price of the order that rests for a way out, which lies on the market's steps where the strategy's may not; undefined where none does. */
function restingPrice({ working }: Book, leg: Leg, { priceScale }: Instrument): number | undefined {
  let price: number | undefined;
  for (let at = 0; at < working.length; at++) {
    const { order, canceling } = working.at(at);
    if (order.leg === leg && !canceling) price = toNumber(order.price, priceScale);
  }
  return price;
}

type StrategyFacts = Pick<BookFact, 'kind' | 'strategy' | 'state' | 'parameters' | 'schema' | 'warmupLeft' | 'reasons' | 'history'>;

/** What decides in a book, and how it came to that. */
function strategyFacts(book: Book, entry: RosterEntry | undefined, warmupLeft: number): StrategyFacts {
  const own = book.liquidated ? 'liquidated' as const : book.latched ? 'latched' as const : 'running' as const;
  if (entry === undefined) return { kind: 'manual', strategy: 'manual', state: own === 'liquidated' ? own : 'running', parameters: {}, schema: {}, warmupLeft, reasons: {}, history: [] };
  const { recipe: { definition, parameters }, stopped, changes } = entry;
  const state = own === 'liquidated' ? own : stopped ? 'stopped' as const : warmupLeft > 0 ? 'warming' as const : own;
  return {
    kind: 'strategy', strategy: definition.name, state, parameters, schema: definition.parameters, warmupLeft,
    reasons: finite(book.strategy.describe?.() ?? {}), history: changes.map((change) => changeFact(change)),
  };
}

/** Figures that can be written as JSON. */
function finite(values: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => Number.isFinite(value)));
}

function changeFact({ command, tsEvent, change, from, to }: RosterChange): BookChange {
  return { command: command.id ?? '', by: command.by ?? '', tsEvent, tsWall: command.tsWall ?? null, change, from, to };
}

/** An order, and what became of it. */
export function orderFact({ run }: PaperTrader, { order, filled, value, state, reason, venueOrderId, tsEvent }: TrackedOrder): OrderFact {
  const { instrument } = run.markets[order.instrument];
  const { priceScale, quantityScale } = instrument;
  const average = filled === 0 ? null : toNumber(value, priceScale + quantityScale) / toNumber(filled, quantityScale);
  return {
    clientOrderId: order.clientOrderId, venueOrderId, book: order.owner.name, instrument: instrument.id, leg: order.leg, side: order.side, type: order.type, timeInForce: order.timeInForce,
    quantity: format(order.quantity, quantityScale), filled: format(filled, quantityScale), averagePrice: average === null ? null : average.toFixed(priceDecimals(instrument)),
    price: order.type === 'market' ? null : format(order.price, priceScale), ...termFacts(order, priceScale),
    state: state === 'open' && isCanceling(run.engine.books[order.owner.index], order) ? 'canceling' : state, reason,
    by: run.ingest.commands.find(order.terms?.command ?? '')?.command.by ?? null, tsInit: order.tsInit, tsEvent,
  };
}

type TermFacts = Pick<OrderFact, 'trigger' | 'trail' | 'expires' | 'postOnly' | 'reduceOnly' | 'command'>;

function termFacts({ terms = {} }: TrackedOrder['order'], priceScale: number): TermFacts {
  const { trigger, trail = null, expires = null, postOnly = false, reduceOnly = false, command = null } = terms;
  return { trigger: trigger === undefined ? null : format(trigger, priceScale), trail, expires, postOnly, reduceOnly, command };
}

function isCanceling({ working }: Book, order: TrackedOrder['order']): boolean {
  for (let at = 0; at < working.length; at++) if (working.at(at).order === order) return working.at(at).canceling;
  return false;
}

/** A trade of ours. */
export function fillFact({ run }: PaperTrader, { fill, realised }: BookedFill): FillFact {
  const { order, tsEvent, tradeId, price, quantity, fee } = fill;
  const { id, priceScale, quantityScale } = run.markets[order.instrument].instrument;
  const { moneyScale } = run.engine.portfolio.account;
  return {
    id: `${order.clientOrderId}:${tradeId}`, clientOrderId: order.clientOrderId, book: order.owner.name, instrument: id, side: order.side, leg: order.leg,
    quantity: format(quantity, quantityScale), price: format(price, priceScale), fee: format(fee, moneyScale),
    realised: realised === 0 ? null : format(realised, moneyScale), tsEvent,
  };
}

/** A denial, in a person's words; `number` counts them. */
export function denialFact(denial: Denial, number: number): DenialFact {
  const { tsEvent, instrument, side, quantity, rule, value, limit } = denialView(denial);
  return { id: String(number), book: denial.owner, instrument: instrument.split('#')[0], side, quantity, rule, value, limit, tsEvent };
}

/** How much of every limit is used: those of the guards, and of a prop firm's rules. */
export function limitGauges({ run: { engine, propFirm } }: Pick<PaperTrader, 'run'>): readonly LimitGauge[] {
  const gauges = engine.risk.gauges(engine.now).filter(({ used, limit }) => Number.isFinite(used) && Number.isFinite(limit)).map((gauge): LimitGauge => ({
    ...gauge, headroom: gauge.limit - gauge.used, share: gauge.limit === 0 ? 0 : gauge.used / gauge.limit, atBreach: 'deny',
  }));
  const firm = propFirm?.gauge();
  if (firm === undefined) return gauges;
  const rooms = [['daily', firm.daily], ['after-midnight', firm.afterMidnight], ['total', firm.total]] as const;
  return [...gauges, ...rooms.map(([name, { room, share }]): LimitGauge => {
    const [left, used] = [Number(room), 1 - share];
    // What is allowed to be lost is what is left of it over its share.
    const limit = share === 0 ? 0 : left / share;
    return { id: `prop-firm:${name}`, rule: `prop-firm-${name}`, subject: firm.rules, unit: 'money', used: used * limit, limit, headroom: left, share: used, atBreach: 'flatten' };
  })];
}

/** The newest halts and resumptions of a run, `most` at most, oldest first. */
export function haltFacts({ run: { ingest: { commands } } }: Pick<PaperTrader, 'run'>, most: number): readonly HaltFact[] {
  const newest = commands.trading.slice(-most);
  return newest.flatMap(({ command, tsEvent }, at) => {
    if (command.kind !== 'halt' && command.kind !== 'flatten' && command.kind !== 'resume') return [];
    return [{
      id: String(commands.halts - newest.length + at + 1), kind: command.kind, orders: command.kind === 'flatten' || (command.kind === 'halt' && command.orders === true),
      reason: command.kind === 'resume' ? null : command.reason, by: command.by ?? null, tsEvent: tsEvent === -Infinity ? null : tsEvent, tsWall: command.tsWall ?? null,
    }];
  });
}

/** The last equity of each UTC day. */
export function dailyRows({ history }: Pick<PaperTrader, 'history'>): readonly EquityRow[] {
  const rows: EquityRow[] = [];
  const [first, last] = [history.at(0), history.at(-1)];
  for (let day = dayCounted(first?.tsEvent ?? 0); last !== undefined && day <= dayCounted(last.tsEvent); day += DAY_MS) {
    const point = history.before(day + DAY_MS);
    if (point !== undefined && point.tsEvent > day) rows.push([point.tsEvent, point.equity.toFixed(2)]);
  }
  return rows;
}

/** Market time until which the equity curve is known, thinned to so many points; the first and the last always stand. */
export function equityRows(trader: PaperTrader, most: number): (readonly [Timestamp, string])[] {
  const { history } = trader;
  const step = Math.max(1, Math.ceil(history.length / most));
  const rows: (readonly [Timestamp, string])[] = [];
  for (let at = 0; at < history.length; at += at + step < history.length || at === history.length - 1 ? step : history.length - 1 - at) {
    const point = history.at(at);
    if (point !== undefined) rows.push([point.tsEvent, point.equity.toFixed(2)]);
  }
  return rows;
}
