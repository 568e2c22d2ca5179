import type { Redis } from 'ioredis';
import type { MessageBus } from '../../ports/message-bus.ts';

/** A bus by Redis's publish and subscribe. What is said is heard in the same database of the server alone, as all that is kept there is. */
export class RedisBus implements MessageBus {
  readonly #speaking: Redis;
  /** A connection that listens can say nothing. */
  readonly #listening: Redis;
  readonly #listeners = new Map<string, Set<(text: string) => void>>();
  readonly #onTrouble: (text: string, error: unknown) => void;
  /** Subjects are the server's, not a database's: the name makes up for it. */
  readonly #prefix: string;

  /** `speaking` stays the caller's to close; the bus makes another connection like it. */
  constructor(speaking: Redis, onTrouble: (text: string, error: unknown) => void) {
    this.#speaking = speaking;
    this.#onTrouble = onTrouble;
    this.#prefix = `${speaking.options.db ?? 0}:`;
    // It waits for its subscriptions, however long Redis is away. They are made anew here: an error of those that the client makes by itself ends the process.
    this.#listening = speaking.duplicate({ enableOfflineQueue: true, maxRetriesPerRequest: null, autoResubscribe: false });
    this.#listening.on('ready', () => { if (this.#listeners.size > 0) this.#subscribe(...this.#listeners.keys()); });
    this.#listening.on('message', (name: string, text: string) => { for (const listener of this.#listeners.get(name) ?? []) this.#tell(listener, text); });
    this.#listening.on('error', (error) => { onTrouble('Redis cannot be heard', error); });
  }

  say(subject: string, text: string): void {
    this.#speaking.publish(this.#prefix + subject, text).catch((error: unknown) => { this.#onTrouble('Redis is out of reach: other processes are not told', error); });
  }

  listen(subject: string, listener: (text: string) => void): () => void {
    const name = this.#prefix + subject;
    let listeners = this.#listeners.get(name);
    if (listeners === undefined) {
      this.#listeners.set(name, listeners = new Set());
      this.#subscribe(name);
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

  /** Whoever else speaks on the bus, an older version or another program, ends no process by what it says. */
  #tell(listener: (text: string) => void, text: string): void {
    try {
      listener(text);
    } catch (error) {
      this.#onTrouble('what came over Redis is not understood', error);
    }
  }

  #subscribe(...names: readonly string[]): void {
    this.#listening.subscribe(...names).catch((error: unknown) => { this.#onTrouble('Redis cannot be heard', error); });
  }
}
