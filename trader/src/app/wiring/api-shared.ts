import { RedisBus } from '../../adapters/redis/redis-bus.ts';
import { openRedis } from '../../adapters/redis/connection.ts';
import { RedisLimits } from '../../adapters/redis/redis-limits.ts';
import { relayFeed } from '../../api/feed-relay.ts';
import { MemoryLimits } from '../../api/memory-limits.ts';
import type { EngineReplica } from '../../api/replica.ts';
import type { SocketGate } from '../../api/stream/gate.ts';
import { sharedGate } from '../../api/stream/shared-gate.ts';
import type { Secret } from '../../domain/secret.ts';
import type { LimitStore } from '../../ports/limit-store.ts';

/** What the API processes of one house share. */
export interface SharedParts {
  readonly limits: LimitStore;
  /** The gate, hearing of sessions that other processes renew or end. */
  gate(own: SocketGate): SocketGate;
  /** Tells other processes of the run that is traded here; the result ends that. */
  relay(replica: EngineReplica): () => void;
  close(): void;
}

/** The parts that are shared through the Redis at `url`; without one, those of a process alone. A Redis that is away is waited for by nobody. */
export function openShared(url: Secret | undefined, onTrouble: (text: string, error: unknown) => void): SharedParts {
  if (url === undefined) return { limits: new MemoryLimits(), gate: (own) => own, relay: () => () => undefined, close: () => undefined };
  // Said once for each time that it is away, not for each request meanwhile.
  let said = false;
  const trouble = (text: string, error: unknown) => {
    if (!said) onTrouble(text, error);
    said = true;
  };
  const redis = openRedis(url, trouble);
  redis.on('ready', () => { said = false; });
  redis.connect().catch((error: unknown) => { trouble('Redis is out of reach', error); });
  const bus = new RedisBus(redis, trouble);
  return {
    limits: new RedisLimits(redis, trouble), gate: (own) => sharedGate(own, bus), relay: (replica) => relayFeed(replica, bus),
    close() {
      bus.close();
      redis.disconnect();
    },
  };
}
