import { Refusal } from '../refusal.ts';
import type { AcceptedPassport } from './passport-check.ts';
import type { VenueName } from './venue-hosts.ts';

/**
 * Leave to trade real money at one venue. There is one way to have one: a passport that was checked, and
 * words that a person typed. No option, setting or default makes one, and what only looks like one is none.
 */
export class LiveConsent {
  readonly venue: VenueName;
  readonly #given = true;

  private constructor(venue: VenueName) {
    this.venue = venue;
  }

  /** What a person has to type, to the letter. */
  static words(venue: VenueName): string {
    return `trade real money on ${venue}`;
  }

  /** Refuses anything but the very words. */
  static give(venue: VenueName, passport: AcceptedPassport, typed: string): LiveConsent {
    if (typed.trim() === LiveConsent.words(venue)) return new LiveConsent(venue);
    throw new Refusal('usage', `nothing was started: the words for ${passport.strategy} are "${LiveConsent.words(venue)}"`, { hint: 'Type them as they stand, or let it be.' });
  }

  /** Whether a value is one, and is for that venue. */
  static covers(value: object, venue: VenueName): value is LiveConsent {
    return #given in value && value.#given && value.venue === venue;
  }
}
