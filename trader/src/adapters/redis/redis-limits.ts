import type { Redis } from 'ioredis';
import type { Timestamp } from '../../domain/time.ts';
import { BACKOFF, type LimitStore, type LimitVerdict, type RateLimit } from '../../ports/limit-store.ts';

/**
 * One step, which Redis does at once: two processes never both take the last place. Under a name stand the moments of
 * its last events, no more than count, and who is shut out until when. Both are forgotten when they no longer matter.
 */
const TAKE = `
local moments, shut = KEYS[1], KEYS[2]
local count, window, now = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local first, most, forget = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local held = redis.call('HMGET', shut, 'strikes', 'struck', 'until')
local till = tonumber(held[3] or '0')
if now < till then return { 0, 0, till - now } end
local size = redis.call('LLEN', moments)
if size >= count then
  local oldest = tonumber(redis.call('LINDEX', moments, size - count))
  if now - oldest < window then
    local strikes = 1
    if held[2] and now - tonumber(held[2]) <= forget then strikes = tonumber(held[1]) + 1 end
    till = math.max(oldest + window, now + math.min(most, first * 2 ^ math.min(strikes - 1, 30)))
    redis.call('HSET', shut, 'strikes', strikes, 'struck', string.format('%.0f', now), 'until', string.format('%.0f', till))
    redis.call('PEXPIRE', shut, forget + most)
    return { 0, 0, till - now }
  end
end
redis.call('RPUSH', moments, ARGV[3])
redis.call('LTRIM', moments, -count, -1)
redis.call('PEXPIRE', moments, window + 60000)
size = math.min(size + 1, count)
local from, to = 0, size
while from < to do
  local middle = math.floor((from + to) / 2)
  if tonumber(redis.call('LINDEX', moments, middle)) <= now - window then from = middle + 1 else to = middle end
end
return { 1, count - size + from, 0 }
`;

/** A connection that knows the step. */
type LimitingRedis = Redis & { takeLimit(...values: readonly (string | number)[]): Promise<readonly [number, number, number]> };

/** Limits that all processes on one Redis share. Out of its reach nothing is counted, and everything let through. */
export class RedisLimits implements LimitStore {
  readonly #redis: LimitingRedis;
  readonly #onTrouble: (text: string, error: unknown) => void;

  constructor(redis: Redis, onTrouble: (text: string, error: unknown) => void) {
    redis.defineCommand('takeLimit', { numberOfKeys: 2, lua: TAKE });
    this.#redis = redis as LimitingRedis;
    this.#onTrouble = onTrouble;
  }

  async take(name: string, { count, windowMs }: RateLimit, now: Timestamp): Promise<LimitVerdict> {
    try {
      // Braces keep both keys on one node of a cluster.
      const [allowed, remaining, retryAfterMs] = await this.#redis.takeLimit(
        `limit:{${name}}:moments`, `limit:{${name}}:shut`, count, windowMs, now, BACKOFF.firstMs, BACKOFF.mostMs, BACKOFF.forgetMs,
      );
      return { allowed: allowed === 1, remaining, retryAfterMs };
    } catch (error) {
      this.#onTrouble('Redis is out of reach: limits are not counted', error);
      return { allowed: true, remaining: 0, retryAfterMs: 0 };
    }
  }
}
