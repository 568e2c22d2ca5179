import { DAY_MS, type Timestamp } from '../domain/time.ts';
import type { VenueFill, VenueGateway, VenuePayment } from '../ports/venue.ts';
import { lacksFills, refOf, type Parcel } from './courier-parcel.ts';

/** A venue may list a payment so long after its day: over weekends and holidays. */
const LISTED_LATE_MS = 5 * DAY_MS;

/**
 * Reads what has happened on an account since it was last read: trades and payments. Where it has come
 * to is in the journal, so that a start does not read what an account has done in all its life.
 */
export class AccountHistory {
  readonly #gateway: VenueGateway;
  readonly #onFill: (fill: VenueFill) => void;
  #place: string | undefined;
  #reading: Promise<void> | undefined;
  /** When payments were last asked for and told. */
  #askedAt: Timestamp = -Infinity;

  constructor(gateway: VenueGateway, onFill: (fill: VenueFill) => void) {
    this.#gateway = gateway;
    this.#onFill = onFill;
  }

  /** Up to where the venue's fills have been read and booked. */
  get place(): string | undefined {
    return this.#place;
  }

  /**
   * Goes on from the place to which an earlier life had come. A run that `isNew` has sent nothing
   * yet, so no trade of before is its own, and it begins at the end.
   */
  async begin(place: string | undefined, isNew: () => boolean): Promise<void> {
    this.#place ??= place;
    const end = this.#place === undefined && isNew() ? await this.#gateway.placeNow?.() : undefined;
    // An order may have been sent while the venue was asked.
    if (isNew()) this.#place ??= end;
  }

  /** Reads the fills since the last time; one reader at a time, so that none is skipped. */
  readFills(): Promise<void> {
    this.#reading ??= this.#read().finally(() => { this.#reading = undefined; });
    return this.#reading;
  }

  /** Brings the fills that an order lacks: of all since the last time, and what is missing then, of that order alone, since a venue may list one after newer ones. */
  async readFillsOf(parcel: Parcel): Promise<void> {
    if (lacksFills(parcel)) await this.readFills();
    if (lacksFills(parcel)) for (const fill of await this.#gateway.fillsOf?.(refOf(parcel)) ?? []) this.#onFill(fill);
  }

  async #read(): Promise<void> {
    const { fills, place } = await this.#gateway.fillsSince(this.#place);
    for (const fill of fills) this.#onFill(fill);
    this.#place = place;
  }

  /**
   * What the venue has paid and charged from a moment on, as far as it was not told long ago: where none comes for
   * months, each question would be longer than the one before. Nothing where that moment is not known yet.
   */
  async payments(from: Timestamp | undefined, now: Timestamp): Promise<readonly VenuePayment[]> {
    if (from === undefined) return [];
    const payments = await this.#gateway.paymentsSince?.(Math.max(from, this.#askedAt - LISTED_LATE_MS)) ?? [];
    this.#askedAt = now;
    return payments;
  }

  /** Waits for who reads now, and then reads again: what has traded by this moment is booked after it. */
  async readAnew(): Promise<void> {
    await this.#reading;
    await this.readFills();
  }
}
