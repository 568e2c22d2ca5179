import { join } from 'node:path';
import { EnvironmentSecrets } from '../../adapters/secrets/environment-secrets.ts';
import { SecretFile } from '../../adapters/secrets/secret-file.ts';
import { ProcessLock } from '../../adapters/sqlite/process-lock.ts';
import type { Secret } from '../../domain/secret.ts';
import type { SecretStore } from '../../ports/secret-store.ts';
import type { Config } from '../config.ts';
import { VENUE_NAMES, worldsOf, worldWord, type VenueName, type World } from './venue-hosts.ts';

/** The file of secrets in a state folder. */
function secretFile(home: string): SecretFile {
  return new SecretFile(join(home, 'secrets.env'), (path, waitMs) => ProcessLock.take(path, waitMs));
}

/** What is read is looked for in the environment first; what is written goes to the file. */
export function openSecrets({ home, secrets }: Pick<Config, 'home' | 'secrets'>): Required<SecretStore> {
  const environment = new EnvironmentSecrets(secrets);
  const file = secretFile(home);
  return {
    read: async (name) => await environment.read(name) ?? file.read(name),
    write: (name, value) => file.write(name, value),
    writeFirst: async (name, value) => await environment.read(name) ?? file.writeFirst(name, value),
    remove: (name) => file.remove(name),
  };
}

/** What the two halves of a venue's keys are called in a store: `BINANCE_TESTNET_KEY` and `BINANCE_TESTNET_SECRET`. Refuses a sandbox where there is none. */
export function keyNames(venue: VenueName, world: World): { readonly key: string; readonly secret: string } {
  const prefix = `${venue}-${worldWord(venue, world)}`.toUpperCase().replaceAll('-', '_');
  return { key: `${prefix}_KEY`, secret: `${prefix}_SECRET` };
}

/** An account's two halves of keys. */
export interface VenueKeys {
  readonly key: Secret;
  readonly secret: Secret;
}

/** The keys of an account; undefined where one half of them is missing. Throws `SecretFileError`. */
export async function readKeys(store: SecretStore, venue: VenueName, world: World): Promise<VenueKeys | undefined> {
  const names = keyNames(venue, world);
  const [key, secret] = [await store.read(names.key), await store.read(names.secret)];
  return key === undefined || secret === undefined ? undefined : { key, secret };
}

/** Whose keys are there, by what was found in file and environment; values stay where they are. Throws `SecretFileError`. */
export function listKeys({ home, secrets }: Pick<Config, 'home' | 'secrets'>): readonly { readonly venue: VenueName; readonly world: World; readonly from: 'environment' | 'file' }[] {
  const file = new Set(secretFile(home).names());
  return VENUE_NAMES.flatMap((venue) => worldsOf(venue).flatMap(({ world }) => {
    const { key, secret } = keyNames(venue, world);
    const sources = [key, secret].map((name) => (secrets.has(name) ? 'environment' as const : file.has(name) ? 'file' as const : undefined));
    const [first, second] = sources;
    return first === undefined || second === undefined ? [] : [{ venue, world, from: first === second ? first : 'environment' as const }];
  }));
}
