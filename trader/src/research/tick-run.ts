import type { Bars } from '../domain/bar.ts';
import { parseDecimal } from '../domain/exact.ts';
import type { Instrument } from '../domain/instrument.ts';
import type { Ticks } from '../domain/tick.ts';
import { Engine } from '../pipeline/engine.ts';
import type { Sizing } from '../pipeline/sizing.ts';
import type { FeeModel } from '../ports/execution.ts';
import type { Strategy } from '../ports/strategy.ts';
import { DepthVenue } from '../simulation/depth/depth-venue.ts';
import type { QueueModelFactory } from '../simulation/depth/queue-model.ts';
import type { LatencyModel } from '../simulation/latency.ts';
import { moneyScaleOf } from './backtest.ts';
import { drive } from './drive.ts';

/** One strategy on one instrument's ticks. */
export interface TickRunSpec {
  /** Its scales are those of the ticks. */
  readonly instrument: Instrument;
  readonly ticks: Ticks;
  /** What the strategy sees: bars of these ticks, as they became known here. */
  readonly bars: Bars;
  readonly intervalMs: number;
  readonly strategyName: string;
  readonly strategy: Strategy;
  readonly sizing: Sizing;
  readonly cash: string;
  readonly fees: FeeModel;
  readonly queue: QueueModelFactory;
  readonly entry: LatencyModel;
  readonly response: LatencyModel;
}

/**
 * Runs the engine on bars made of ticks, while its orders stand in the book that the ticks make. Gives
 * both at the end. A bar closes when it is known here, and by then the venue is at that time.
 */
export function runTicks(spec: TickRunSpec): { readonly engine: Engine; readonly venue: DepthVenue } {
  const { instrument, ticks, bars, intervalMs, strategyName, strategy, sizing, fees, queue, entry, response } = spec;
  const moneyScale = moneyScaleOf([instrument], fees, spec.cash);
  const venue = new DepthVenue({ markets: [{ instrument, ticks: [ticks] }], fees, moneyScale, queue, entry, response });
  const markets = [{ instrument, intervalMs }];
  const engine = new Engine({
    run: 'ticks', markets, books: [{ strategyName, strategy, market: 0, sizing }],
    cash: parseDecimal(spec.cash, moneyScale), moneyScale, fees, guards: [], client: venue,
  });
  drive(engine, markets, [[bars]], Number.MAX_SAFE_INTEGER, () => {});
  return { engine, venue };
}
