import { randomInt } from 'node:crypto';
import { Random } from '../../domain/random.ts';
import type { Clock } from '../../ports/clock.ts';
import type { SecretStore } from '../../ports/secret-store.ts';
import type { Config } from '../config.ts';
import { openSecrets } from './secret-stores.ts';
import { WALL_CLOCK } from './wall-clock.ts';

/** What connections are made with. */
export interface Surroundings {
  /** The state folder, in which processes share what providers allow. */
  readonly home: string;
  readonly secrets: SecretStore;
  readonly clock: Clock;
  /** Spreads the attempts to come back. */
  readonly random: Random;
  /** `Config.loopbackPort`: every venue is there in place of where it is. */
  readonly loopbackPort: number | undefined;
  /** Hears of each part of an answer or frame that could not be read and was passed over. */
  readonly onUnreadable: (what: string) => void;
}

/** What a process connects to venues with: its own clock, lots of its own, and the secrets of its home. */
export function surroundings(config: Config, onUnreadable: Surroundings['onUnreadable']): Surroundings {
  return { home: config.home, secrets: openSecrets(config), clock: WALL_CLOCK, random: new Random(randomInt(2 ** 31)), loopbackPort: config.loopbackPort, onUnreadable };
}
