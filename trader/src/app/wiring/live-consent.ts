import { Refusal } from '../refusal.ts';
import type { AcceptedPassport } from './passport-check.ts';
import type { VenueName } from './venue-hosts.ts';

declare const given: unique symbol;

/**
 * Leave to trade real money at one venue. Only `giveConsent` makes one, from a passport that was
 * checked and from words that a person typed: no option, setting or default does.
 */
export interface LiveConsent {
  readonly venue: VenueName;
  readonly [given]: true;
}

/** What a person has to type, to the letter. */
export function consentWords(venue: VenueName): string {
  return `trade real money on ${venue}`;
}

/** Refuses anything but the very words. */
export function giveConsent(venue: VenueName, passport: AcceptedPassport, typed: string): LiveConsent {
  if (typed.trim() !== consentWords(venue)) {
    throw new Refusal('usage', `nothing was started: the words for ${passport.strategy} are "${consentWords(venue)}"`, { hint: 'Type them as they stand, or let it be.' });
  }
  return { venue } as LiveConsent;
}
