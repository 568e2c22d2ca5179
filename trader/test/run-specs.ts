import type { Bars } from '../src/domain/bar.ts';
import type { Instrument } from '../src/domain/instrument.ts';
import type { ParameterSpecs, ParameterValues } from '../src/domain/parameters.ts';
import type { Sizing } from '../src/pipeline/sizing.ts';
import type { FeeModel } from '../src/ports/execution.ts';
import type { Strategy, StrategyDefinition } from '../src/ports/strategy.ts';
import type { RunSpec } from '../src/research/recorded-run.ts';
import { BasisPointFee } from '../src/simulation/fees.ts';
import type { VenueModels } from '../src/simulation/venue-rules.ts';
import { MINUTE, testInstrument } from './markets.ts';

/** A definition around one strategy, without parameters and warm-up unless given. */
export function definitionOf(create: () => Strategy, differing: Partial<StrategyDefinition> = {}): StrategyDefinition {
  return { name: 'scripted', summary: 'For a test.', parameters: {}, warmup: () => 0, create, ...differing };
}

/** What a test's run is made of; what is left out is plain. */
export interface TestRun {
  readonly definition: StrategyDefinition;
  readonly bars: readonly Bars[];
  readonly values?: ParameterValues<ParameterSpecs>;
  readonly sizing?: Sizing;
  readonly fill?: 'next-open' | 'close';
  readonly cash?: string;
  readonly fees?: () => FeeModel;
  readonly instrument?: Partial<Instrument>;
  readonly intervalMs?: number;
  readonly models?: VenueModels;
}

/** A spec of minute bars with ten thousand in cash, ten basis points of fees and one unit a trade. */
export function runSpec({ definition, bars, values = {}, sizing = { kind: 'units', units: '1' }, fill = 'next-open', cash = '10000', fees = () => new BasisPointFee('10'), instrument = {}, intervalMs = MINUTE, models = {} }: TestRun): RunSpec {
  const markets = bars.map((_, i) => ({ instrument: testInstrument({ id: `M${i}`, ...instrument }), intervalMs }));
  return { definition, values, sizing, bars, backtest: () => ({ markets, cash, fees: fees(), guards: [], latencyMs: 0, marketFill: fill, models }) };
}
