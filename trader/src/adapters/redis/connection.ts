import { Redis } from 'ioredis';
import type { Secret } from '../../domain/secret.ts';

/** A request that waited for so long is a failure: a limit is not worth more of a request's time. */
const COMMAND_MS = 500;
const LONGEST_RETRY_MS = 2_000;

/**
 * A connection to Redis, `redis://…` or `rediss://…`, that comes back by itself. What is asked while it is down fails at
 * once: nothing that trades or serves waits for Redis. `onTrouble` hears of it.
 */
export function openRedis(url: Secret, onTrouble: (text: string, error: unknown) => void): Redis {
  const redis = new Redis(url.reveal(), {
    commandTimeout: COMMAND_MS, maxRetriesPerRequest: 0, enableOfflineQueue: false, connectTimeout: 5_000, lazyConnect: true,
    retryStrategy: (times) => Math.min(LONGEST_RETRY_MS, 50 * 2 ** Math.min(times, 10)),
  });
  redis.on('error', (error) => { onTrouble('Redis is out of reach', error); });
  return redis;
}
