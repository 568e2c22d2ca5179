import { randomInt } from 'node:crypto';
import { Random } from '../../domain/random.ts';
import type { Config } from '../config.ts';
import { openSecrets } from './secret-stores.ts';
import type { Surroundings } from './venue-connection.ts';
import { WALL_CLOCK } from './wall-clock.ts';

/** What a process connects to venues with: its own clock, lots of its own, and the secrets of its home. */
export function surroundings(config: Config, onUnreadable: Surroundings['onUnreadable']): Surroundings {
  return { secrets: openSecrets(config), clock: WALL_CLOCK, random: new Random(randomInt(2 ** 31)), loopbackPort: config.loopbackPort, onUnreadable };
}
