import { z } from 'zod';
import type { Random } from '../../domain/random.ts';
import type { Timestamp } from '../../domain/time.ts';
import type { Clock } from '../../ports/clock.ts';
import { SteadySocket } from '../wire/steady-socket.ts';
import { decimal } from './wire.ts';

/** How long a period is, of which the liquidations are added up. */
const PERIOD_MS = 5 * 60_000;
/** So long after its end a period is closed: what is told later counts for none. */
const LATE_MS = 5_000;
const SILENCE_MS = 15_000;

/** What was liquidated of one coin within a period, in dollars of Tether. */
export interface LiquidationPeriod {
  readonly coin: string;
  readonly from: Timestamp;
  /** Of those who were long: their positions were sold. */
  readonly longs: number;
  readonly shorts: number;
}

/** What a gatherer works with. */
export interface LiquidationSpec {
  /** `wss://…` without a path. */
  readonly stream: string;
  readonly coins: readonly string[];
  readonly clock: Clock;
  readonly random: Random;
  /** Hears of each period, of all coins, when it is over; undefined where it was not heard whole. */
  readonly onPeriod: (from: Timestamp, sums: readonly LiquidationPeriod[] | undefined) => void;
  readonly onConnection: (state: 'up' | 'down', reason: string) => void;
  readonly onUnreadable: (what: string) => void;
}

/** developers.binance.com, USD-M futures, "Liquidation Order Streams"; at the entry `/market`. */
const frame = z.union([
  z.object({ data: z.object({ e: z.literal('forceOrder'), o: z.object({ s: z.string(), S: z.enum(['BUY', 'SELL']), ap: decimal, z: decimal, T: z.number() }) }) }),
  // The answer to a question, which only shows that the connection lives.
  z.object({ id: z.number() }),
]);

/** What was told of liquidations, period by period, and which periods were heard whole. */
export class LiquidationSums {
  readonly #coins: readonly string[];
  readonly #sums = new Map<Timestamp, Map<string, { longs: number; shorts: number }>>();
  #upSince: Timestamp = Infinity;

  constructor(coins: readonly string[]) {
    this.#coins = coins;
  }

  /** The connection came up, or went down. */
  connection(state: 'up' | 'down', now: Timestamp): void {
    this.#upSince = state === 'up' ? now : Infinity;
  }

  /** Adds what a frame tells; false where it cannot be read. */
  hear(text: string): boolean {
    const told = readFrame(text);
    if (told === undefined || !('data' in told)) return told !== undefined;
    const { s: symbol, S: side, ap: price, z: quantity, T: tsEvent } = told.data.o;
    const coin = this.#coins.find((each) => `${each}USDT` === symbol);
    if (coin === undefined) return true;
    const period = this.#sums.get(startOf(tsEvent)) ?? new Map<string, { longs: number; shorts: number }>();
    const sum = period.get(coin) ?? { longs: 0, shorts: 0 };
    // Whoever was long is sold out.
    sum[side === 'SELL' ? 'longs' : 'shorts'] += Number(price) * Number(quantity);
    period.set(coin, sum);
    this.#sums.set(startOf(tsEvent), period);
    return true;
  }

  /** Ends the period that began at `from`; undefined where the connection was not up all the time. */
  end(from: Timestamp): readonly LiquidationPeriod[] | undefined {
    const sums = this.#sums.get(from);
    for (const each of this.#sums.keys()) if (each <= from) this.#sums.delete(each);
    return this.#upSince > from ? undefined : this.#coins.map((coin) => ({ coin, from, ...sums?.get(coin) ?? { longs: 0, shorts: 0 } }));
  }
}

/**
 * Adds up liquidations of Binance's USD-M perpetuals, which are told on a stream alone. Binance tells the
 * last one of each second and symbol, so in a storm the sums are too small. A period in which the
 * connection was down is not told: a sum over a part of it would look like calm.
 */
export class Liquidations {
  readonly #spec: LiquidationSpec;
  readonly #sums: LiquidationSums;
  #socket: SteadySocket | undefined;
  #waiting: (() => void) | undefined;

  constructor(spec: LiquidationSpec) {
    this.#spec = spec;
    this.#sums = new LiquidationSums(spec.coins);
  }

  /** Resolves when it is first connected. Throws `VenueError` where it is refused for good. */
  async open(): Promise<void> {
    const { stream, coins, clock, random, onConnection, onUnreadable } = this.#spec;
    const names = coins.map((coin) => `${coin.toLowerCase()}usdt@forceOrder`);
    const socket = new SteadySocket({
      venue: 'binance', clock, random, url: () => `${stream}/market/stream?streams=${names.join('/')}`, silenceMs: SILENCE_MS,
      question: JSON.stringify({ method: 'LIST_SUBSCRIPTIONS', id: 1 }),
      onOpen: () => { socket.up('subscribed'); },
      onText: (text) => { if (!this.#sums.hear(text)) onUnreadable('a liquidation'); },
      onConnection: (state, reason) => {
        this.#sums.connection(state, clock.now());
        onConnection(state, reason);
      },
    });
    this.#socket = socket;
    this.#await();
    await socket.open();
  }

  close(): void {
    this.#waiting?.();
    this.#socket?.close();
  }

  /** Waits for the end of the period that goes on. */
  #await(): void {
    const { clock, onPeriod } = this.#spec;
    // The one that has just ended is waited for by then.
    const from = startOf(clock.now() - LATE_MS);
    this.#waiting = clock.after(from + PERIOD_MS + LATE_MS - clock.now(), () => {
      onPeriod(from, this.#sums.end(from));
      this.#await();
    });
  }
}

function startOf(time: Timestamp): Timestamp {
  return Math.floor(time / PERIOD_MS) * PERIOD_MS;
}

function readFrame(text: string): z.infer<typeof frame> | undefined {
  try {
    return frame.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
