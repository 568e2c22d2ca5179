import { Refusal } from '../refusal.ts';
import type { AcceptedPassport } from './passport-check.ts';
import type { VenueName } from './venue-hosts.ts';

/**
 * Leave to trade so much real money at one venue. There is one way to have one: a passport that was checked, and
 * words that a person typed. No option, setting or default makes one, and what only looks like one is none.
 */
export class LiveConsent {
  readonly venue: VenueName;
  /** What the run may use: `1000 USDT`. */
  readonly money: string;
  readonly #given = true;

  private constructor(venue: VenueName, money: string) {
    this.venue = venue;
    this.money = money;
  }

  /** What a person has to type, to the letter. */
  static words(venue: VenueName, money: string): string {
    return `trade real money on ${venue} with ${money}`;
  }

  /** Refuses anything but the very words. */
  static give(venue: VenueName, money: string, passport: AcceptedPassport, typed: string): LiveConsent {
    if (typed.trim() === LiveConsent.words(venue, money)) return new LiveConsent(venue, money);
    throw new Refusal('usage', `nothing was started: the words for ${passport.strategy} are "${LiveConsent.words(venue, money)}"`, { hint: 'Type them as they stand, or let it be.' });
  }

  /** Whether a value is one, and is for that venue. */
  static covers(value: object, venue: VenueName): value is LiveConsent {
    return #given in value && value.#given && value.venue === venue;
  }
}

/** The money of a configuration, as a person has to type it. Refuses instruments whose id does not tell in what they are quoted. */
export function moneyOf({ capital, instruments }: { readonly capital: string; readonly instruments: readonly string[] }): string {
  const currencies = new Set(instruments.map((id) => /^[^-]+-([A-Z0-9]+)[-.]/.exec(id)?.[1] ?? (id.endsWith('.ALPACA') ? 'USD' : undefined)));
  const [currency] = currencies;
  if (currencies.size === 1 && currency !== undefined) return `${capital} ${currency}`;
  throw new Refusal('usage', 'the instruments of real money are named by their ids, all quoted in one currency', { where: 'instruments', hint: 'As their passports name them: BTC-USDT.BINANCE.' });
}
