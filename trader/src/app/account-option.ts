import { flag, type OptionValues } from './options.ts';
import { Refusal } from './refusal.ts';
import { didYouMean } from './suggestion.ts';
import { VENUE_NAMES, worldsOf, type VenueName, type World } from './wiring/venue-hosts.ts';

/** Which of a venue's accounts is meant. None is the default. */
export const ACCOUNT_OPTIONS = {
  live: flag('the account of real money'), testnet: flag('Binance\'s sandbox'), paper: flag('Alpaca\'s sandbox'),
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
  const given = FLAGS.filter((each) => options[each]);
  const worlds = worldsOf(venue);
  const [only] = worlds.filter(({ word }) => given.some((each) => each === word));
  if (given.length === 1 && only !== undefined) return { venue, world: only.world };
  const ways = worlds.map(({ word }) => (word === 'live' ? '--live for the one of real money' : `--${word}`)).reverse().join(', or ');
  throw new Refusal('usage', `which account of ${venue}? Give ${ways}`, { where: given.map((each) => `--${each}`).join(' ') || undefined, hint: worlds.length > 1 ? undefined : `It has no sandbox in which an account can be kept. Trade its market on paper: ./algotrendy paper --feed ${venue}` });
}
