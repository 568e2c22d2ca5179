import type { Bar } from '../domain/bar.ts';
import type { Instrument } from '../domain/instrument.ts';
import type { Timestamp } from '../domain/time.ts';
import type { FeeModel } from '../ports/execution.ts';
import type { FillPolicy } from './fill-policy.ts';
import type { LatencyModel } from './latency.ts';
import type { SlippageModel } from './slippage.ts';
import type { VolumeLimit } from './volume-limit.ts';

/** Looks at a bar while orders are worked off in it. */
export interface BarWatch {
  /** Whether it looks at this bar though nothing arrives at its open. */
  readonly near: boolean;
  /** Between its open and its range. */
  afterOpen(instrument: number, bar: Bar, tsClose: Timestamp): void;
  /** When nothing more happens in it, where orders were there after its open. */
  afterClose(instrument: number, bar: Bar, tsClose: Timestamp): void;
}

/** How the simulated venue behaves. */
export interface VenueRules {
  readonly instruments: readonly Instrument[];
  readonly fees: FeeModel;
  /** What trading each market costs, in their order, where that differs; else `fees`. */
  readonly marketFees?: readonly FeeModel[] | undefined;
  /** Looks at every bar in which orders rest. */
  readonly watch?: BarWatch | undefined;
  /** Decimals of account money. */
  readonly moneyScale: number;
  /** Time from the decision until the order, or its cancel, reaches the venue. */
  readonly latency: LatencyModel;
  /** Whether a market order decided on a close can still trade at that close, or only from the next open. */
  readonly marketFill: 'next-open' | 'close';
  /** What is taken to have happened where a bar does not tell. */
  readonly policy: FillPolicy;
  /** What those pay beyond the price who take what is offered; nothing where there is none. */
  readonly slippage?: SlippageModel;
  /** How much a bar lets us trade; everything where there is none. */
  readonly volumeLimit?: VolumeLimit;
}

/** What may differ from the plain profile, which arrives at once, pays no more than the price and fills whole, by the pessimistic policy. */
export type VenueModels = Partial<Pick<VenueRules, 'latency' | 'policy' | 'slippage' | 'volumeLimit'>>;
