import type { Order } from '../domain/order.ts';
import type { Random } from '../domain/random.ts';
import type { Timestamp } from '../domain/time.ts';
import type { Clock } from '../ports/clock.ts';
import type { Journal, JournalRecord } from '../ports/journal.ts';
import type { OrderRef, VenueFill, VenueGateway, VenueListener, VenueOrder } from '../ports/venue.ts';

/** The places where a process meets the world, and may die. */
export const PLACES = [
  'before append', 'after append', 'before sync', 'after sync', 'before submit', 'after submit', 'submit answered', 'before cancel', 'after cancel', 'cancel answered',
  'look-up answered', 'snapshot answered', 'fills answered', 'payments answered', 'login answered', 'order frame', 'fill frame', 'payment frame', 'connection told', 'timer',
] as const;

/** A place where a process may die. */
export type Place = (typeof PLACES)[number];

/** How a process ends: killed, it leaves all that it had written; a power cut takes what was not synced. */
export type Death = 'killed' | 'power cut';

/**
 * One process from start to death. Dying is done by effects that stop: from then on nothing that the
 * dead process does reaches journal, network or clock, and nothing is told to it, which from outside
 * is a process that ended at that very instruction.
 */
export class Life {
  alive = true;
  readonly #onDeath: (place: Place) => void;
  readonly #place: Place | undefined;
  #left: number;

  /** Dies where `place` is reached for the `count`-th time; never where there is none. */
  constructor(place: Place | undefined, count: number, onDeath: (place: Place) => void) {
    this.#place = place;
    this.#left = count;
    this.#onDeath = onDeath;
  }

  /** Has it live on: no death is planned any more. */
  spare(): void {
    this.#left = Infinity;
  }

  /** Passes a place; false where the process is dead by now. */
  pass(place: Place): boolean {
    if (!this.alive) return false;
    if (place !== this.#place || (this.#left -= 1) > 0) return true;
    this.alive = false;
    this.#onDeath(place);
    return false;
  }
}

/** Draws where the next life ends. */
export function drawLife(random: Random, onDeath: (place: Place) => void): Life {
  return new Life(PLACES[random.integer(PLACES.length)], 1 + random.integer(random.integer(4) === 0 ? 40 : 8), onDeath);
}

/** A journal and the disk below it. */
export class DiskJournal {
  /** The records, as text. */
  readonly lines: string[] = [];
  #synced = 0;
  /** How far the process that reads it now has come. */
  #at = 0;

  /** Records that the process has repeated or written. */
  get sequence(): number {
    return this.#at;
  }

  /** Goes back to the beginning, after a death. */
  reopen(death: Death): void {
    if (death === 'power cut') this.lines.length = this.#synced;
    this.#synced = this.lines.length;
    this.#at = 0;
  }

  /** What comes next of the past; undefined when it is used up. */
  ahead(): JournalRecord | undefined {
    return this.#at < this.lines.length ? JSON.parse(this.lines[this.#at]) as JournalRecord : undefined;
  }

  /** Adds a record; in the past it must be the one that stands there. Throws where it is not. */
  append(record: JournalRecord): void {
    const line = JSON.stringify(record);
    if (this.#at < this.lines.length && this.lines[this.#at] !== line) throw new Divergence(this.#at, this.lines[this.#at], line);
    this.lines[this.#at] = line;
    this.#at += 1;
  }

  sync(): void {
    this.#synced = Math.max(this.#synced, this.#at);
  }
}

/** A restarted process did not do what the journal says that it did. */
export class Divergence extends Error {
  constructor(at: number, then: string, now: string) {
    super(`record ${at} was ${then} and is now ${now}`);
  }
}

/** A journal as a mortal process writes it, with its sync. */
export interface MortalJournal extends Journal {
  sync(): void;
}

/** A journal that nothing is written to after death. */
export function mortalJournal(journal: MortalJournal, life: Life): MortalJournal {
  return {
    append(record) {
      if (!life.pass('before append')) return;
      journal.append(record);
      life.pass('after append');
    },
    sync() {
      if (!life.pass('before sync')) return;
      journal.sync();
      life.pass('after sync');
    },
  };
}

/** A clock that wakes no dead. */
export function mortalClock(clock: Clock, life: Life): Clock {
  return {
    now: (): Timestamp => clock.now(),
    after: (delayMs, work) => clock.after(delayMs, () => { if (life.pass('timer')) work(); }),
  };
}

/** A network that hears nothing of the dead, and tells them nothing. */
export function mortalGateway(gateway: VenueGateway, life: Life): VenueGateway {
  const never = new Promise<never>(() => {});
  const answer = <T>(asked: Promise<T>, place: Place) => new Promise<T>((resolve, reject) => {
    asked.then((value) => { if (life.pass(place)) resolve(value); }, (error: unknown) => { if (life.pass(place)) reject(error); });
  });
  const ask = <T>(asks: () => Promise<T>, place: Place) => (life.alive ? answer(asks(), place) : never);
  return {
    venue: gateway.venue,
    capabilities: gateway.capabilities,
    submit(order: Order) {
      if (!life.pass('before submit')) return never;
      const asked = gateway.submit(order);
      life.pass('after submit');
      return answer(asked, 'submit answered');
    },
    cancel(ref: OrderRef) {
      if (!life.pass('before cancel')) return never;
      const asked = gateway.cancel(ref);
      life.pass('after cancel');
      return answer(asked, 'cancel answered');
    },
    cancelAll: (instrument) => ask(() => gateway.cancelAll(instrument), 'cancel answered'),
    lookUp: (ref) => ask(() => gateway.lookUp(ref), 'look-up answered'),
    snapshot: () => ask(() => gateway.snapshot(), 'snapshot answered'),
    fillsSince: (place) => ask(() => gateway.fillsSince(place), 'fills answered'),
    placeNow: () => ask(() => gateway.placeNow?.() ?? Promise.resolve(''), 'fills answered'),
    paymentsSince: (from) => ask(() => gateway.paymentsSince?.(from) ?? Promise.resolve([]), 'payments answered'),
    open: (listener) => ask(() => gateway.open(mortalListener(listener, life)), 'login answered'),
    close: () => ask(() => gateway.close(), 'connection told'),
  };
}

function mortalListener(listener: VenueListener, life: Life): VenueListener {
  return {
    onOrder(order: VenueOrder) { if (life.pass('order frame')) listener.onOrder(order); },
    onFill(fill: VenueFill) { if (life.pass('fill frame')) listener.onFill(fill); },
    onPayment() { if (life.pass('payment frame')) listener.onPayment?.(); },
    onConnection(state, reason) { if (life.pass('connection told')) listener.onConnection(state, reason); },
  };
}
