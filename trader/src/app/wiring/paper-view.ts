import { add, decimalPlaces, format, fromNumber, sub, toNumber, type Exact } from '../../domain/exact.ts';
import type { Order } from '../../domain/order.ts';
import type { Denial, FillReport } from '../../domain/report.ts';
import { DAY_MS, type Timestamp } from '../../domain/time.ts';
import type { Book } from '../../pipeline/book.ts';
import type { DenialView, FillView, InstrumentView, MinuteView, OrderView, PaperView, PositionView } from '../terminal/paper-view.ts';
import { feedWords } from './feed-words.ts';
import type { PaperTrader } from './paper.ts';
import type { PaperFeed } from './paper-source.ts';

/** What the command knows and the run does not: how it is being driven. */
export interface Drive {
  readonly state: PaperView['state'];
  readonly haltReason: string | undefined;
  readonly speed: number;
  readonly elapsedMs: number;
  readonly barsPerSecond: number;
  readonly decisionMicros: { readonly p50: number; readonly p99: number } | undefined;
  readonly note: string | undefined;
}

/** The picture of a run at this moment. */
export function paperView(trader: PaperTrader, drive: Drive): PaperView {
  const { record, run: { engine, markets, recorder } } = trader;
  const { portfolio, books } = engine;
  // Before the first bar a live market has the time that it is.
  const tsEvent = trader.tsEvent === -Infinity ? (trader.feed.kind === 'live' ? Date.now() : 0) : trader.tsEvent;
  const { orders } = recorder;
  return {
    mode: trader.run.setup.live?.world ?? 'paper', note: drive.note, state: drive.state, haltReason: drive.haltReason, tsEvent, speed: drive.speed, elapsedMs: drive.elapsedMs,
    feed: feedView(trader.feed),
    account: accountView(trader, tsEvent),
    instruments: markets.map((_, market) => instrumentView(trader, market, tsEvent)),
    positions: books.map((book) => positionView(trader, book)),
    orders: books.flatMap((book) => Array.from({ length: book.working.length }, (_, at) => orderView(trader, book, at))),
    fills: newest(record.fills).map(({ fill, realised }) => fillView(fill, realised, trader)),
    denials: newest(record.denials).map(denialView),
    health: {
      journalSequence: trader.journal.sequence, resumedFrom: trader.resumedFrom, journalBytes: trader.journal.bytes,
      bars: engine.bars, barsPerSecond: drive.barsPerSecond, orders, fills: portfolio.fills, denials: engine.risk.denials,
      decisionMicros: drive.decisionMicros, rssMb: process.memoryUsage.rss() / 2 ** 20,
    },
  };
}

/** Fills and denials of a picture: as many as a tall terminal has lines for. */
const SHOWN = 20;

/** The last of a record, the newest first. */
function newest<T>(kept: readonly T[]): T[] {
  return kept.slice(-SHOWN).reverse();
}

/** The little of it that a line for each minute says. */
export function minuteView(trader: PaperTrader, state: PaperView['state']): MinuteView {
  const { engine: { portfolio }, markets, setup } = trader.run;
  const { account: { moneyScale }, curve } = portfolio;
  const equity = portfolio.exactEquity();
  const equityNow = toNumber(equity, moneyScale);
  return {
    mode: trader.run.setup.live?.world ?? 'paper', state, tsEvent: trader.tsEvent === -Infinity ? 0 : trader.tsEvent,
    account: {
      currency: markets[0].instrument.quoteCurrency, equity: format(equity, moneyScale),
      totalPnl: (equityNow - Number(setup.cash)).toFixed(2), drawdown: 1 - equityNow / Math.max(curve.peak, equityNow),
    },
    instruments: markets.map(({ instrument: { id } }, market) => ({ id, last: lastText(trader, market) })),
  };
}

/** The last price in the instrument's decimals; `0` before the first. */
function lastText({ run }: PaperTrader, market: number): string {
  const { priceScale, tickSize } = run.markets[market].instrument;
  const last = run.engine.portfolio.marks[market];
  return Number.isNaN(last) ? '0' : last.toFixed(decimalPlaces(format(tickSize, priceScale)));
}

function feedView(feed: PaperFeed): PaperView['feed'] {
  if (feed.kind === 'replay') return { name: 'shipped 1-minute bars', done: feed.replay.done, total: feed.replay.total };
  const { state } = feed.live;
  return { name: feedWords(feed.venue, state), done: state.heard, total: undefined };
}

function accountView(trader: PaperTrader, tsEvent: Timestamp): PaperView['account'] {
  const { engine, markets, setup } = trader.run;
  const { portfolio, books } = engine;
  const { account, curve } = portfolio;
  const money = (amount: Exact) => format(amount, account.moneyScale);
  const equity = portfolio.exactEquity();
  const unrealised = books.reduce<Exact>((sum, book) => add(sum, account.unrealised(book.index, markOf(trader, book.instrument))), 0);
  const equityNow = toNumber(equity, account.moneyScale);
  const gross = books.reduce((sum, book) => sum + Math.abs(portfolio.quantityOf(book) * portfolio.marks[book.instrument]) || sum, 0);
  return {
    currency: markets[0].instrument.quoteCurrency, startEquity: setup.cash,
    equity: money(equity), cash: money(account.cash), realised: money(account.realised), unrealised: money(unrealised), fees: money(account.fees),
    dayPnl: (equityNow - equityAtMidnight(trader, tsEvent)).toFixed(2), totalPnl: (equityNow - Number(setup.cash)).toFixed(2),
    drawdown: 1 - equityNow / Math.max(curve.peak, equityNow), maxDrawdown: curve.maxDrawdown, exposure: gross / equityNow,
    equityHistory: trader.history.thinned(CHART_POINTS), propFirm: trader.run.propFirm?.gauge(),
  };
}

/** Equity at the last UTC midnight, or at the start where there is none yet. */
function equityAtMidnight({ history, run }: PaperTrader, tsEvent: Timestamp): number {
  const midnight = Math.floor((tsEvent - 1) / DAY_MS) * DAY_MS;
  return history.before(midnight)?.equity ?? Number(run.setup.cash);
}

/** A chart has no more columns than a wide terminal. */
const CHART_POINTS = 240;

/** Few enough of the values for a chart, the last one always. */
function thin(values: readonly number[]): readonly number[] {
  const step = Math.max(1, Math.ceil(values.length / CHART_POINTS));
  return values.filter((_, index) => (values.length - 1 - index) % step === 0);
}

/** The last price as an exact one; 0 before the first, when nothing is held yet. */
function markOf({ run }: PaperTrader, market: number): Exact {
  const mark = run.engine.portfolio.marks[market];
  return Number.isNaN(mark) ? 0 : fromNumber(mark, run.markets[market].instrument.priceScale);
}

function instrumentView(trader: PaperTrader, market: number, tsEvent: Timestamp): InstrumentView {
  const { prices } = trader;
  const { engine, ingest, markets } = trader.run;
  const { id, priceScale, tickSize } = markets[market].instrument;
  const decimals = decimalPlaces(format(tickSize, priceScale));
  const quality = ingest.quality[market];
  const day = prices.day(market, tsEvent);
  const first = prices.first(market);
  const last = engine.portfolio.marks[market];
  const text = (price: number) => price.toFixed(decimals);
  return {
    id, last: lastText(trader, market),
    changeSinceStart: first === undefined ? undefined : last / first - 1,
    change24h: day.length < 1440 ? undefined : last / (day[0] as { close: number }).close - 1,
    high24h: day.length === 0 ? undefined : text(Math.max(...day.map(({ high }) => high))),
    low24h: day.length === 0 ? undefined : text(Math.min(...day.map(({ low }) => low))),
    history: thin(day.map(({ close }) => close)),
    bars: quality.bars, gaps: quality.gaps, ageMs: quality.bars === 0 ? 0 : tsEvent - quality.tsLast, rejected: quality.repeated + quality.malformed,
  };
}

function positionView(trader: PaperTrader, book: Book): PositionView {
  const { engine, markets, roster } = trader.run;
  const entry = roster.entries.find((each) => each.book === book);
  const { account } = engine.portfolio;
  const { id, priceScale, quantityScale } = markets[book.instrument].instrument;
  const { quantity, cost, realised, fees } = account.positions[book.index];
  const money = (amount: Exact) => format(amount, account.moneyScale);
  const mark = markOf(trader, book.instrument);
  const units = toNumber(quantity, quantityScale);
  const resting = (leg: Order['leg']) => {
    for (let at = 0; at < book.working.length; at++) {
      const { order } = book.working.at(at);
      if (order.leg === leg) return format(order.price, priceScale);
    }
    return undefined;
  };
  return {
    strategy: book.name.split('@')[0], instrument: id, quantity: format(quantity, quantityScale),
    averagePrice: quantity === 0 ? undefined : format(fromNumber(toNumber(cost, account.moneyScale) / units, priceScale), priceScale),
    mark: mark === 0 ? undefined : format(mark, priceScale),
    unrealised: money(account.unrealised(book.index, mark)), realised: money(realised), fees: money(fees),
    target: book.latched ? 0 : book.target, stop: resting('stop'), takeProfit: resting('take-profit'),
    warmupLeft: entry === undefined ? 0 : roster.warmupLeft(entry),
  };
}

function orderView(trader: PaperTrader, book: Book, at: number): OrderView {
  const { order, leaves } = book.working.at(at);
  const { id, priceScale, quantityScale } = trader.run.markets[book.instrument].instrument;
  return {
    clientOrderId: order.clientOrderId, strategy: book.name.split('@')[0], instrument: id,
    side: order.side, type: order.type, leg: order.leg, quantity: format(order.quantity, quantityScale),
    filled: format(sub(order.quantity, leaves), quantityScale),
    price: order.type === 'market' ? undefined : format(order.price, priceScale), tsInit: order.tsInit,
  };
}

/** A fill as people and programs are told of it. */
export function fillView(fill: FillReport, realised: Exact, { run }: PaperTrader): FillView {
  const { order, tsEvent, price, quantity, fee } = fill;
  const { id, priceScale, quantityScale } = run.markets[order.instrument].instrument;
  const { moneyScale } = run.engine.portfolio.account;
  return {
    tsEvent, strategy: order.owner.name.split('@')[0], instrument: id, side: order.side, leg: order.leg,
    quantity: format(quantity, quantityScale), price: format(price, priceScale), fee: format(fee, moneyScale),
    realised: realised === 0 ? undefined : format(realised, moneyScale),
  };
}

/** A denial as people are told of it. */
export function denialView({ tsEvent, owner, side, quantity, rule, value, limit }: Denial): DenialView {
  const [strategy, instrument] = owner.split('@') as [string, string];
  const unit = UNITS[rule] ?? (/^(prop-firm|group)/.test(rule) ? money : undefined) ?? ((amount: number) => amount.toPrecision(6));
  return { tsEvent, strategy, instrument, side, quantity: String(quantity), rule, value: unit(value), limit: unit(limit) };
}

const percent = (share: number) => `${(share * 100).toFixed(2)} %`;
const money = (amount: number) => amount.toFixed(2);

/** How each rule's value reads. */
const UNITS: Readonly<Record<string, (value: number) => string>> = {
  notional: money, exposure: money, position: money, 'currency-exposure': money, 'loss-streak': String, 'duplicate-intent': String, 'price-collar': percent, drawdown: percent,
  'order-rate': String, 'stale-data': (age) => `${age / 1000} s`, halted: (quantity) => String(quantity),
};
