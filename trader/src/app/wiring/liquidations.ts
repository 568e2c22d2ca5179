import { Liquidations, type LiquidationPeriod } from '../../adapters/binance/liquidations.ts';
import type { Timestamp } from '../../domain/time.ts';
import type { SeriesStore } from '../../ports/series-store.ts';
import type { Surroundings } from './surroundings.ts';
import { hostsOf } from './venue-hosts.ts';

/** What the gathered series are kept as coming from: nobody can be asked for them again. */
export const GATHERED = 'gathered';

/** What a gatherer tells as it happens. */
export type GatherNews =
  | { readonly kind: 'connection'; readonly state: 'up' | 'down'; readonly reason: string }
  /** A period of five minutes is kept; with what was liquidated, by coin. */
  | { readonly kind: 'kept'; readonly from: Timestamp; readonly sums: readonly LiquidationPeriod[] }
  /** It was not heard whole, so nothing of it is kept. */
  | { readonly kind: 'missed'; readonly from: Timestamp }
  | { readonly kind: 'unreadable' };

/** The two series of a coin: what was liquidated of those who were long, and of those who were short. */
export function liquidationSeries(coin: string): { readonly longs: string; readonly shorts: string } {
  return { longs: `LIQUIDATED-LONGS-${coin}`, shorts: `LIQUIDATED-SHORTS-${coin}` };
}

/** Gathers liquidations of coins until `stop`. Throws `VenueError` where the stream is refused, `SeriesError` where nothing can be kept. */
export async function gatherLiquidations(store: SeriesStore, coins: readonly string[], { clock, random, loopbackPort }: Surroundings, stop: AbortSignal, tell: (news: GatherNews) => void): Promise<void> {
  const ended = Promise.withResolvers<void>();
  const gatherer = new Liquidations({
    stream: hostsOf('binance-usdm', 'live', loopbackPort).stream, coins, clock, random,
    onConnection: (state, reason) => { tell({ kind: 'connection', state, reason }); },
    onUnreadable: () => { tell({ kind: 'unreadable' }); },
    onPeriod: (from, sums) => {
      if (sums === undefined) return tell({ kind: 'missed', from });
      keep(store, sums, clock.now()).then(() => { tell({ kind: 'kept', from, sums }); }, ended.reject);
    },
  });
  stop.addEventListener('abort', () => { ended.resolve(); }, { once: true });
  try {
    await Promise.race([gatherer.open(), ended.promise]);
    await ended.promise;
  } finally {
    gatherer.close();
  }
}

/** Keeps what was liquidated within one period, known from now on. Throws `SeriesError`. */
export async function keep(store: SeriesStore, sums: readonly LiquidationPeriod[], now: Timestamp): Promise<void> {
  for (const { coin, from, ...sides } of sums) {
    for (const side of ['longs', 'shorts'] as const) {
      const facts = { id: liquidationSeries(coin)[side], source: GATHERED, title: `Liquidated ${side} of ${coin}-USDT at Binance, as far as it tells`, units: 'USDT', frequency: '5 minutes', adjustment: '' };
      await store.append(facts, { fetchedAt: now, dueAt: undefined, vintages: true }, [{ date: from, value: sides[side], availableAt: now }]);
    }
  }
}
