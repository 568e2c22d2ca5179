import { add, decimalPlaces, format, max, min, neg, parseDecimal, rescale, sub, type Exact } from '../domain/exact.ts';
import { baseOf, roundToTick, type Instrument } from '../domain/instrument.ts';
import { DAY_MS, type Timestamp } from '../domain/time.ts';
import type { AccountRecord, DifferenceRecord, ForeignPolicy, Journal, PaymentRecord } from '../ports/journal.ts';
import type { VenuePayment, VenueSnapshot } from '../ports/venue.ts';
import type { CourierNote } from './courier-note.ts';
import type { Engine } from './engine.ts';

/** What holdings are compared with, and by which rule. */
export interface HoldingsSpec {
  readonly engine: Engine;
  readonly instruments: readonly Instrument[];
  /** The currency of the account's money. */
  readonly currency: string;
  /** Positions are held on margin: a trade moves money by its fee and by what it realises. */
  readonly margin: boolean;
  readonly policy: ForeignPolicy;
  readonly journal: Journal;
  /** Hears what a person should see. */
  readonly onNote?: (note: CourierNote) => void;
}

/** A difference counts when it is found again after so long, with nothing of ours traded between: what venues answer may lag behind what they do. */
export const CONFIRM_MS = 5_000;

/** Differences as they were found once. */
interface Suspicion {
  readonly found: string;
  readonly fills: number;
  readonly at: Timestamp;
}

/**
 * Holds what the account has at the venue against what ours and others' should come to: what it had when
 * the run first met it, what our orders made of it, and what others are known to have done since. The
 * venue is right. What is left over was done by other hands, or for reasons that no order tells (a
 * deposit, interest); it is settled once, by an input of the journal, so that a restart repeats it
 * and finds nothing more.
 */
export class Holdings {
  readonly #spec: HoldingsSpec;
  /** What is held of each instrument, and of money, beyond what our books say; undefined before the venue was first asked. */
  #others: { readonly since: Timestamp; readonly positions: Exact[]; money: Exact } | undefined;
  /** Orders of others that are known, by the venue's id. */
  readonly #strangers = new Set<string>();
  /** Payments that are booked, by the venue's id. */
  readonly #payments = new Set<string>();
  #lastPaid: Timestamp = -Infinity;
  #place: string | undefined;
  /** Those seen before the venue was first asked: they may be of before the run. */
  readonly #early: { readonly venueOrderId: string; readonly instrument: number; readonly tsEvent: Timestamp }[] = [];
  #suspicion: Suspicion | undefined;

  constructor(spec: HoldingsSpec) {
    this.#spec = spec;
  }

  /** Journals what was found of the account, and does what it asks for. A restart gives the records that it repeats here. */
  admit(record: AccountRecord): void {
    this.#spec.journal.append(record);
    switch (record.kind) {
      case 'opening':
        this.#others = {
          since: record.tsEvent, money: this.#money(record.money),
          positions: this.#spec.instruments.map(({ quantityScale }, at) => parseDecimal(record.positions[at] ?? '0', quantityScale)),
        };
        break;
      case 'difference':
        this.#settle(record);
        break;
      case 'stranger':
        this.#strangers.add(record.venueOrderId);
        this.#halt(record.policy, `somebody else trades ${this.#spec.instruments[record.instrument].id} on the account`);
        break;
      case 'payment':
        this.#book(record);
        break;
      case 'place':
        this.#place = record.fills;
        break;
    }
  }

  /** Up to where the venue's fills have been read, as the journal knows it. */
  get place(): string | undefined {
    return this.#place;
  }

  /** Journals how far they have been read, once they are booked. */
  keepPlace(place: string | undefined): void {
    if (place !== undefined && place !== this.#place) this.admit({ kind: 'place', fills: place });
  }

  /** From when on payments are asked for; undefined before the account is known. A venue may list one late. */
  get paidFrom(): Timestamp | undefined {
    return this.#others && Math.max(this.#others.since, this.#lastPaid - DAY_MS);
  }

  /** What the venue paid or charged of its own accord: booked once, unless it is of before the run. */
  pay({ id, flow, instrument, paid, currency, tsEvent }: VenuePayment): void {
    const { instruments, engine, onNote } = this.#spec;
    if (this.#others === undefined || this.#payments.has(id) || tsEvent <= this.#others.since) return;
    const mark = engine.portfolio.marks[instrument];
    if (currency === this.#spec.currency) this.admit({ kind: 'payment', id, flow, instrument, paid, tsEvent });
    // Without a price nothing can be booked, and nothing is held either; of any other currency no books are kept.
    else if (currency === baseOf(instruments[instrument]) && !Number.isNaN(mark)) {
      const price = format(roundToTick(mark, instruments[instrument], 'half-even'), instruments[instrument].priceScale);
      this.admit({ kind: 'payment', id, flow, instrument, paid, price, tsEvent });
    } else return;
    onNote?.({ kind: 'payment', flow, instrument: instruments[instrument].id, paid, currency });
  }

  /** An order or a trade of others was seen: told once, also over restarts, unless it is of before the run. */
  stranger(venueOrderId: string, instrument: number, tsEvent: Timestamp): void {
    if (this.#others === undefined) {
      this.#early.push({ venueOrderId, instrument, tsEvent });
      return;
    }
    if (this.#strangers.has(venueOrderId) || tsEvent <= this.#others.since) return;
    this.admit({ kind: 'stranger', venueOrderId, instrument, policy: this.#spec.policy, tsEvent });
    this.#spec.onNote?.({ kind: 'external-order', venueOrderId, instrument });
  }

  /**
   * Compares; true where something differs, and should be looked at again after `CONFIRM_MS`. The last fills must
   * have been asked for after `snapshot` came, or what traded between would be taken for others'.
   */
  look(snapshot: VenueSnapshot, askedAt: Timestamp, now: Timestamp): boolean {
    if (this.#others === undefined) {
      this.#open(snapshot);
      return false;
    }
    const { fills } = this.#spec.engine.portfolio;
    const positions = this.#positionDifferences(snapshot);
    const money = this.#moneyDifference(snapshot);
    if (money === 0 && positions.every((difference) => difference === 0)) {
      this.#suspicion = undefined;
      return false;
    }
    const found = [...positions, money].join(' ');
    const before = this.#suspicion;
    // A clock that was set back would keep it waiting.
    if (before?.found !== found || before.fills !== fills || askedAt < before.at) {
      this.#suspicion = { found, fills, at: now };
      return true;
    }
    if (askedAt < before.at + CONFIRM_MS) return true;
    this.#suspicion = undefined;
    for (const [instrument, difference] of positions.entries()) if (difference !== 0) this.#foundPosition(instrument, difference, now);
    // Anew: what was adopted has moved our money too.
    const left = this.#moneyDifference(snapshot);
    if (left !== 0) this.#foundMoney(left, now);
    return false;
  }

  /** What is there before the first order of ours is not ours. */
  #open(snapshot: VenueSnapshot): void {
    const { instruments, currency } = this.#spec;
    const positions = instruments.map(({ quantityScale }, at) => format(heldOf(snapshot, at), quantityScale));
    const money = snapshot.balances[currency] ?? '0';
    this.admit({ kind: 'opening', tsEvent: snapshot.tsEvent, positions, money });
    this.#spec.onNote?.({ kind: 'opening', positions: Object.fromEntries(instruments.map(({ id }, at) => [id, positions[at]])), money, openOrders: snapshot.openOrders.length });
    for (const { venueOrderId, instrument, tsEvent } of this.#early.splice(0)) this.stranger(venueOrderId, instrument, tsEvent);
  }

  #positionDifferences(snapshot: VenueSnapshot): Exact[] {
    const { instruments, engine } = this.#spec;
    return instruments.map((_, at) => sub(sub(heldOf(snapshot, at), this.#others?.positions[at] ?? 0), engine.portfolio.netQuantity(at)));
  }

  /** 0 where the venue does not say what money there is. */
  #moneyDifference({ balances }: VenueSnapshot): Exact {
    const told = balances[this.#spec.currency];
    if (told === undefined) return 0;
    const { account, feesElsewhere, opening } = this.#spec.engine.portfolio;
    const tied = this.#spec.margin ? account.positions.reduce<Exact>((sum, { cost }) => add(sum, cost), 0) : 0;
    return sub(sub(this.#money(told), this.#others?.money ?? 0), sub(add(add(account.cash, feesElsewhere), tied), opening));
  }

  #money(text: string): Exact {
    const places = decimalPlaces(text);
    return rescale(parseDecimal(text, places), places, this.#spec.engine.portfolio.account.moneyScale, 'floor');
  }

  #foundPosition(instrument: number, quantity: Exact, now: Timestamp): void {
    const { instruments, engine, policy } = this.#spec;
    const { quantityScale, priceScale } = instruments[instrument];
    const mark = engine.portfolio.marks[instrument];
    const ours = this.#oursOf(instrument, quantity);
    // Without a price nothing can be booked; where none was ever seen, nothing of ours is held either.
    if (ours !== 0 && Number.isNaN(mark)) return;
    const price = Number.isNaN(mark) ? 0 : roundToTick(mark, instruments[instrument], 'half-even');
    const record: DifferenceRecord = {
      kind: 'difference', what: 'position', instrument, quantity: format(quantity, quantityScale), ours: format(ours, quantityScale), price: format(price, priceScale), policy, tsEvent: now,
    };
    this.admit(record);
    this.#spec.onNote?.({ kind: 'difference', what: instruments[instrument].id, quantity: record.quantity, ours: record.ours, policy });
  }

  /** Money that came or went: told and remembered. No books hold money, so there is nothing to adopt, and no risk to halt for. */
  #foundMoney(quantity: Exact, now: Timestamp): void {
    const { engine, currency } = this.#spec;
    const text = format(quantity, engine.portfolio.account.moneyScale);
    this.admit({ kind: 'difference', what: 'money', quantity: text, tsEvent: now });
    this.#spec.onNote?.({ kind: 'difference', what: currency, quantity: text, ours: '0', policy: 'ignore' });
  }

  /** How much of a difference becomes ours: all, nothing, or, until a person decides, what takes off from what we hold: an exit of what is gone would open the other side. */
  #oursOf(instrument: number, quantity: Exact): Exact {
    switch (this.#spec.policy) {
      case 'adopt': return quantity;
      case 'ignore': return 0;
      case 'halt': {
        const held = neg(this.#spec.engine.portfolio.netQuantity(instrument));
        return quantity > 0 ? min(quantity, max(0, held)) : max(quantity, min(0, held));
      }
    }
  }

  #book({ id, flow, instrument, paid, price, tsEvent }: PaymentRecord): void {
    const { engine, instruments } = this.#spec;
    this.#payments.add(id);
    this.#lastPaid = Math.max(this.#lastPaid, tsEvent);
    if (price === undefined) {
      engine.book({ kind: 'flow', flow, instrument, tsEvent, paid: this.#money(paid) });
      return;
    }
    // As a fee that is kept from what is bought: so much less is held, and cash has not moved.
    const { quantityScale, priceScale } = instruments[instrument];
    const places = Math.max(quantityScale, decimalPlaces(paid));
    const taken = rescale(parseDecimal(paid, places), places, quantityScale, 'ceil');
    engine.adopt(instrument, neg(taken), parseDecimal(price, priceScale), tsEvent, true);
  }

  #settle(record: DifferenceRecord): void {
    const others = this.#others;
    if (others === undefined) throw new Error('a difference comes before the account was first looked at');
    if (record.what === 'money') {
      others.money = add(others.money, this.#money(record.quantity));
      return;
    }
    const { instrument, policy } = record;
    const { id, quantityScale, priceScale } = this.#spec.instruments[instrument];
    const ours = parseDecimal(record.ours, quantityScale);
    others.positions[instrument] = add(others.positions[instrument], sub(parseDecimal(record.quantity, quantityScale), ours));
    // Before the books change: what that leads to takes no new risk.
    this.#halt(policy, `${id} was changed at the venue by ${record.quantity}, not by us`);
    if (ours !== 0) this.#spec.engine.adopt(instrument, ours, parseDecimal(record.price, priceScale), record.tsEvent);
  }

  /** Also where trading is halted already: another halt may end of its own accord, and this one takes a person. */
  #halt(policy: ForeignPolicy, reason: string): void {
    if (policy === 'halt') this.#spec.engine.onCommand({ kind: 'halt', reason });
  }
}

function heldOf({ positions }: VenueSnapshot, instrument: number): Exact {
  return positions.find((position) => position.instrument === instrument)?.quantity ?? 0;
}
