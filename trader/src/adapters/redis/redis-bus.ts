import type { Redis } from 'ioredis';
import type { MessageBus } from '../../ports/message-bus.ts';

/** A bus by Redis's publish and subscribe. */
export class RedisBus implements MessageBus {
  readonly #speaking: Redis;
  /** A connection that listens can say nothing. */
  readonly #listening: Redis;
  readonly #listeners = new Map<string, Set<(text: string) => void>>();
  readonly #onTrouble: (text: string, error: unknown) => void;

  /** `speaking` stays the caller's to close; the bus makes another connection like it. */
  constructor(speaking: Redis, onTrouble: (text: string, error: unknown) => void) {
    this.#speaking = speaking;
    this.#onTrouble = onTrouble;
    // It waits for its subscriptions, however long Redis is away.
    this.#listening = speaking.duplicate({ enableOfflineQueue: true, maxRetriesPerRequest: null });
    this.#listening.on('message', (subject: string, text: string) => { for (const listener of this.#listeners.get(subject) ?? []) listener(text); });
    this.#listening.on('error', (error) => { onTrouble('Redis cannot be heard', error); });
  }

  say(subject: string, text: string): void {
    this.#speaking.publish(subject, text).catch((error: unknown) => { this.#onTrouble('Redis is out of reach: other processes are not told', error); });
  }

  listen(subject: string, listener: (text: string) => void): () => void {
    let listeners = this.#listeners.get(subject);
    if (listeners === undefined) {
      this.#listeners.set(subject, listeners = new Set());
      this.#listening.subscribe(subject).catch((error: unknown) => { this.#onTrouble('Redis cannot be heard', error); });
    }
    listeners.add(listener);
    return () => { listeners.delete(listener); };
  }

  /** Resolves once what was listened to so far is heard. */
  async ready(): Promise<void> {
    if (this.#listeners.size > 0) await this.#listening.subscribe(...this.#listeners.keys());
  }

  close(): void {
    this.#listening.disconnect();
  }
}
