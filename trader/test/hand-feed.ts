import type {
  EngineChange, EngineEvent, EngineFeed, EngineListener, EngineSnapshot, FillFact, LimitGauge, MarketFact, OrderFact,
} from '../src/ports/engine-feed.ts';

/** Where all hand-made runs begin: 2026-01-01 UTC. */
export const HAND_START = 1_767_225_600_000;

/** A run told by hand: what is given to `tell` is numbered and heard by all who listen. */
export class HandFeed implements EngineFeed {
  snapshot: EngineSnapshot;
  readonly #fills: FillFact[] = [];
  readonly #listeners = new Set<EngineListener>();

  constructor(more: Partial<EngineSnapshot> = {}) {
    this.snapshot = { ...emptySnapshot(), fills: this.#fills, ...more };
  }

  listen(listener: EngineListener): () => void {
    this.#listeners.add(listener);
    listener.onSnapshot(this.snapshot);
    return () => { this.#listeners.delete(listener); };
  }

  /** One batch. What a snapshot needs of it must be set by hand. */
  tell(...changes: readonly EngineChange[]): void {
    const events = changes.map((change): EngineEvent => this.#numbered(change));
    for (const listener of this.#listeners) listener.onEvents(events);
  }

  /** Something happened, and nobody is told: the next event leaves a gap. */
  lose(...changes: readonly EngineChange[]): void {
    for (const change of changes) this.#numbered(change);
  }

  /** Tells all the whole again, as another run would. */
  begin(more: Partial<EngineSnapshot>): void {
    this.snapshot = { ...this.snapshot, ...more };
    for (const listener of this.#listeners) listener.onSnapshot(this.snapshot);
  }

  #numbered(change: EngineChange): EngineEvent {
    const sequence = this.snapshot.sequence + 1;
    if (change.kind === 'fill') this.#fills.push(change.fill);
    this.snapshot = { ...this.snapshot, sequence };
    return { ...change, sequence, tsEvent: HAND_START + sequence, tsWall: HAND_START + sequence };
  }
}

/** A fill of that number. */
export function handFill(number: number): FillFact {
  return {
    id: `f${number}`, clientOrderId: `o${number}`, book: 'macd@BTC-USDT.HAND', instrument: 'BTC-USDT.HAND', side: 'buy', leg: 'target',
    quantity: '0.01', price: '95000.1', fee: '0.95', realised: null, tsEvent: HAND_START + number,
  };
}

/** An order of that number. */
export function handOrder(number: number, state: OrderFact['state'], reason: string | null = null): OrderFact {
  return {
    clientOrderId: `o${number}`, venueOrderId: null, book: 'macd@BTC-USDT.HAND', instrument: 'BTC-USDT.HAND', leg: 'target', side: 'buy', type: 'market',
    timeInForce: 'ioc', quantity: '0.01', filled: '0', averagePrice: null, price: null, trigger: null, trail: null, expires: null, postOnly: false,
    reduceOnly: false, state, reason, command: null, by: null, tsInit: HAND_START, tsEvent: HAND_START,
  };
}

/** A limit that is used to that share. */
export function handLimit(share: number): LimitGauge {
  return { id: 'exposure', rule: 'exposure', subject: null, unit: 'share', used: share, limit: 1, headroom: 1 - share, share, atBreach: 'deny' };
}

/** One market of minutes. */
export const HAND_MARKET: MarketFact = {
  instrument: 'BTC-USDT.HAND', venue: 'HAND', assetClass: 'crypto', quoteCurrency: 'USDT', tick: '0.1', lot: '0.001', minNotional: '5', priceDecimals: 1,
  quantityDecimals: 3, intervalMs: 60_000, orderTypes: ['market', 'limit'], timesInForce: ['gtc', 'ioc'], postOnly: true, reduceOnly: true,
  last: '95000.1', tsLast: HAND_START, dayAgo: null, tells: [], bars: 0, gaps: 0, rejected: 0,
};

function emptySnapshot(): EngineSnapshot {
  return {
    sequence: 100, tsWall: HAND_START, tsEvent: HAND_START,
    run: { id: 'run', mode: 'paper', venue: null, version: '0.1.0', startedAt: HAND_START, currency: 'USDT', startEquity: '10000', speed: 50 },
    trading: { state: 'active', reason: null, by: null, since: null, flat: false },
    account: {
      tsEvent: HAND_START, equity: '10000', cash: '10000', realised: '0', unrealised: '0', fees: '0', dayPnl: '0', weekPnl: '0', totalPnl: '0',
      drawdown: 0, maxDrawdown: 0, grossValue: '0', exposure: 0,
    },
    markets: [HAND_MARKET], bars: {}, depths: [], trades: {}, books: [], positions: [], orders: [], fills: [], denials: [], equity: [[HAND_START, '10000']], days: [], limits: [], propFirm: null, limitSettings: { items: [], changes: [] }, halts: [],
    feeds: [], alerts: [], logs: [],
    health: { journalSequence: 0, journalBytes: 0, bars: 0, barsPerSecond: 0, orders: 0, fills: 0, denials: 0, decisionMicros: null, memoryMb: 50, eventsDropped: 0 },
  };
}
