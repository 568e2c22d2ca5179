import type { ParameterValues } from '../../domain/parameters.ts';
import type { PropFirmGauge } from '../../domain/prop-firm.ts';
import type { SizingBound } from '../../domain/sized.ts';
import type { Timestamp } from '../../domain/time.ts';
import type { Sizing } from '../../pipeline/sizing.ts';
import type { PropFirmSetup } from './prop-firm-setup.ts';
import type { VenueModelRequest, VenueModelTexts } from './venue-models.ts';
import type { BacktestFigures } from '../../ports/run-shelf.ts';

/** One source of bars: what is traded, and where its bars are. */
export interface BarsRequest {
  /** Instrument id, given by `--instrument` or `ID=FILE`; undefined where the file alone was named. */
  readonly instrument: string | undefined;
  /** CSV, CSV.gz or Parquet file, or the id of bars in the store. */
  readonly file: string;
}

/** What each fill costs. Decimal strings, because fees are money. */
export type FeeRequest =
  /** So many hundredths of a percent of the value. */
  | { readonly kind: 'bps'; readonly bps: string }
  /** What the venue's schedule says. */
  | { readonly kind: 'venue' }
  /** So much a unit, at least `min` and at most `maxRate` × value an order; the cap wins over the floor. */
  | { readonly kind: 'per-share'; readonly perShare: string; readonly min: string | undefined; readonly maxRate: string | undefined };

/** An account at a venue. */
export interface AccountRequest {
  /** What answers for a position: its own margin, or the whole account. */
  readonly margin: 'isolated' | 'cross';
  /** How many times its margin a position may be worth, a decimal. */
  readonly leverage: string;
  /** Files of recorded funding rates, by instrument. */
  readonly funding: readonly BarsRequest[];
}

/** A backtest as asked for on the command line: checked for form, not yet for meaning. */
export interface BacktestRequest {
  /** Name in the catalogue, or path of a `.ts` file that exports one StrategyDefinition. */
  readonly strategy: string;
  /** At least one; several run on one account and one clock. */
  readonly bars: readonly BarsRequest[];
  /** Resample to this interval; undefined takes the bars as they are. */
  readonly intervalMs: number | undefined;
  /** First bar's opening time at the earliest. */
  readonly from: Timestamp | undefined;
  /** Bars that open before this time. */
  readonly to: Timestamp | undefined;
  /** Only so many bars of each source, counted after from, to and interval. */
  readonly first: number | undefined;
  readonly parameters: Readonly<Record<string, string>>;
  /** Starting cash, a decimal string. */
  readonly cash: string;
  readonly fee: FeeRequest;
  readonly fill: 'next-open' | 'close';
  readonly sizing: Sizing;
  /** Name of the venue whose rules apply, or the path of a rule set; undefined is the plain profile. */
  readonly venue: string | undefined;
  /** How positions are margined and funded there. */
  readonly account?: AccountRequest | undefined;
  /** What the venue does to an order; undefined is the plain profile. */
  readonly models?: VenueModelRequest | undefined;
  /** The prop firm whose rules guard every order; undefined for none. */
  readonly propFirm?: PropFirmSetup | undefined;
  /** Ids of stored series, one for each that the strategy reads, in its order; undefined for none. */
  readonly series?: readonly string[] | undefined;
  /** Refuse bars with gaps, or with zero or absent volume, instead of counting them. */
  readonly strict: boolean;
}

/** What trading cost, as decimals of account money; below zero what was received. */
export interface Costs {
  readonly fees: string;
  readonly funding: string;
  readonly borrow: string;
  readonly swap: string;
  /** Fees of liquidations, less what of their loss the venue bore. */
  readonly liquidation: string;
}

/** How an account fared whose orders a prop firm's rules guarded. */
export interface PropFirmResult extends PropFirmGauge {
  /** Denied orders by rule. */
  readonly denials: Readonly<Record<string, number>>;
  /** What the guard ordered: times that everything was closed, and the last reason. */
  readonly flattened: number;
  readonly lastReason: string | null;
}

/** What the bars of one source were like. */
export interface SourceQuality {
  readonly instrument: string;
  readonly bars: number;
  readonly intervalMs: number;
  /** Runs of missing bars, the bars missing in all, and the longest run as a time. */
  readonly gaps: number;
  readonly missingBars: number;
  readonly longestGapMs: number;
  readonly zeroVolume: number;
  readonly absentVolume: number;
}

/** What the same run comes to where everything that a bar cannot tell goes well. */
export type OptimisticBound = Pick<BacktestReport, 'fills' | 'trades' | 'finalEquity' | 'netReturn' | 'fees' | 'sharpe' | 'maxDrawdown' | 'winRate'>;

/**
 * The result of a backtest: the object that `backtest --json` prints. Programs read
 * these names; one may be added, never changed. Money is a decimal string; ratios are plain
 * numbers (0.1 is 10 %), null where there is nothing to compute one from.
 */
export interface BacktestReport extends BacktestFigures {
  /** Every parameter with the value used. */
  readonly parameters: ParameterValues;
  /** The id of each series that the strategy read, by what it is to it; empty where it reads none. */
  readonly series: Readonly<Record<string, string>>;
  readonly costs: Costs;
  /** Positions that the venue took away. */
  readonly liquidations: number;
  /** Units held at the end, by instrument. */
  readonly positions: Readonly<Record<string, string>>;
  readonly venue: string | null;
  /** How positions were margined at the venue, and how many times their margin they might be worth; null in the plain profile. */
  readonly margin: 'isolated' | 'cross' | null;
  readonly leverage: string | null;
  /** Slippage, latency, volume share and fill policy as given; null in the plain profile. */
  readonly venueModels: VenueModelTexts | null;
  /** What the other bound came to, where `--bounds` asked for it; null where not. */
  readonly optimistic: OptimisticBound | null;
  /** How many sizes each bound of the sizing decided; null for units and fractions, which have but one. */
  readonly sizingBounds: Readonly<Partial<Record<SizingBound, number>>> | null;
  /** How it stands under the rules of a prop firm, where `--prop-firm` asked for them; null where not. */
  readonly propFirm: PropFirmResult | null;
  readonly quality: readonly SourceQuality[];
  readonly loadSeconds: number;
  /** Process CPU, all threads, from the first bar to the result. */
  readonly cpuSeconds: number;
  readonly totalCpuSeconds: number;
  readonly barsPerCpuSecond: number;
  readonly peakRssMb: number;
}

/** What a run was of and how it was filled, charged and sized: the names that every report begins with. */
export type RunSubject = Pick<BacktestReport, 'strategy' | 'instrument' | 'interval' | 'bars' | 'from' | 'to' | 'cash' | 'fill' | 'fee' | 'sizing' | 'venue' | 'venueModels' | 'warnings'>;
