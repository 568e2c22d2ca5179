import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
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
