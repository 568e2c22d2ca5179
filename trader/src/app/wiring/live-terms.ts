import * as z from 'zod/mini';
import type { ForeignPolicy } from '../../ports/journal.ts';

/** How a run at a venue's account differs from one on paper; part of its journal's first record. */
export interface LiveTerms {
  /** Of this run alone, and of the ids of its orders: no other run of the same configuration, here or elsewhere, makes the same. */
  readonly id: string;
  readonly world: 'sandbox' | 'live';
  /** What becomes of what others do on the account. */
  readonly foreign: ForeignPolicy;
  /** Shares of the full size: where it begins, and what each day without a breach adds. */
  readonly ramp: { readonly start: number; readonly step: number };
  /** Prices, in the account's currency, of other currencies that fees are taken in. */
  readonly feeRates: Readonly<Record<string, number>>;
  /** Positions are held on margin. */
  readonly margin: boolean;
}

const share = z.number().check(z.positive(), z.lte(1));

/** How a ramp is written down. */
export const RAMP_TERMS = z.strictObject({ start: share, step: share });

/** What the terms in a journal must look like. */
export const LIVE_TERMS = z.strictObject({
  id: z.string().check(z.minLength(1)), world: z.enum(['sandbox', 'live']), foreign: z.enum(['adopt', 'ignore', 'halt']), ramp: RAMP_TERMS, feeRates: z.record(z.string(), z.number().check(z.positive())), margin: z.boolean(),
});
