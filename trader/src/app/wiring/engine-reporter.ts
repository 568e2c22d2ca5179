import { dayCounted } from '../../analytics/calendar-returns.ts';
import type { Book } from '../../pipeline/book.ts';
import type { CourierNote } from '../../pipeline/courier-note.ts';
import {
  KEPT, type AlertFact, type BarRow, type EngineChange, type EngineEvent, type EngineSnapshot, type EquityRow, type HealthFact, type LogFact, type RunFact, type TradingFact,
} from '../../ports/engine-feed.ts';
import { noteText } from '../terminal/courier-note-text.ts';
import { accountFact, bookFact, dailyRows, denialFact, depthFact, equityRows, fillFact, haltFacts, limitGauges, marketFact, orderFact, positionFact, priceDecimals, tradeFacts } from './run-facts.ts';
import { feedFacts } from './feed-facts.ts';
import type { KeptBook } from './market-depth.ts';
import type { PaperTrader } from './paper.ts';
import { limitSettings } from './run-limits.ts';
import type { BookedFill, TrackedOrder } from './run-record.ts';

/** What the loop knows and the run does not: how it is being driven. */
export interface LoopFacts {
  readonly state: TradingFact['state'];
  /** Market seconds per second; Infinity for as fast as it goes, or as it comes. */
  readonly speed: number;
  readonly barsPerSecond: number;
  readonly decisionMicros: HealthFact['decisionMicros'];
  readonly version: string;
  /** Wall time at which it began to trade. */
  readonly startedAt: number;
}

/** How often what may be coalesced is told. */
const TELL_EVERY_MS = 200;
/** How often a market's order book is told. */
const DEPTH_EVERY_MS = 100;
/** How often books are told of whose prices alone have moved. */
const PRICED_EVERY_MS = 1_000;
/** How often it is told that the loop lives, whatever happens. */
const SIGN_EVERY_MS = 2_000;
/** How often it is told that a stop is refused, where the reason is the same. */
const HOUR_MS = 3_600_000;
/** Most bars of a market, and points of equity, in one batch. */
const MOST_BARS = 400;
const MOST_POINTS = 50;

/**
 * Tells a run's changes as numbered events: orders, fills and denials at the next turn, all else a few times a
 * second and only where it changed. It reads the run and changes nothing of it.
 */
export class EngineReporter {
  /** Number of the last event. */
  sequence = 0;
  /** Events that a listener was not sent. */
  dropped = 0;
  readonly #trader: PaperTrader;
  readonly #loop: () => LoopFacts;
  readonly #orders = new Set<TrackedOrder>();
  readonly #news: EngineChange[] = [];
  readonly #alerts: AlertFact[] = [];
  readonly #logs: LogFact[] = [];
  /** What was told last, by what it is about: only what differs is told again. */
  readonly #told = new Map<string, string>();
  readonly #bars: number[];
  #points: number;
  #halts: number;
  /** The order book of each market that was told last, and when. */
  readonly #depths: { readonly book: KeptBook | undefined; readonly at: number }[];
  #toldAt = -Infinity;
  #healthAt = -Infinity;
  #pricedAt = -Infinity;

  constructor(trader: PaperTrader, loop: () => LoopFacts) {
    this.#trader = trader;
    this.#loop = loop;
    this.#bars = trader.run.markets.map((_, market) => trader.run.roster.seen(market));
    this.#depths = trader.run.markets.map(() => ({ book: undefined, at: -Infinity }));
    this.#points = trader.history.length;
    this.#halts = trader.run.ingest.commands.halts;
    trader.record.listener = {
      onOrder: (tracked) => void this.#orders.add(tracked),
      onFill: (booked: BookedFill) => void this.#news.push({ kind: 'fill', fill: fillFact(trader, booked) }),
      onDenial: (denial, number) => void this.#news.push({ kind: 'denial', denial: denialFact(denial, number) }),
    };
  }

  /** What happened since the last call; empty for nothing. `now` is the machine's time. With `all`, also what else would wait for its turn. */
  take(now: number, all = false): readonly EngineEvent[] {
    const changes = this.#fresh(now);
    if (all || now - this.#toldAt >= TELL_EVERY_MS) {
      this.#toldAt = now;
      this.#coalesced(changes, now);
    }
    const tsEvent = this.#tsEvent();
    return changes.map((change) => ({ ...change, sequence: ++this.sequence, tsEvent, tsWall: now }));
  }

  /** Everything, as of the last event that was taken. */
  snapshot(now: number): EngineSnapshot {
    const trader = this.#trader;
    const { record, run } = trader;
    const { markets, engine, roster } = run;
    return {
      sequence: this.sequence, tsWall: now, tsEvent: this.#tsEvent(), run: this.#run(), trading: this.trading(), account: accountFact(trader),
      markets: markets.map((_, market) => marketFact(trader, market)),
      bars: Object.fromEntries(markets.map(({ instrument }, market) => [instrument.id, rowsOf(roster.past(market).slice(-KEPT.bars))])),
      depths: markets.flatMap((_, market) => depthFact(trader, market) ?? []),
      trades: Object.fromEntries(markets.map(({ instrument }, market) => [instrument.id, tradeFacts(trader, market, trader.depth.trades(market))])),
      books: engine.books.map((book) => bookFact(trader, book)), positions: markets.map((_, market) => positionFact(trader, market)),
      orders: record.orders().slice(-KEPT.orders).map((tracked) => orderFact(trader, tracked)), fills: record.fills.slice(-KEPT.fills).map((fill) => fillFact(trader, fill)),
      denials: record.denials.slice(-KEPT.denials).map((denial, at, all) => denialFact(denial, record.denied - all.length + at + 1)),
      equity: equityRows(trader, KEPT.equity), days: dailyRows(trader), limits: limitGauges(trader), propFirm: run.propFirm?.gauge() ?? null,
      limitSettings: limitSettings(run.limits), halts: haltFacts(trader, KEPT.halts), feeds: feedFacts(this.#trader, this.#loop().state === 'ended'),
      alerts: this.#alerts.slice(-KEPT.alerts), logs: this.#logs.slice(-KEPT.logs), health: this.#health(),
    };
  }

  /** Whether the run trades, and who said so. */
  trading(): TradingFact {
    const { engine, ingest } = this.#trader.run;
    const { state } = engine.risk;
    const last = ingest.commands.lastTrading;
    const shown = this.#loop().state;
    return {
      // A feed that is held hides no halt: it takes somebody to end it.
      state: shown === 'paused' && state.kind === 'halted' ? 'halted' : shown, reason: state.kind === 'halted' ? state.reason : null, flat: engine.risk.flat,
      by: last?.command.by ?? null, since: last === undefined || last.tsEvent === -Infinity ? null : last.tsEvent,
    };
  }

  /** Takes what was found of an account at a venue. */
  note(note: CourierNote, now: number): void {
    if (note.kind === 'outcome-unknown') this.#trader.record.onUnknown(note.clientOrderId);
    // The order's own state says it, but not that a position stands without its stop. That is tried again bar by bar.
    if (note.kind === 'refused' && (note.leg !== 'stop' || !this.#differs('refused stop', `${note.reason} ${Math.floor(now / HOUR_MS)}`))) return;
    const severity = note.kind === 'retry' || note.kind === 'payment' || note.kind === 'opening' || note.kind === 'missed-fill' ? 'info' : note.kind === 'lost' || note.kind === 'contradiction' || note.kind === 'fills-missing' ? 'critical' : 'warning';
    this.alert(note.kind, noteText(note), severity, now);
  }

  /** Takes something that a person should know. */
  alert(kind: string, text: string, severity: AlertFact['severity'], now: number): void {
    const alert: AlertFact = { id: `${now}:${this.#alerts.length}:${kind}`, severity, kind, text, tsEvent: this.#tsEvent(), tsWall: now };
    keep(this.#alerts, alert, KEPT.alerts);
    this.#news.push({ kind: 'alert', alert });
  }

  /** Takes a line of the log. */
  log(text: string, level: LogFact['level'], now: number): void {
    const line: LogFact = { tsWall: now, level, text };
    keep(this.#logs, line, KEPT.logs);
    this.#news.push({ kind: 'log', line });
  }

  #fresh(now: number): EngineChange[] {
    const trader = this.#trader;
    const changes: EngineChange[] = this.#news.splice(0);
    this.#prices(changes);
    this.#depth(changes, now);
    for (const tracked of this.#orders) changes.push({ kind: 'order', order: orderFact(trader, tracked) });
    this.#orders.clear();
    // A halt is told as fast as a fill.
    const { risk } = trader.run.engine;
    const { lastTrading } = trader.run.ingest.commands;
    if (this.#differs('state', `${this.#loop().state} ${risk.state.kind} ${lastTrading?.tsEvent} ${lastTrading?.command.id}`)) changes.push({ kind: 'trading', trading: this.trading() });
    this.#steering(changes);
    return changes;
  }

  /** Halts, and limits that a person has changed. */
  #steering(changes: EngineChange[]): void {
    const { run } = this.#trader;
    const { halts } = run.ingest.commands;
    for (const halt of halts === this.#halts ? [] : haltFacts(this.#trader, halts - this.#halts)) changes.push({ kind: 'halt', halt });
    this.#halts = halts;
    const { turns } = run.limits;
    if (this.#differs('limit settings', turns.at(-1)?.command.id ?? '') && turns.length > 0) changes.push({ kind: 'limit-settings', limitSettings: limitSettings(run.limits) });
  }

  /** Prices between bars, as they come. */
  #prices(changes: EngineChange[]): void {
    const { lastPrices, run } = this.#trader;
    const prices = lastPrices.flatMap((heard, market) => {
      const { instrument } = run.markets[market];
      return heard === undefined || !this.#differs(`price ${market}`, `${heard.tsEvent} ${heard.price}`) ? [] : [{ instrument: instrument.id, last: heard.price.toFixed(priceDecimals(instrument)), tsEvent: heard.tsEvent }];
    });
    if (prices.length > 0) changes.push({ kind: 'prices', prices });
  }

  /** Trades as they come, and each order book a few times a second where it changed. */
  #depth(changes: EngineChange[], now: number): void {
    const trader = this.#trader;
    const { depth, run } = trader;
    run.markets.forEach(({ instrument }, market) => {
      const trades = depth.take(market);
      if (trades.length > 0) changes.push({ kind: 'trades', instrument: instrument.id, trades: tradeFacts(trader, market, trades) });
      const { book, at } = this.#depths[market];
      const newest = depth.book(market);
      if (newest === book || now - at < DEPTH_EVERY_MS) return;
      this.#depths[market] = { book: newest, at: now };
      const fact = depthFact(trader, market);
      if (fact !== undefined) changes.push({ kind: 'depth', depth: fact });
    });
  }

  #coalesced(changes: EngineChange[], now: number): void {
    const trader = this.#trader;
    const { engine, markets } = trader.run;
    const tell = (key: string, change: EngineChange) => { if (this.#differs(key, JSON.stringify(change))) changes.push(change); };
    tell('run', { kind: 'run', run: this.#run() });
    markets.forEach((_, market) => { this.#newBars(market, changes); });
    const changed = markets.flatMap((_, market) => {
      const fact = marketFact(trader, market);
      return this.#differs(`market ${market}`, JSON.stringify(fact)) ? [fact] : [];
    });
    if (changed.length > 0) changes.push({ kind: 'markets', markets: changed });
    tell('account', { kind: 'account', account: accountFact(trader) });
    for (const book of engine.books) this.#book(book, changes, now);
    if (now - this.#pricedAt >= PRICED_EVERY_MS) this.#pricedAt = now;
    markets.forEach((_, market) => { tell(`position ${market}`, { kind: 'position', position: positionFact(trader, market) }); });
    this.#newEquity(changes);
    tell('limits', { kind: 'limits', limits: limitGauges(trader), propFirm: trader.run.propFirm?.gauge() ?? null });
    tell('feeds', { kind: 'feeds', feeds: feedFacts(this.#trader, this.#loop().state === 'ended') });
    if (this.#differs('health', JSON.stringify(this.#health())) || now - this.#healthAt >= SIGN_EVERY_MS) {
      this.#healthAt = now;
      changes.push({ kind: 'health', health: this.#health() });
    }
  }

  /** A book at once where it was decided or traded; where only prices moved, once a second: it brings its whole form along. */
  #book(book: Book, changes: EngineChange[], now: number): void {
    const fact = bookFact(this.#trader, book);
    const { book: name, state, parameters, target, quantity, fees, stop, takeProfit, history, mark, unrealised, reasons, warmupLeft } = fact;
    const decided = this.#differs(name, JSON.stringify([state, parameters, target, quantity, fees, stop, takeProfit, history.length]));
    if (!decided && now - this.#pricedAt < PRICED_EVERY_MS) return;
    if (this.#differs(`${name} priced`, `${mark} ${unrealised} ${warmupLeft} ${JSON.stringify(reasons)}`) || decided) changes.push({ kind: 'book', book: fact });
  }

  #newBars(market: number, changes: EngineChange[]): void {
    const { roster, markets } = this.#trader.run;
    const fresh = roster.seen(market) - this.#bars[market];
    if (fresh === 0) return;
    this.#bars[market] += fresh;
    const bars = rowsOf(roster.past(market).slice(-Math.min(fresh, MOST_BARS)));
    changes.push({ kind: 'bars', instrument: markets[market].instrument.id, bars, skipped: fresh - bars.length });
  }

  #newEquity(changes: EngineChange[]): void {
    const { history } = this.#trader;
    const fresh = history.length - this.#points;
    if (fresh === 0) return;
    const step = Math.max(1, Math.ceil(fresh / MOST_POINTS));
    const points: (readonly [number, string])[] = [];
    // The last one always: a step counted from it.
    for (let at = this.#points + (fresh - 1) % step; at < history.length; at += step) {
      const point = history.at(at);
      // The last of a day is told in any case, though its step passes over it.
      points.push(...this.#dayEnds(at, step));
      if (point !== undefined) points.push([point.tsEvent, point.equity.toFixed(2)]);
    }
    this.#points = history.length;
    changes.push({ kind: 'equity', points });
  }

  /** The last points of the days that ended within the step before a point. */
  #dayEnds(at: number, step: number): EquityRow[] {
    const { history } = this.#trader;
    const rows: EquityRow[] = [];
    for (let before = Math.max(this.#points, at - step + 1); before < at; before++) {
      const [point, next] = [history.at(before), history.at(before + 1)];
      if (point !== undefined && next !== undefined && dayCounted(point.tsEvent) < dayCounted(next.tsEvent)) rows.push([point.tsEvent, point.equity.toFixed(2)]);
    }
    return rows;
  }

  #differs(key: string, text: string): boolean {
    if (this.#told.get(key) === text) return false;
    this.#told.set(key, text);
    return true;
  }

  #tsEvent(): number | null {
    const { tsEvent } = this.#trader;
    return tsEvent === -Infinity ? null : tsEvent;
  }

  #run(): RunFact {
    const { run, feed } = this.#trader;
    const { setup, markets } = run;
    const { speed, version, startedAt } = this.#loop();
    return {
      id: run.id, mode: setup.live?.world ?? 'paper', venue: feed.kind === 'live' ? feed.venue : null, version, startedAt,
      currency: markets[0].instrument.quoteCurrency, startEquity: setup.cash, speed: Number.isFinite(speed) ? speed : null,
    };
  }

  #health(): HealthFact {
    const { journal, run } = this.#trader;
    const { barsPerSecond, decisionMicros } = this.#loop();
    return {
      journalSequence: journal.sequence, journalBytes: journal.bytes, bars: run.engine.bars, barsPerSecond: Math.round(barsPerSecond), orders: run.recorder.orders,
      fills: run.engine.portfolio.fills, denials: run.engine.risk.denials, decisionMicros, memoryMb: Math.round(process.memoryUsage.rss() / 2 ** 20), eventsDropped: this.dropped,
    };
  }
}

function rowsOf(bars: readonly { readonly timestamp: number; readonly open: number; readonly high: number; readonly low: number; readonly close: number; readonly volume: number }[]): BarRow[] {
  return bars.map(({ timestamp, open, high, low, close, volume }) => [timestamp, open, high, low, close, Number.isNaN(volume) ? null : volume]);
}

function keep<T>(list: T[], item: T, most: number): void {
  list.push(item);
  if (list.length >= 2 * most) list.splice(0, list.length - most);
}
