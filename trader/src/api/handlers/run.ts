import type { Clock } from '../../ports/clock.ts';
import type { EquityRow, LogFact, MarketFact } from '../../ports/engine-feed.ts';
import type { AlertBook } from '../alerts.ts';
import { byLine, found, present, type Handlers } from '../call.ts';
import { thinned } from '../equity-history.ts';
import { pageOf } from '../paging.ts';
import { ApiError } from '../problem.ts';
import type { EngineReplica } from '../replica.ts';

/** What questions about the run are answered from. */
export interface RunParts {
  readonly replica: EngineReplica;
  readonly alerts: AlertBook;
  readonly clock: Clock;
}

type RunRoute =
  | 'health' | 'readState' | 'listPositions' | 'listOrders' | 'readOrder' | 'listFills' | 'listDenials' | 'equityCurve' | 'listLimits' | 'listHalts' | 'listFeeds'
  | 'listAlerts' | 'acknowledgeAlert' | 'listLogs' | 'listMarkets' | 'readBook' | 'listTrades' | 'listStrategies' | 'readStrategy';

/** Questions about the run, answered from the replica: none of them reaches the trading loop. */
export function runHandlers({ replica, alerts, clock }: RunParts): Handlers<RunRoute> {
  const run = () => present(replica.facts, 'the trading loop');
  const tells = (instrument: string, what: MarketFact['tells'][number]) => {
    if (!found(run().markets.get(instrument), `market ${instrument}`).tells.includes(what)) throw new ApiError('not-found', `The feed of ${instrument} tells no ${what === 'books' ? 'order book' : 'trades'}`);
  };
  return {
    health() {
      const up = replica.heardAt !== null && clock.now() - replica.heardAt <= GONE_MS;
      return { status: up ? 'ok' : 'degraded', engine: up ? 'up' : 'gone' };
    },
    readState() {
      const facts = run();
      const { trading, account, health, sequence, tsWall, tsEvent } = facts;
      return { run: facts.run, trading, account, health, sequence, tsWall, tsEvent, ageMs: Math.max(0, clock.now() - (replica.heardAt ?? tsWall)) };
    },
    listPositions: () => ({ items: [...run().positions.values()], books: [...run().books.values()] }),
    listOrders({ query }) {
      const { state, instrument } = query;
      const asked = [...run().orders.values()].filter((order) => (instrument === undefined || order.instrument === instrument) && (state === 'all' || ENDED.has(order.state) === (state === 'ended')));
      return pageOf(asked.toReversed(), query, ({ clientOrderId }) => clientOrderId);
    },
    readOrder: ({ params: { id } }) => found(run().orders.get(id), `order ${id}, or it ended long ago`),
    listFills: ({ query }) => pageOf(run().fills.all().filter(({ instrument }) => query.instrument === undefined || instrument === query.instrument).toReversed(), query, ({ id }) => id),
    listDenials: ({ query }) => pageOf(run().denials.all().toReversed(), query, ({ id }) => id),
    equityCurve: ({ query }) => ({ currency: run().run.currency, ...equityColumns(run().equity.all(), query) }),
    listLimits() {
      const { limits, propFirm, limitSettings } = run();
      return { items: limits, propFirm, settings: limitSettings.items, changes: limitSettings.changes };
    },
    listHalts: ({ query }) => pageOf(run().halts.all().toReversed(), query, ({ id }) => id),
    listFeeds: () => ({ items: run().feeds, at: run().tsWall }),
    listAlerts: ({ query }) => pageOf(alerts.all().toReversed(), query, ({ id }) => id),
    acknowledgeAlert: ({ params: { id }, caller }) => found(alerts.acknowledge(id, byLine(caller), clock.now()), `alert ${id}`),
    listLogs({ query }) {
      const { items, next } = pageOf(named(run().logs.all()).toReversed(), query, ({ name }) => name);
      return { items: items.map(({ line }) => line), next };
    },
    listMarkets: () => ({ items: [...run().markets.values()] }),
    readBook({ query: { instrument } }) {
      tells(instrument, 'books');
      return found(run().depths.get(instrument), `order book of ${instrument} yet`);
    },
    listTrades({ query }) {
      tells(query.instrument, 'trades');
      return pageOf(run().trades.get(query.instrument)?.all().toReversed() ?? [], query, ({ id }) => id);
    },
    listStrategies: () => ({ items: [...run().books.values()] }),
    readStrategy: ({ params: { book } }) => found(run().books.get(book), `book ${book}`),
  };
}

/** The trading loop tells of its health every second or so, even where nothing happens. */
const GONE_MS = 10_000;
const ENDED: ReadonlySet<string> = new Set(['filled', 'canceled', 'expired', 'rejected']);

/** Lines with a name each that stays while newer ones come: their time, and their place among those of the same. */
function named(lines: readonly LogFact[]): { readonly line: LogFact; readonly name: string }[] {
  let same = 0;
  return lines.map((line, i) => {
    same = i > 0 && lines[i - 1].tsWall === line.tsWall ? same + 1 : 0;
    return { line, name: `${line.tsWall}.${same}` };
  });
}

/** So many points of a span at most, no peak and no trough left out; drawdowns are from the highest point of the whole run. */
function equityColumns(rows: readonly EquityRow[], { from = -Infinity, to = Infinity, points }: { readonly from?: number | undefined; readonly to?: number | undefined; readonly points: number }) {
  const below = new Map<number, number>();
  let peak = -Infinity;
  for (const [at, equity] of rows) {
    peak = Math.max(peak, Number(equity));
    below.set(at, peak > 0 ? 1 - Number(equity) / peak : 0);
  }
  const asked = thinned(rows.filter(([at]) => at >= from && at < to), points);
  return { time: asked.map(([at]) => at), equity: asked.map(([, equity]) => equity), drawdown: asked.map(([at]) => below.get(at) ?? 0) };
}
