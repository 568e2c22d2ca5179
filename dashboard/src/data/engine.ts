import type {
  AccountFact, BarRow, BookFact, DenialFact, EquityRow, FeedFact, FillFact, HealthFact, JobFact, LimitGauge, LimitSettings, LogFact, MarketFact,
  OrderFact, PositionFact, PropFirmGauge, RunFact, TradingFact,
} from 'trader/contract';
import type { Alert, StatePart, Topic, TopicItems } from 'trader/stream-client';

/** How many of what only grows are kept in the browser. */
const KEPT = 2000;

/** What a page knows of each topic. Absent means that the first snapshot has not come. */
export interface Slices {
  readonly state: {
    readonly run?: RunFact;
    readonly trading?: TradingFact;
    readonly health?: HealthFact;
    readonly markets: ReadonlyMap<string, MarketFact>;
    readonly limits: readonly LimitGauge[];
    readonly propFirm: PropFirmGauge | null;
    readonly limitSettings?: LimitSettings;
    readonly feeds: readonly FeedFact[];
  };
  readonly prices: ReadonlyMap<string, TopicItems['prices']>;
  /** The whole book of one market; null before the first. */
  readonly book: TopicItems['book'] | null;
  readonly trades: readonly TopicItems['trades'][];
  readonly bars: readonly BarRow[];
  readonly positions: { readonly positions: ReadonlyMap<string, PositionFact>; readonly books: ReadonlyMap<string, BookFact> };
  readonly orders: { readonly orders: ReadonlyMap<string, OrderFact>; readonly denials: readonly DenialFact[] };
  readonly fills: readonly FillFact[];
  readonly equity: { readonly account?: AccountFact; readonly points: readonly EquityRow[] };
  readonly alerts: ReadonlyMap<string, Alert>;
  readonly jobs: ReadonlyMap<string, JobFact>;
  readonly logs: readonly LogFact[];
}

/** Each topic before its first snapshot's items are put in. */
export const EMPTY: Slices = {
  state: { markets: new Map(), limits: [], propFirm: null, feeds: [] },
  prices: new Map(),
  book: null,
  trades: [],
  bars: [],
  positions: { positions: new Map(), books: new Map() },
  orders: { orders: new Map(), denials: [] },
  fills: [],
  equity: { points: [] },
  alerts: new Map(),
  jobs: new Map(),
  logs: [],
};

type Fold<T extends Topic> = (slice: Slices[T], items: readonly TopicItems[T][]) => Slices[T];

function added<Row>(rows: readonly Row[], more: readonly Row[], keep = KEPT): readonly Row[] {
  return [...rows, ...more].slice(-keep);
}

function replaced<Row>(map: ReadonlyMap<string, Row>, rows: readonly Row[], key: (row: Row) => string): ReadonlyMap<string, Row> {
  if (rows.length === 0) return map;
  const next = new Map(map);
  for (const row of rows) next.set(key(row), row);
  return next;
}

const ENDED: ReadonlySet<OrderFact['state']> = new Set(['filled', 'canceled', 'expired', 'rejected']);

/** All orders that work, and of those that ended the newest: a page may stay open for weeks. In halves, so that not every order that ends is paid for with a walk over all. */
function withoutOldest(orders: ReadonlyMap<string, OrderFact>): ReadonlyMap<string, OrderFact> {
  if (orders.size <= 2 * KEPT) return orders;
  const ended = [...orders.values()].filter(({ state }) => ENDED.has(state)).slice(0, -KEPT);
  const gone = new Set(ended.map(({ clientOrderId }) => clientOrderId));
  return new Map([...orders].filter(([id]) => !gone.has(id)));
}

function withPart(state: Slices['state'], part: StatePart): Slices['state'] {
  switch (part.part) {
    case 'run': return { ...state, run: part.run };
    case 'trading': return { ...state, trading: part.trading };
    case 'health': return { ...state, health: part.health };
    case 'market': return { ...state, markets: replaced(state.markets, [part.market], (market) => market.instrument) };
    case 'limits': return { ...state, limits: part.limits, propFirm: part.propFirm };
    case 'limit-settings': return { ...state, limitSettings: part.limitSettings };
    case 'feeds': return { ...state, feeds: part.feeds };
  }
}

/** A bar that comes again, as the newest of a market does, replaces itself. */
function withBars(bars: readonly BarRow[], more: readonly BarRow[]): readonly BarRow[] {
  const first = more[0];
  return first === undefined ? bars : added(bars.filter(([opened]) => opened < first[0]), more);
}

/** How the messages of each topic change what is known. */
export const FOLDS: { readonly [T in Topic]: Fold<T> } = {
  state: (slice, items) => items.reduce(withPart, slice),
  prices: (slice, items) => replaced(slice, items, (price) => price.instrument),
  book: (slice, items) => items.at(-1) ?? slice,
  trades: (slice, items) => added(slice, items, 500),
  bars: withBars,
  positions: (slice, items) => ({
    positions: replaced(slice.positions, items.flatMap((item) => (item.kind === 'position' ? [item.position] : [])), (position) => position.instrument),
    books: replaced(slice.books, items.flatMap((item) => (item.kind === 'book' ? [item.book] : [])), (book) => book.book),
  }),
  orders: (slice, items) => ({
    orders: withoutOldest(replaced(slice.orders, items.flatMap((item) => (item.kind === 'order' ? [item.order] : [])), (order) => order.clientOrderId)),
    denials: added(slice.denials, items.flatMap((item) => (item.kind === 'denial' ? [item.denial] : []))),
  }),
  fills: (slice, items) => added(slice, items),
  equity: (slice, items) => items.reduce((now, item) => (item.kind === 'account' ? { ...now, account: item.account } : { ...now, points: added(now.points, item.points) }), slice),
  alerts: (slice, items) => replaced(slice, items, (alert) => alert.id),
  jobs: (slice, items) => replaced(slice, items, (job) => job.id),
  logs: (slice, items) => added(slice, items),
};
