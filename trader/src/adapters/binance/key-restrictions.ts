import { z } from 'zod';
import { VenueError } from '../../domain/venue-error.ts';
import { checked, type RestClient } from './rest-client.ts';

const restrictions = z.object({ enableWithdrawals: z.boolean(), ipRestrict: z.boolean(), enableSpotAndMarginTrading: z.boolean(), enableFutures: z.boolean() });

/** What a key may do, as Binance says itself (Wallet, "Get API Key Permission"). */
export type KeyRestrictions = z.infer<typeof restrictions>;

/** Asks what the keys may do; undefined where nobody can be asked: the testnets have no such page. Throws `VenueError`. */
export async function keyRestrictions(rest: RestClient): Promise<KeyRestrictions | undefined> {
  try {
    return checked(restrictions, await rest.request({ method: 'GET', path: '/sapi/v1/account/apiRestrictions', weight: 1, purpose: 'question' }), 'the permissions of the keys');
  } catch (error) {
    if (error instanceof VenueError && error.code === 'http-404') return undefined;
    throw error;
  }
}
