import type { Secret } from '../../domain/secret.ts';
import type { SecretStore } from '../../ports/secret-store.ts';

/** Secrets that the environment gave, each by its name without a prefix: read only, for containers and tests. */
export class EnvironmentSecrets implements SecretStore {
  readonly #secrets: ReadonlyMap<string, Secret>;

  constructor(secrets: ReadonlyMap<string, Secret>) {
    this.#secrets = secrets;
  }

  read(name: string): Promise<Secret | undefined> {
    return Promise.resolve(this.#secrets.get(name));
  }
}
