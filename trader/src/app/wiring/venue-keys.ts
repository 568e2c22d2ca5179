import type { Secret } from '../../domain/secret.ts';
import type { KeyCheck } from '../../ports/venue.ts';
import { Refusal, toRefusal } from '../refusal.ts';
import { keyNames, openSecrets, readKeys, type VenueKeys } from './secret-stores.ts';
import { worldWord, type VenueName, type World } from './venue-hosts.ts';
import type { Surroundings } from './surroundings.ts';
import { askKeys } from './venue-connection.ts';
import type { Config } from '../config.ts';

/** An account of a venue, as the command line names one. */
export interface KeyedAccount {
  readonly venue: VenueName;
  readonly world: World;
}

/** What was found out about keys. */
export interface KeyReport extends KeyedAccount {
  readonly check: KeyCheck;
  /** What a person should know or do, the most important first. */
  readonly hints: readonly string[];
}

/** A venue takes requests that are at most so old; most allow five seconds. */
const SKEW_MOST_MS = 5_000;
/** From here on it is worth a word. */
const SKEW_HINT_MS = 500;

/** How an account is called in a sentence: `binance, testnet`. */
export function accountText({ venue, world }: KeyedAccount): string {
  return `${venue}, ${worldWord(venue, world)}`;
}

/** Asks the venue about keys and, where nothing speaks against them, keeps them. Refuses keys that can take money away, or that do not work; then nothing is kept. */
export async function addKeys(account: KeyedAccount, keys: VenueKeys, config: Config, around: Surroundings): Promise<KeyReport> {
  const report = await testKeys(account, keys, around).catch((error: unknown) => {
    const { code, message, where, hint = '' } = toRefusal(error);
    throw new Refusal(code, message, { where, hint: `Nothing was kept. ${hint}`.trim() });
  });
  const names = keyNames(account.venue, account.world);
  const store = openSecrets(config);
  await store.write(names.key, keys.key);
  await store.write(names.secret, keys.secret);
  return report;
}

/** Asks the venue about the keys that are kept. Refuses as `addKeys`. */
export async function testKept(account: KeyedAccount, config: Config, around: Surroundings): Promise<KeyReport> {
  const keys = await readKeys(openSecrets(config), account.venue, account.world);
  if (keys === undefined) throw new Refusal('usage', `there are no keys for ${accountText(account)}`, { hint: 'List those that there are: ./algotrendy keys list' });
  return testKeys(account, keys, around);
}

/** Forgets keys. Refuses where there are none in the file. */
export async function removeKeys({ venue, world }: KeyedAccount, config: Config): Promise<void> {
  const { key, secret } = keyNames(venue, world);
  if (config.secrets.has(key) || config.secrets.has(secret)) {
    throw new Refusal('usage', `the keys for ${accountText({ venue, world })} come from the environment`, { hint: `Unset ALGOTRENDY_SECRET_${key} and ALGOTRENDY_SECRET_${secret}.` });
  }
  const store = openSecrets(config);
  if (await store.read(key) === undefined && await store.read(secret) === undefined) throw new Refusal('usage', `there are no keys for ${accountText({ venue, world })}`, { hint: 'List those that there are: ./algotrendy keys list' });
  await store.remove(key);
  await store.remove(secret);
}

async function testKeys(account: KeyedAccount, keys: VenueKeys, around: Surroundings): Promise<KeyReport> {
  const check = await askKeys(account.venue, account.world, keys, around);
  const { clockSkewMs, canTrade, canWithdraw, addressBound, notes = [] } = check;
  const refuse = (problem: string, hint: string) => new Refusal('failure', `the keys for ${accountText(account)} are refused: ${problem}`, { hint });
  if (canWithdraw === true) throw refuse('they can withdraw', 'Make keys at the venue that may read and trade, and nothing else.');
  if (canTrade === false) throw refuse('they may not trade', 'Allow trading for them at the venue, or make others.');
  if (Math.abs(clockSkewMs) > SKEW_MOST_MS) throw refuse(`this machine's clock is ${describeSkew(clockSkewMs)}`, 'Set the clock by NTP, and try again.');
  return { ...account, check, hints: [
    ...(canWithdraw === undefined ? ['The venue does not say whether these keys can withdraw: look that up on its page, and forbid it.'] : []),
    ...(addressBound === false ? ['Any address may use these keys: bind them to yours on the venue\'s page.'] : []),
    ...(addressBound === undefined ? ['The venue does not say whether these keys are bound to an address: bind them to yours on its page if it can.'] : []),
    ...(Math.abs(clockSkewMs) > SKEW_HINT_MS ? [`This machine's clock is ${describeSkew(clockSkewMs)}: set it by NTP before orders are refused for it.`] : []),
    ...notes,
  ] };
}

function describeSkew(skewMs: number): string {
  return `${(Math.abs(skewMs) / 1_000).toFixed(1)} s ${skewMs > 0 ? 'behind' : 'ahead of'} the venue's`;
}

/** Reads an account's two halves from a text: the key on its first line, the secret on those that follow. Refuses what is not both. */
export function parseKeys(text: string, secretOf: (value: string) => Secret): VenueKeys {
  const [key = '', ...rest] = text.trim().split('\n');
  // A PEM key is often copied out of JSON, its line ends written as \n.
  const secret = rest.join('\n').trim().replaceAll('\\n', '\n');
  if (key.trim() === '' || secret === '') throw new Refusal('usage', 'two things are needed: the key on the first line, its secret on the next', { hint: 'Nothing was kept. Nothing of it belongs on a command line, which others can see.' });
  return { key: secretOf(key.trim()), secret: secretOf(secret) };
}
