import type { Random } from '../domain/random.ts';

/** Every way in which the lying exchange, or the network before it, lets us down; the number is how likely, where there is an occasion for it, in a seed of middling temper. */
const RATES = {
  /** No connection is made. */
  refused: 0.03,
  /** Our own limiter holds a request back before it leaves. */
  queued: 0.03,
  /** Carried out, and the answer is lost. */
  'answer-lost': 0.05,
  /** Lost before it arrives, and nobody can tell. */
  'request-lost': 0.04,
  /** An answer that the outcome is unknown, before the request is carried out within the receive window. */
  'late-accept': 0.04,
  /** Carried out at once, answered seconds later: the stream is first. */
  'slow-answer': 0.05,
  rejected: 0.02,
  /** Accepted, and rejected a moment later. */
  'late-reject': 0.02,
  /** 429: asked too often. */
  'rate-limited': 0.01,
  /** What is asked for is answered from a replica that is behind. */
  'stale-answer': 0.3,
  /** Positions and balances come from one that is further behind than the orders beside them. */
  'stale-holdings': 0.3,
  'frame-lost': 0.06,
  'frame-repeated': 0.06,
  /** So late that others overtake it. */
  'frame-delayed': 0.08,
  /** A fill while a cancel is on its way. */
  'half-cancel': 0.3,
  /** An order that ends with a part of it filled. */
  'partly-filled': 0.15,
  /** Troubles of a while; the number weighs them against each other. */
  'stream-drop': 3,
  /** The stream looks well and says nothing. */
  'stream-mute': 2,
  /** Neither requests nor stream get through. */
  outage: 2,
  /** No requests get through; the stream lives. */
  'request-outage': 2,
  maintenance: 1,
  /** 418: after too many requests, for minutes. */
  ban: 1,
  /** The venue ends all that rests of its own accord. */
  'mass-cancel': 1,
  /** Somebody trades by hand on the same account. */
  'hand-trade': 1,
  /** Somebody closes by hand what our orders have opened. */
  'hand-close': 1,
  /** The venue pays or charges funding; that it has, the stream may not say. */
  funding: 2,
} as const;

/** A way in which the lying exchange lets us down. */
export type Fault = keyof typeof RATES;

/** All of them, in the order in which reports list them. */
export const FAULTS = Object.keys(RATES) as readonly Fault[];

const TROUBLES = ['stream-drop', 'stream-mute', 'outage', 'request-outage', 'maintenance', 'ban', 'mass-cancel', 'hand-trade', 'hand-close', 'funding'] as const satisfies readonly Fault[];

/** A trouble that lasts. */
export type Trouble = (typeof TROUBLES)[number];

/** How often an exchange lies, and in which ways: drawn once from the seed, so that some seeds are calm but for one thing and others are all at once. */
export class Temper {
  /** How often each has happened. */
  readonly counts: Record<Fault, number> = Object.fromEntries(FAULTS.map((fault) => [fault, 0])) as Record<Fault, number>;
  readonly #random: Random;
  readonly #rates: Readonly<Record<Fault, number>>;
  #behaves = false;

  constructor(random: Random) {
    this.#random = random;
    const strength = [0, 0, 0.5, 1, 1, 3] as const;
    this.#rates = Object.fromEntries(FAULTS.map((fault) => [fault, RATES[fault] * strength[random.integer(strength.length)]])) as Record<Fault, number>;
  }

  /** From here on nothing goes wrong any more. */
  behave(): void {
    this.#behaves = true;
  }

  get behaves(): boolean {
    return this.#behaves;
  }

  /** Whether this goes wrong now; counted if so. */
  strikes(fault: Fault): boolean {
    if (this.#behaves || this.#random.next() >= this.#rates[fault]) return false;
    this.counts[fault] += 1;
    return true;
  }

  /** The next trouble; undefined where the seed has none. */
  trouble(): Trouble | undefined {
    let rest = this.#random.next() * TROUBLES.reduce((sum, trouble) => sum + this.#rates[trouble], 0);
    const chosen = TROUBLES.find((trouble) => (rest -= this.#rates[trouble]) < 0);
    if (this.#behaves || chosen === undefined) return undefined;
    this.counts[chosen] += 1;
    return chosen;
  }

  /** A whole number of milliseconds from `from` to `to`. */
  ms(from: number, to: number): number {
    return from + this.#random.integer(to - from + 1);
  }

  /** A whole number from 1 to `most`. */
  some(most: number): number {
    return 1 + this.#random.integer(Math.max(1, most));
  }
}
