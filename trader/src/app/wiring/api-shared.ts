import { RedisBus } from '../../adapters/redis/redis-bus.ts';
import { openRedis } from '../../adapters/redis/connection.ts';
import { RedisLimits } from '../../adapters/redis/redis-limits.ts';
import { RelayedFeed, relayFeed } from '../../api/feed-relay.ts';
import { MemoryLimits } from '../../api/memory-limits.ts';
import type { EngineReplica } from '../../api/replica.ts';
import type { SocketGate } from '../../api/stream/gate.ts';
import { sharedSeen } from '../../api/shared-seen.ts';
import { sharedGate } from '../../api/stream/shared-gate.ts';
import type { Secret } from '../../domain/secret.ts';
import type { EngineFeed } from '../../ports/engine-feed.ts';
import type { LimitStore } from '../../ports/limit-store.ts';
import type { SeenStore } from '../../ports/seen-store.ts';
import { WALL_CLOCK } from './wall-clock.ts';

/** What the API processes of one house share. */
export interface SharedParts {
  readonly limits: LimitStore;
  /** The gate, hearing of sessions that other processes renew or end. */
  gate(own: SocketGate): SocketGate;
  /** The run that another process tells of; undefined where nothing is shared. */
  readonly feed: EngineFeed | undefined;
  /** The alerts that were seen, hearing of what is seen in other processes. */
  seen(own: SeenStore): SeenStore;
  /** Tells other processes of the run that is traded here; the result ends that. */
  relay(replica: EngineReplica): () => void;
  close(): void;
}

/** The parts that are shared through the Redis at `url`; without one, those of a process alone. A Redis that is away at first is told of, and used once it is there. */
export async function openShared(url: Secret | undefined, onTrouble: (text: string, error: unknown) => void): Promise<SharedParts> {
  if (url === undefined) return { limits: new MemoryLimits(), gate: (own) => own, seen: (own) => own, feed: undefined, relay: () => () => undefined, close: () => undefined };
  // Said once for each time that it is away, not for each request meanwhile.
  let said = false;
  const trouble = (text: string, error: unknown) => {
    if (!said) onTrouble(text, error);
    said = true;
  };
  const redis = openRedis(url, trouble);
  redis.on('ready', () => { said = false; });
  await redis.connect().catch((error: unknown) => { trouble('Redis is out of reach', error); });
  const bus = new RedisBus(redis, trouble);
  return {
    limits: new RedisLimits(redis, trouble), gate: (own) => sharedGate(own, bus), seen: (own) => sharedSeen(own, bus), feed: new RelayedFeed(bus, WALL_CLOCK), relay: (replica) => relayFeed(replica, bus),
    close() {
      bus.close();
      redis.disconnect();
    },
  };
}
