import type { Instrument } from '../../domain/instrument.ts';

/** Instruments on which an account's venue holds a stop, and one that trails; those that are not named, on none. */
const HELD: Readonly<Record<string, { readonly stop: readonly Instrument['assetClass'][]; readonly trailing: readonly Instrument['assetClass'][] }>> = {
  binance: { stop: ['crypto'], trailing: [] },
  'binance-usdm': { stop: ['crypto'], trailing: [] },
  alpaca: { stop: ['equity'], trailing: ['equity'] },
};

/**
 * Whether a venue holds the stop of a position. By the name of the venue, as its adapter says it (a test compares the
 * two): a journal is repeated without the venue, and has to come to the same orders.
 */
export function holdsStop(venue: string, { assetClass }: Pick<Instrument, 'assetClass'>, trails: boolean): boolean {
  return HELD[venue]?.[trails ? 'trailing' : 'stop'].includes(assetClass) === true;
}
