import { decimalPlaces } from '../domain/exact.ts';
import type { FeeModel } from '../ports/execution.ts';
import type { BorrowTerms, SwapTerms } from './carry.ts';
import { FeeStanding, TieredFee, type FeeTier } from './fee-schedule.ts';
import { BasisPointFee, noFee, PerShareFee } from './fees.ts';
import type { FundingTerms } from './funding.ts';
import type { MarginBracket } from './margin.ts';

/** A fee of one market that the venue's schedule does not cover; decimals as text. */
export type OwnFee =
  | { readonly kind: 'none' }
  /** Hundredths of a percent of the value. */
  | { readonly kind: 'bps'; readonly bps: string }
  /** Account money a unit. */
  | { readonly kind: 'per-unit'; readonly perUnit: string };

/** What a venue charges and demands on one market. Plain data, so that it can go to another thread. */
export interface MarketTerms {
  /** Its own fee; undefined for the account's schedule. */
  readonly fee: OwnFee | undefined;
  /** Smallest size of an order that takes risk on, in units. */
  readonly minQuantity?: number | undefined;
  /** Whether it can be sold without being held. */
  readonly shortable: boolean;
  /** From the smallest value on; none where a position must be paid for in full. */
  readonly brackets: readonly MarginBracket[];
  readonly funding: FundingTerms | undefined;
  /** Interest on what is sold short. */
  readonly borrow: BorrowTerms | undefined;
  readonly swap: SwapTerms | undefined;
}

/** What a venue charges an account and demands of it. Plain data, as above; decimals as text. */
export interface AccountTerms {
  /** One for each market, in their order. */
  readonly markets: readonly MarketTerms[];
  /** The fee schedule from its lowest step on; undefined where another fee was asked for, which then holds for all markets. */
  readonly tiers: readonly FeeTier[] | undefined;
  /** Isolated: each position answers with its own margin. Cross: the account answers for all of them. */
  readonly margin: 'isolated' | 'cross';
  /** A position of this many times its margin may be opened. */
  readonly leverage: string;
  /** Interest on money owed, where the venue lends it. */
  readonly debit: BorrowTerms | undefined;
  /** Share of the value that a liquidation costs. */
  readonly liquidationFee: string;
  /** Whether the venue bears what a liquidation leaves unpaid: the margin (isolated), or the account (cross), is all that is lost. */
  readonly lossLimited: boolean;
}

/** The fee models of an account: one for each market, and the account's standing that they share. */
export interface AccountFees {
  readonly standing: FeeStanding | undefined;
  readonly models: readonly FeeModel[];
}

/** Makes the fee models of one run; `asked` holds for all markets where the terms have no schedule. */
export function accountFees({ tiers, markets }: AccountTerms, asked: FeeModel): AccountFees {
  if (tiers === undefined) return { standing: undefined, models: markets.map(() => asked) };
  const standing = new FeeStanding(tiers);
  const schedule = new TieredFee(tiers, standing);
  // Where there is but one step, nobody needs to look at the volume.
  return { standing: tiers.length > 1 ? standing : undefined, models: markets.map(({ fee }) => (fee === undefined ? schedule : ownFee(fee))) };
}

/** Decimals of money that these fees need beyond those of a value; the most of all markets. */
export function feeScaleOf({ models }: AccountFees): number {
  return Math.max(...models.map(({ scale }) => scale));
}

function ownFee(fee: OwnFee): FeeModel {
  switch (fee.kind) {
    case 'none': return noFee;
    case 'bps': return new BasisPointFee(fee.bps);
    case 'per-unit': return decimalPlaces(fee.perUnit) === 0 && Number(fee.perUnit) === 0 ? noFee : new PerShareFee(fee.perUnit);
  }
}
