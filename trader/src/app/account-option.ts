import { flag, type OptionValues } from './options.ts';
import { Refusal } from './refusal.ts';
import { didYouMean } from './suggestion.ts';
import { SANDBOX_WORDS, VENUE_NAMES, type VenueName, type World } from './wiring/venue-hosts.ts';

/** Which of a venue's accounts is meant. None is the default. */
export const ACCOUNT_OPTIONS = {
  live: flag('the account of real money'), testnet: flag('Binance\'s sandbox'), sandbox: flag('Coinbase\'s sandbox'), paper: flag('Alpaca\'s sandbox'),
};

const FLAGS = Object.keys(ACCOUNT_OPTIONS) as readonly (keyof typeof ACCOUNT_OPTIONS)[];

/** A venue by its name. Refuses what is none. */
function readVenue(name: string | undefined): VenueName {
  const venue = VENUE_NAMES.find((known) => known === name);
  if (venue !== undefined) return venue;
  const all = `It is one of ${VENUE_NAMES.join(', ')}.`;
  throw new Refusal('usage', name === undefined ? 'which venue?' : `there is no venue "${name}"`, { hint: name === undefined ? all : didYouMean(name, VENUE_NAMES) ?? all });
}

/** The account that venue and option name; never guessed, since the guess might be the one of real money. */
export function readAccount(name: string | undefined, options: OptionValues<typeof ACCOUNT_OPTIONS>): { readonly venue: VenueName; readonly world: World } {
  const venue = readVenue(name);
  const word = SANDBOX_WORDS[venue];
  const given = FLAGS.filter((each) => options[each]);
  const [only] = given;
  if (given.length === 1 && (only === 'live' || only === word)) return { venue, world: only === 'live' ? 'live' : 'sandbox' };
  throw new Refusal('usage', `which account of ${venue}? Give --${word}, or --live for the one of real money`, { where: given.map((each) => `--${each}`).join(' ') || undefined });
}
