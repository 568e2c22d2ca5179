import { dayCounted } from '../analytics/calendar-returns.ts';
import type { Timestamp } from '../domain/time.ts';
import type { Clock } from '../ports/clock.ts';
import {
  KEPT, type AccountFact, type AlertFact, type BarRow, type BookFact, type DenialFact, type EngineEvent, type EngineFeed, type EngineListener,
  type EngineSnapshot, type FeedFact, type FillFact, type HealthFact, type LimitGauge, type LogFact, type MarketFact, type OrderFact,
  type EquityRow, type PositionFact, type RunFact, type TradingFact,
} from '../ports/engine-feed.ts';
import type { DepthFact, TradeFact } from '../ports/market-facts.ts';
import type { HaltFact, LimitSettings } from '../ports/steering-facts.ts';
import { EquityHistory } from './equity-history.ts';
import { KeptList } from './kept-list.ts';

/** Orders that nothing can happen to any more. */
const ENDED: ReadonlySet<OrderFact['state']> = new Set(['filled', 'canceled', 'expired', 'rejected']);

/**
 * What the API knows of a run: kept from one snapshot and the events after it, so that no reader ever asks the
 * trading loop. Its memory is bounded however long the run is. Where events are missing it listens anew, which
 * begins with a snapshot, and stands still until that has come: a figure may be old, it is never wrong.
 */
export class EngineReplica implements EngineFeed {
  readonly #feed: EngineFeed;
  readonly #clock: Clock;
  readonly #listeners = new Set<EngineListener>();
  #stop: () => void = () => undefined;
  /** Counts the times it began to listen: what an older one still hears is not taken. */
  #hearing = 0;
  #facts: Facts | undefined;
  #snapshot: EngineSnapshot | undefined;
  #heardAt: Timestamp | null = null;

  constructor(feed: EngineFeed, clock: Clock) {
    this.#feed = feed;
    this.#clock = clock;
    this.#hear();
  }

  /** What is known now; undefined before the first snapshot. Its maps are live: read them at once. */
  get facts(): Readonly<Facts> | undefined {
    return this.#facts;
  }

  /** Names the run, and this process of it: sequences count in it. Empty before the first snapshot. */
  get epoch(): string {
    return this.#facts === undefined ? '' : `${this.#facts.run.id}:${this.#facts.run.startedAt}`;
  }

  /** Wall time of the last word of the run; null before the first. */
  get heardAt(): Timestamp | null {
    return this.#heardAt;
  }

  /** Everything that is known, the same object until something changes; undefined before the first snapshot. */
  snapshot(): EngineSnapshot | undefined {
    return this.#snapshot ??= this.#facts?.snapshot();
  }

  listen(listener: EngineListener): () => void {
    this.#listeners.add(listener);
    const snapshot = this.snapshot();
    if (snapshot !== undefined) listener.onSnapshot(snapshot);
    return () => { this.#listeners.delete(listener); };
  }

  /** Stops listening; what is known stays. */
  close(): void {
    this.#hearing += 1;
    this.#stop();
  }

  #hear(): void {
    this.close();
    const hearing = this.#hearing;
    const stop = this.#feed.listen({
      onSnapshot: (snapshot) => { if (hearing === this.#hearing) this.#restore(snapshot); },
      onEvents: (events) => { if (hearing === this.#hearing) this.#take(events); },
    });
    // Had it begun anew meanwhile, the newer one's end is the one to keep.
    if (hearing === this.#hearing) this.#stop = stop;
    else stop();
  }

  #restore(snapshot: EngineSnapshot): void {
    this.#heardAt = this.#clock.now();
    this.#facts = new Facts(snapshot);
    this.#snapshot = undefined;
    for (const listener of this.#listeners) listener.onSnapshot(snapshot);
  }

  #take(events: readonly EngineEvent[]): void {
    const facts = this.#facts;
    if (facts === undefined) return;
    this.#heardAt = this.#clock.now();
    this.#snapshot = undefined;
    const fresh: EngineEvent[] = [];
    let gap = false;
    for (const event of events) {
      if (event.sequence <= facts.sequence) continue;
      gap = event.sequence !== facts.sequence + 1;
      if (gap) break;
      facts.apply(event);
      fresh.push(event);
    }
    if (fresh.length > 0) for (const listener of this.#listeners) listener.onEvents(fresh);
    if (gap) this.#hear();
  }
}

/** The facts of a run, each by the name that a snapshot gives it. */
class Facts {
  sequence: number;
  tsWall: number;
  tsEvent: number | null;
  run: RunFact;
  trading: TradingFact;
  account: AccountFact;
  limits: readonly LimitGauge[];
  propFirm: EngineSnapshot['propFirm'];
  limitSettings: LimitSettings;
  feeds: readonly FeedFact[];
  health: HealthFact;
  readonly markets: Map<string, MarketFact>;
  readonly bars: Map<string, KeptList<BarRow>>;
  readonly depths: Map<string, DepthFact>;
  readonly trades: Map<string, KeptList<TradeFact>>;
  readonly books: Map<string, BookFact>;
  readonly positions: Map<string, PositionFact>;
  /** In the order in which they were first heard of. */
  readonly orders: Map<string, OrderFact>;
  readonly fills: KeptList<FillFact>;
  readonly denials: KeptList<DenialFact>;
  readonly halts: KeptList<HaltFact>;
  readonly equity: EquityHistory;
  /** The last equity of each UTC day, by the day. */
  readonly days: Map<number, EquityRow>;
  readonly alerts: KeptList<AlertFact>;
  readonly logs: KeptList<LogFact>;
  #ended = 0;

  constructor(from: EngineSnapshot) {
    this.sequence = from.sequence;
    this.tsWall = from.tsWall;
    this.tsEvent = from.tsEvent;
    this.run = from.run;
    this.trading = from.trading;
    this.account = from.account;
    this.limits = from.limits;
    this.propFirm = from.propFirm;
    this.limitSettings = from.limitSettings;
    this.halts = new KeptList(KEPT.halts, from.halts);
    this.feeds = from.feeds;
    this.health = from.health;
    this.markets = new Map(from.markets.map((market) => [market.instrument, market]));
    this.bars = new Map(Object.entries(from.bars).map(([instrument, rows]) => [instrument, new KeptList(KEPT.bars, rows)]));
    this.depths = new Map(from.depths.map((depth) => [depth.instrument, depth]));
    this.trades = new Map(Object.entries(from.trades).map(([instrument, trades]) => [instrument, new KeptList(KEPT.trades, trades)]));
    this.books = new Map(from.books.map((book) => [book.book, book]));
    this.positions = new Map(from.positions.map((position) => [position.instrument, position]));
    this.orders = new Map(from.orders.map((order) => [order.clientOrderId, order]));
    for (const { state } of from.orders) if (ENDED.has(state)) this.#ended += 1;
    this.fills = new KeptList(KEPT.fills, from.fills);
    this.denials = new KeptList(KEPT.denials, from.denials);
    this.equity = new EquityHistory(KEPT.equity, from.equity);
    this.days = new Map(from.days.map((row) => [dayCounted(row[0]), row]));
    this.alerts = new KeptList(KEPT.alerts, from.alerts);
    this.logs = new KeptList(KEPT.logs, from.logs);
  }

  apply(event: EngineEvent): void {
    this.sequence = event.sequence;
    this.tsWall = event.tsWall;
    this.tsEvent = event.tsEvent;
    switch (event.kind) {
      case 'run': this.run = event.run; return;
      case 'trading': this.trading = event.trading; return;
      case 'account': this.account = event.account; return;
      case 'prices': this.#prices(event.prices); return;
      case 'markets': for (const market of event.markets) this.markets.set(market.instrument, market); return;
      case 'bars': addTo(this.bars, event.instrument, event.bars, KEPT.bars); return;
      case 'book': this.books.set(event.book.book, event.book); return;
      case 'position': this.positions.set(event.position.instrument, event.position); return;
      case 'limits': this.limits = event.limits; this.propFirm = event.propFirm; return;
      case 'limit-settings': this.limitSettings = event.limitSettings; return;
      case 'feeds': this.feeds = event.feeds; return;
      case 'health': this.health = event.health; return;
      default: this.#add(event);
    }
  }

  /** What is added to a list, or replaces one of several. */
  #add(event: Extract<EngineEvent, { kind: 'depth' | 'trades' | 'order' | 'fill' | 'denial' | 'halt' | 'equity' | 'alert' | 'log' }>): void {
    switch (event.kind) {
      case 'depth': this.depths.set(event.depth.instrument, event.depth); return;
      case 'trades': addTo(this.trades, event.instrument, event.trades, KEPT.trades); return;
      case 'order': this.#order(event.order); return;
      case 'fill': this.fills.push(event.fill); return;
      case 'denial': this.denials.push(event.denial); return;
      case 'halt': this.halts.push(event.halt); return;
      case 'equity': for (const point of event.points) this.#point(point); return;
      case 'alert': this.alerts.push(event.alert); return;
      case 'log': this.logs.push(event.line);
    }
  }

  snapshot(): EngineSnapshot {
    const { sequence, tsWall, tsEvent, run, trading, account, limits, propFirm, limitSettings, feeds, health } = this;
    return {
      sequence, tsWall, tsEvent, run, trading, account, limits, propFirm, limitSettings, feeds, health,
      markets: [...this.markets.values()],
      bars: Object.fromEntries([...this.bars].map(([instrument, rows]) => [instrument, rows.all()])),
      depths: [...this.depths.values()],
      trades: Object.fromEntries([...this.trades].map(([instrument, trades]) => [instrument, trades.all()])),
      books: [...this.books.values()],
      positions: [...this.positions.values()],
      orders: [...this.orders.values()],
      fills: this.fills.all(), denials: this.denials.all(), halts: this.halts.all(), equity: this.equity.all(), days: [...this.days.values()], alerts: this.alerts.all(), logs: this.logs.all(),
    };
  }

  #point(point: EquityRow): void {
    this.equity.push(point);
    this.days.set(dayCounted(point[0]), point);
  }

  #prices(prices: readonly { readonly instrument: string; readonly last: string; readonly tsEvent: number }[]): void {
    for (const { instrument, last, tsEvent } of prices) {
      const market = this.markets.get(instrument);
      if (market !== undefined) this.markets.set(instrument, { ...market, last, tsLast: tsEvent });
    }
  }

  /** Open ones are all kept; of those that ended, the newest. */
  #order(order: OrderFact): void {
    const before = this.orders.get(order.clientOrderId);
    this.orders.set(order.clientOrderId, order);
    if (!ENDED.has(order.state) || (before !== undefined && ENDED.has(before.state))) return;
    this.#ended += 1;
    // In halves, as KeptList: a walk over all orders is not paid for each one that ends.
    if (this.#ended < 2 * KEPT.orders) return;
    for (const [id, { state }] of this.orders) {
      if (!ENDED.has(state)) continue;
      this.orders.delete(id);
      this.#ended -= 1;
      if (this.#ended <= KEPT.orders) return;
    }
  }
}

function addTo<Row>(lists: Map<string, KeptList<Row>>, instrument: string, rows: readonly Row[], most: number): void {
  let kept = lists.get(instrument);
  if (kept === undefined) lists.set(instrument, kept = new KeptList(most));
  for (const row of rows) kept.push(row);
}
