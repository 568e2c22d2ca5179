import type { Timestamp } from '../domain/time.ts';
import { VenueError } from '../domain/venue-error.ts';
import { DelayHistogram } from './delay-histogram.ts';

/** How the way to a venue's account does, there and back: whether its stream is up, and how long the venue takes to answer. */
export class VenuePulse {
  /** From an order's leaving to the venue's word that it has it, or has refused it; ms. */
  readonly orders = new DelayHistogram();
  /** From asking what the account holds to the answer; ms. */
  readonly questions = new DelayHistogram();
  up = false;
  /** When the venue last said anything; undefined before. */
  heardAt: Timestamp | undefined;
  /** What has become known of orders. */
  heard = 0;
  #connections = 0;
  readonly #now: () => Timestamp;

  constructor(now: () => Timestamp) {
    this.#now = now;
  }

  get reconnections(): number {
    return Math.max(0, this.#connections - 1);
  }

  /** The stream is up, or down; true where it was not up before. */
  onConnection(state: 'up' | 'down'): boolean {
    const came = state === 'up' && !this.up;
    this.up = state === 'up';
    if (came) this.#connections += 1;
    if (this.up) this.heardAt = this.#now();
    return came;
  }

  /** Something of an order has become known. */
  onReport(): void {
    this.heard += 1;
    this.heardAt = this.#now();
  }

  /** Measures how long an answer takes. One that never came, or says only that nobody knows, measures nothing. */
  time<T>(delays: DelayHistogram, answer: Promise<T>): Promise<T> {
    const began = this.#now();
    const heard = () => {
      this.heardAt = this.#now();
      delays.add(this.heardAt - began);
    };
    answer.then(heard, (error: unknown) => { if (error instanceof VenueError && error.failure === 'rejected') heard(); });
    return answer;
  }
}
