import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Refusal } from '../refusal.ts';
import type { VenueInstrument } from './profile.ts';

/** One shipped instrument: its venue's rules, and the bars that come with it. */
export interface ShippedInstrument extends VenueInstrument {
  /** Name of the rule set: `binance-usdm`. */
  readonly venue: string;
  /** File name in the data folder. */
  readonly bars: string;
}

/** The folder of data that ships with the product. */
export const DATA_FOLDER = fileURLToPath(new URL('../../../../data/', import.meta.url));

/** The instruments that ship, in the order in which a paper run trades them. */
export function shippedInstruments(): readonly ShippedInstrument[] {
  const { instruments } = JSON.parse(readFileSync(join(DATA_FOLDER, 'instruments.json'), 'utf8')) as { instruments: readonly ShippedInstrument[] };
  return instruments;
}

/** The rules of an instrument at a venue. Refuses a venue or an instrument without rules. */
export function venueRules(venue: string, id: string): VenueInstrument {
  const shipped = shippedInstruments();
  const venues = [...new Set(shipped.map((instrument) => instrument.venue))];
  if (!venues.includes(venue)) {
    throw new Refusal('usage', `there are no rules for a venue "${venue}"`, { where: '--venue', hint: `Give one of ${venues.join(', ')}.` });
  }
  const rules = shipped.find((instrument) => instrument.venue === venue && instrument.id === id);
  if (rules === undefined) {
    const ids = shipped.filter((instrument) => instrument.venue === venue).map((instrument) => instrument.id);
    throw new Refusal('usage', `${venue} has no rules for "${id}"`, { where: '--instrument', hint: `Name the bars with --instrument, as one of ${ids.join(', ')}.` });
  }
  return rules;
}
