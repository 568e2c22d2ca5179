import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { SqliteAccounts } from '../../adapters/accounts/sqlite-accounts.ts';
import { createAuth, type Auth } from '../../api/auth/auth.ts';
import type { KeyedVenue, KeyPurpose, KeptKey, VenueKeyShelf } from '../../api/auth/security-handlers.ts';
import { Secret } from '../../domain/secret.ts';
import { VenueError } from '../../domain/venue-error.ts';
import type { Accounts } from '../../ports/accounts.ts';
import type { Config } from '../config.ts';
import { Refusal } from '../refusal.ts';
import { keyNames, listKeys, openSecrets } from './secret-stores.ts';
import { surroundings } from './surroundings.ts';
import { VENUE_NAMES, worldsOf, type World } from './venue-hosts.ts';
import { addKeys, removeKeys, type KeyedAccount } from './venue-keys.ts';
import { WALL_CLOCK } from './wall-clock.ts';

/** How the API is reached, and what is at stake there. */
export interface ApiSurroundings {
  /** Names, besides addresses and `localhost`, under which browsers reach it. */
  readonly hostNames: readonly string[];
  /** Addresses of proxies that are believed when they say who asks. */
  readonly trustedProxies?: readonly string[];
  /** Whether they reach it over TLS alone. */
  readonly secure: boolean;
  readonly realMoney: () => boolean;
  /** Hears where the audit log cannot be written. */
  readonly onTrouble: (message: string, error: unknown) => void;
}

/** Where the accounts of a state folder are. */
export function accountsFile({ home }: Pick<Config, 'home'>): string {
  return join(home, 'accounts.sqlite');
}

/** The accounts of a state folder. Throws `AccountsError`. */
export function openAccounts(config: Pick<Config, 'home'>): Accounts {
  return new SqliteAccounts(accountsFile(config));
}

/** Sign-in and roles over the accounts of a state folder. Closing it closes the accounts. Throws `AccountsError` or `SecretFileError`. */
export async function openAuth(config: Config, around: ApiSurroundings): Promise<Auth> {
  const accounts = openAccounts(config);
  const auth = await createAuth({ accounts, secrets: openSecrets(config), venueKeys: venueKeyShelf(config), clock: WALL_CLOCK, random: (count) => randomBytes(count), ...around });
  return {
    ...auth,
    close() {
      auth.close();
      void accounts.close();
    },
  };
}

const WORLDS: Readonly<Record<KeyPurpose, World>> = { live: 'live', demo: 'sandbox' };

/** Keys of venues as the API may touch them: the same checks as on the command line, and no way to read one. */
function venueKeyShelf(config: Config): VenueKeyShelf {
  const venues: readonly KeyedVenue[] = VENUE_NAMES.map((venue) => ({ venue, purposes: worldsOf(venue).map(({ world }) => purposeOf(world)), fields: ['key', 'secret'] }));
  const find = (name: string, purpose: KeyPurpose): KeyedAccount | undefined => {
    const venue = VENUE_NAMES.find((each) => each === name);
    return venue === undefined || !worldsOf(venue).some(({ world }) => world === WORLDS[purpose]) ? undefined : { venue, world: WORLDS[purpose] };
  };
  return {
    venues,
    list: () => Promise.all(listKeys(config).map(async ({ venue, world, from }) => describe(config, { venue, world }, from))),
    async put(name, purpose, { key = '', secret = '', ...others }) {
      const account = find(name, purpose);
      if (account === undefined) return { ok: false, error: { kind: 'unknown-venue', message: `There is no account "${purpose}" at a venue "${name}".` } };
      if (key.trim() === '' || secret.trim() === '' || Object.keys(others).length > 0) return { ok: false, error: { kind: 'refused', message: 'Give the fields key and secret, and nothing else.' } };
      try {
        // A PEM key is often copied out of JSON, its line ends written as \n.
        const { hints } = await addKeys(account, { key: new Secret(key.trim()), secret: new Secret(secret.trim().replaceAll('\\n', '\n')) }, config, surroundings(config, () => undefined));
        return { ok: true, value: { key: await describe(config, account, 'file'), hints } };
      } catch (error) {
        if (!(error instanceof Refusal) && !(error instanceof VenueError)) throw error;
        return { ok: false, error: { kind: 'refused', message: error instanceof Refusal && error.hint !== undefined ? `${error.message}. ${error.hint}` : error.message } };
      }
    },
    async remove(name, purpose) {
      const account = find(name, purpose);
      if (account === undefined) return false;
      try {
        await removeKeys(account, config);
        return true;
      } catch (error) {
        if (error instanceof Refusal) return false;
        throw error;
      }
    },
  };
}

async function describe(config: Config, { venue, world }: KeyedAccount, from: KeptKey['from']): Promise<KeptKey> {
  const key = await openSecrets(config).read(keyNames(venue, world).key);
  return { venue, purpose: purposeOf(world), lastFour: key?.reveal().slice(-4) ?? '', from };
}

function purposeOf(world: World): KeyPurpose {
  return world === 'live' ? 'live' : 'demo';
}
