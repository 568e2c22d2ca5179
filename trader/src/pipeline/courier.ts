import { add, compare, sub } from '../domain/exact.ts';
import type { Approved, Order } from '../domain/order.ts';
import type { ExecutionReport } from '../domain/report.ts';
import type { Timestamp } from '../domain/time.ts';
import { VenueError } from '../domain/venue-error.ts';
import type { ExecutionClient, ReportSink } from '../ports/execution.ts';
import type { VenueFill, VenueListener, VenueOrder, VenueSnapshot } from '../ports/venue.ts';
import { AccountHistory } from './account-history.ts';
import type { CourierNote } from './courier-note.ts';
import { countLack, denied, isOpen, lacksFills, packed, refOf, repeatOn, tradeKey, type Parcel } from './courier-parcel.ts';
import type { CourierSpec } from './courier-spec.ts';
import { ASK_AFTER_MS, Errands, waitOf } from './errands.ts';
import { CONFIRM_MS, type Holdings } from './holdings.ts';
import { VenuePulse } from './venue-pulse.ts';

/** An order that rests is asked after this often, whatever the stream says of its health. */
const CROSS_CHECK_MS = 30_000;
/** Everything is held against the venue this often, for what no order of ours leads to. */
const RECONCILE_MS = 60_000;
/** Venues forget orders that ended without a trade (Binance USD-M after three days): one that is neither listed nor found for so long has ended. */
const FORGOTTEN_MS = 600_000;
/** What clocks and queues may add to a venue's receive window. */
const WINDOW_SLACK_MS = 2_000;
/** A venue that states none is taken to accept nothing any more after so long, all the while denying it. */
const UNSTATED_WINDOW_MS = 600_000;

/**
 * Carries orders to a real venue and brings back what becomes of them. An order goes out once, after
 * its journal record is on the disk. Where its outcome is unknown it is looked for by its id, by
 * stream and by asking, and never sent again; a network that fails never ends an order, only an answer
 * of the venue does. It is *lost* when it cannot be accepted any more and the venue has denied it twice,
 * once of it after that. An order ends here when every fill that the venue counts is booked.
 */
export class Courier implements ExecutionClient, VenueListener {
  readonly unlinked = true;
  readonly #spec: CourierSpec;
  readonly #parcels = new Map<string, Parcel>();
  /** Trades that are booked, by instrument and the venue's id. */
  readonly #booked = new Set<string>();
  readonly #errands: Errands;
  #sink: ReportSink | undefined;
  #holdings: Holdings | undefined;
  #confirming = false;
  #stopped = false;
  #repeating = true;
  #opened = false;
  readonly #history: AccountHistory;
  /** How the way to the venue does. */
  readonly pulse: VenuePulse;
  /** How often a reconciliation was asked for that is not done. */
  #behind = 0;

  constructor(spec: CourierSpec) {
    this.#spec = spec;
    this.pulse = new VenuePulse(() => spec.clock.now());
    this.#history = new AccountHistory(spec.gateway, (fill) => { this.#book(fill, true); });
    this.#errands = new Errands(spec.clock, (what, reason) => this.#note({ kind: 'retry', what, reason }));
  }

  connect(sink: ReportSink): void {
    this.#sink = sink;
  }

  /** Has the account compared with the books at every reconciliation from now on. Called before `start`. */
  watch(holdings: Holdings): void {
    this.#holdings = holdings;
  }

  /** Orders whose end is not known yet. */
  get open(): readonly Order[] {
    return [...this.#parcels.values()].filter(({ stage }) => stage !== 'ended').map(({ order }) => order);
  }

  submit(order: Approved<Order>): void {
    const { gateway, sync } = this.#spec;
    const parcel = packed(order, this.#repeating ? 'unknown' : 'sent');
    this.#parcels.set(order.clientOrderId, parcel);
    // While a journal is repeated nothing goes out: whether this one did is asked when all is known.
    if (this.#repeating) return;
    if (this.#stopped) throw new Error('an order came to a courier that had stopped');
    sync();
    this.pulse.time(this.pulse.orders, gateway.submit(order)).then(
      ({ venueOrderId, tsEvent }) => this.#accepted(parcel, venueOrderId, tsEvent),
      (error: unknown) => this.#notAccepted(parcel, error),
    );
  }

  cancel(order: Order): void {
    const parcel = this.#parcels.get(order.clientOrderId);
    if (parcel === undefined || parcel.stage === 'ended' || parcel.cancel !== 'none') return;
    parcel.cancel = 'wanted';
    if (!this.#repeating && parcel.stage === 'working') this.#askCancel(parcel);
  }

  /** Takes a report that the journal holds, while it is repeated; false where there is no such order. */
  repeat(clientOrderId: string, report: (order: Order) => ExecutionReport): boolean {
    const parcel = this.#parcels.get(clientOrderId);
    if (parcel === undefined) return false;
    const told = report(parcel.order);
    if (told.kind === 'filled') this.#booked.add(tradeKey(parcel.order.instrument, told.venueTradeId ?? ''));
    repeatOn(parcel, told);
    this.#tell(told);
    return true;
  }

  /**
   * Ends the repeating of a journal, and opens the venue: from here on orders go out. Resolves when
   * every order of before has been asked after once and every fill since is booked. What fails can be tried again.
   */
  async start(): Promise<void> {
    this.#repeating = false;
    const { gateway } = this.#spec;
    for (const parcel of this.#parcels.values()) if (parcel.stage === 'unknown') this.#countWindow(parcel);
    if (gateway.capabilities.receiveWindowMs === Infinity) this.#note({ kind: 'no-window', giveUpMs: UNSTATED_WINDOW_MS });
    gateway.recall?.([...this.#parcels.values()].map(refOf).filter(({ venueOrderId }) => venueOrderId !== undefined));
    // Before the stream is up, which has all that was missed read.
    await this.#history.begin(this.#holdings?.place, () => this.#parcels.size === 0);
    this.#holdings?.keepPlace(this.#history.place);
    if (!this.#opened) await gateway.open(this);
    this.#opened = true;
    await this.reconcile();
    this.#reconcileSoon();
  }

  /** Ends all asking and the stream, and reports nothing more: what the venue does from here on, the next start finds. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#sink = this.#holdings = undefined;
    this.#errands.end();
    await this.#spec.gateway.close();
  }

  /**
   * Holds what is known here against the venue: books fills that were missed, asks after every order
   * that the venue does not list as open, tells of those that are not ours. Doing it twice changes
   * nothing the second time. Rejects with `VenueError` where the venue cannot be asked.
   */
  async reconcile(): Promise<void> {
    // Orders before fills: what trades in between is in the fills, and an order that is gone by now has all its fills there.
    const askedAt = this.#spec.clock.now();
    const snapshot = await this.pulse.time(this.pulse.questions, this.#spec.gateway.snapshot());
    await this.#history.readAnew();
    for (const payment of await this.#history.payments(this.#holdings?.paidFrom, askedAt)) this.#holdings?.pay(payment);
    this.#sink?.settle();
    this.#compare(snapshot, askedAt);
    this.#holdings?.keepPlace(this.#history.place);
    for (const order of snapshot.openOrders) this.onOrder(order);
    const listed = new Set(snapshot.openOrders.map(({ clientOrderId }) => clientOrderId));
    const missing = [...this.#parcels.values()].filter(({ stage, order }) => stage !== 'ended' && stage !== 'sent' && !listed.has(order.clientOrderId));
    await Promise.all(missing.map((parcel) => this.#lookUp(parcel, true)));
  }

  /** Holds what the account has against the books, and again soon where they differ. */
  #compare(snapshot: VenueSnapshot, askedAt: Timestamp): void {
    if (this.#holdings?.look(snapshot, askedAt, this.#spec.clock.now()) !== true || this.#confirming) return;
    this.#confirming = true;
    this.#errands.after(CONFIRM_MS, () => {
      this.#confirming = false;
      this.#catchUp('what the account holds');
    });
  }

  #reconcileSoon(): void {
    this.#errands.after(RECONCILE_MS, () => {
      if (this.#behind === 0) this.#catchUp('reconciliation');
      this.#reconcileSoon();
    });
  }

  onOrder(told: VenueOrder): void {
    const parcel = this.#parcels.get(told.clientOrderId);
    if (parcel === undefined) {
      if (told.status === 'open') this.#stranger(told);
      return;
    }
    if (parcel.stage === 'ended') return;
    this.#seen(parcel, told.venueOrderId, told.tsEvent);
    // Frames may come out of order: what has traded never becomes less.
    if (compare(told.filled, parcel.venueFilled) > 0) parcel.venueFilled = told.filled;
    if (told.status !== 'open') {
      parcel.ending = told.status;
      parcel.stage = 'closing';
    }
    // One that failed, or that a crash kept from the venue.
    if (parcel.stage === 'working' && parcel.cancel === 'wanted') this.#askCancel(parcel);
    this.#settle(parcel, told.tsEvent);
    if (lacksFills(parcel)) this.#fetchSoon(parcel);
    else parcel.asked = parcel.lacking = 0;
  }

  onFill(fill: VenueFill): void {
    this.#book(fill, false);
  }

  onPayment(): void {
    this.#catchUp('what the venue has paid or charged');
  }

  onConnection(state: 'up' | 'down', reason: string): void {
    if (this.pulse.onConnection(state) && !this.#repeating) this.#catchUp(`what happened while the stream was down (${reason})`);
  }

  /** Reconciles until the venue has answered: one at a time, however often the stream comes and goes meanwhile. */
  #catchUp(what: string): void {
    this.#behind += 1;
    if (this.#behind > 1) return;
    this.#errands.again(what, async () => {
      // What has happened since it began to ask may be missing from the answers: then once more.
      for (let asked = 0; asked !== this.#behind;) {
        asked = this.#behind;
        await this.reconcile();
      }
      this.#behind = 0;
    });
  }

  #accepted(parcel: Parcel, venueOrderId: string, tsEvent: Timestamp): void {
    if (parcel.stage === 'sent' || parcel.stage === 'unknown') this.#seen(parcel, venueOrderId, tsEvent);
  }

  /** A sign of life: the venue has the order. */
  #seen(parcel: Parcel, venueOrderId: string, tsEvent: Timestamp): void {
    parcel.denials = 0;
    parcel.heard += 1;
    parcel.venueOrderId ??= venueOrderId;
    if (parcel.stage === 'sent' || parcel.stage === 'unknown') {
      parcel.stage = 'working';
      this.#tell({ kind: 'accepted', order: parcel.order, tsEvent, venueOrderId });
      if (parcel.cancel === 'wanted') this.#askCancel(parcel);
    }
    this.#watch(parcel, CROSS_CHECK_MS);
  }

  #notAccepted(parcel: Parcel, error: unknown): void {
    if (parcel.stage !== 'sent') return;
    if (!(error instanceof VenueError)) throw error;
    const { failure, reason, message } = error;
    if (failure === 'unknown-outcome' || failure === 'duplicate-id' || failure === 'not-found') {
      parcel.stage = 'unknown';
      this.#countWindow(parcel);
      this.#note({ kind: 'outcome-unknown', clientOrderId: parcel.order.clientOrderId, reason: message });
      this.#watch(parcel, ASK_AFTER_MS[0]);
      return;
    }
    this.#note({ kind: 'refused', clientOrderId: parcel.order.clientOrderId, leg: parcel.order.leg, reason: message });
    this.#end(parcel, { kind: 'rejected', order: parcel.order, tsEvent: this.#spec.clock.now(), reason: reason ?? failure });
  }

  /** From now on, since the adapter may have held the order back. By timers: setting the clock ends no order too early, and keeps none waiting. */
  #countWindow(parcel: Parcel): void {
    const { receiveWindowMs } = this.#spec.gateway.capabilities;
    this.#errands.after(Math.max(0, Math.min(receiveWindowMs, UNSTATED_WINDOW_MS) + WINDOW_SLACK_MS), () => { parcel.over = true; });
  }

  #askCancel(parcel: Parcel): void {
    if (this.#stopped) return;
    parcel.cancel = 'asked';
    this.#spec.gateway.cancel(refOf(parcel)).then(
      // Its report says that it has ended; if the stream loses it, asking does.
      () => this.#watch(parcel, ASK_AFTER_MS[2]),
      (error: unknown) => {
        if (!(error instanceof VenueError)) throw error;
        // It may have traded meanwhile, or be gone: only its state tells. If it is still open, the look-up asks again.
        parcel.cancel = 'wanted';
        this.#watch(parcel, Math.max(error.retryAfterMs ?? 0, waitOf(parcel.refusals)));
        parcel.refusals += 1;
      },
    );
  }

  /** Asks after an order in a while, instead of whatever was waited for. */
  #watch(parcel: Parcel, afterMs: number): void {
    parcel.pending?.();
    parcel.pending = undefined;
    if (parcel.stage === 'ended') return;
    parcel.pending = this.#errands.after(afterMs, () => {
      parcel.pending = undefined;
      void this.#lookUp(parcel);
    });
  }

  /** Asks after one order; what is heard settles it, what is not is asked again. `unlisted`: the venue has just not listed it as open. */
  async #lookUp(parcel: Parcel, unlisted = false): Promise<void> {
    if (parcel.stage === 'ended') return;
    const { over } = parcel;
    let banMs = 0;
    try {
      const told = await this.#spec.gateway.lookUp(refOf(parcel));
      if (told !== undefined) {
        this.onOrder(told);
      } else {
        await this.#history.readFills();
        this.#denied(parcel, over, unlisted);
      }
    } catch (error) {
      if (!(error instanceof VenueError)) throw error;
      banMs = error.retryAfterMs ?? 0;
      this.#note({ kind: 'retry', what: `look-up of ${parcel.order.clientOrderId}`, reason: error.message });
    }
    parcel.asked += 1;
    if (countLack(parcel)) this.#note({ kind: 'fills-missing', clientOrderId: parcel.order.clientOrderId, venueOrderId: parcel.venueOrderId ?? '' });
    if (isOpen(parcel) && parcel.pending === undefined) this.#watch(parcel, Math.max(banMs, waitOf(parcel.asked)));
  }

  /** The venue denies having an order. Not found is not not accepted: it may still be on its way to it. */
  #denied(parcel: Parcel, over: boolean, unlisted: boolean): void {
    const { order, order: { clientOrderId } } = parcel;
    const shown = isOpen(parcel) ? denied(parcel, { over, unlisted, up: this.pulse.up }) : undefined;
    if (shown === undefined) return;
    if (shown === 'contradiction') {
      this.#note({ kind: shown, clientOrderId, reason: 'the venue denies an order that it had accepted' });
      const { heard } = parcel;
      this.#errands.after(FORGOTTEN_MS, () => { parcel.gone = heard; });
      return;
    }
    this.#note({ kind: shown, clientOrderId });
    const tsEvent = this.#spec.clock.now();
    this.#end(parcel, shown === 'lost' ? { kind: 'rejected', order, tsEvent, reason: 'lost' } : { kind: 'canceled', order, tsEvent });
  }

  /** Fetches fills that the venue counts and the stream has not brought. */
  #fetchSoon(parcel: Parcel): void {
    this.#errands.again(`fills of ${parcel.order.clientOrderId}`, async () => {
      await this.#history.readFillsOf(parcel);
      if (lacksFills(parcel)) this.#watch(parcel, waitOf(parcel.asked));
    });
  }

  #book(fill: VenueFill, found: boolean): void {
    const key = tradeKey(fill.instrument, fill.tradeId);
    if (this.#booked.has(key)) return;
    const parcel = this.#parcels.get(fill.clientOrderId);
    this.#booked.add(key);
    if (parcel === undefined) return this.#stranger(fill);
    const { order } = parcel;
    const filled = add(parcel.filled, fill.quantity);
    if (parcel.stage === 'ended' || compare(filled, order.quantity) > 0) {
      this.#note({ kind: 'contradiction', clientOrderId: order.clientOrderId, reason: `a fill of trade ${fill.tradeId} comes ${parcel.stage === 'ended' ? 'after its end' : 'on top of all that was ordered'}` });
      return;
    }
    this.#seen(parcel, fill.venueOrderId, fill.tsEvent);
    if (found) this.#note({ kind: 'missed-fill', clientOrderId: order.clientOrderId, tradeId: fill.tradeId });
    parcel.filled = filled;
    parcel.trades += 1;
    if (compare(filled, parcel.venueFilled) > 0) parcel.venueFilled = filled;
    if (sub(order.quantity, filled) === 0) this.#close(parcel);
    this.#tell({
      kind: 'filled', order, tsEvent: fill.tsEvent, tradeId: parcel.trades, venueTradeId: fill.tradeId,
      price: fill.price, quantity: fill.quantity, ...this.#spec.feeOf(fill),
    });
    this.#settle(parcel, fill.tsEvent);
  }

  /** Ends an order whose end the venue has told, once its fills are all here. */
  #settle(parcel: Parcel, tsEvent: Timestamp): void {
    const { order, ending, filled, venueFilled } = parcel;
    if (parcel.stage !== 'closing' || ending === undefined || compare(filled, venueFilled) < 0) return;
    if (ending === 'filled') {
      // Its last fill would have ended it: the venue's count is all that is missing.
      if (compare(filled, order.quantity) < 0) this.#fetchSoon(parcel);
      return;
    }
    this.#end(parcel, ending === 'rejected' ? { kind: 'rejected', order, tsEvent, reason: 'venue' } : { kind: ending, order, tsEvent });
  }

  #end(parcel: Parcel, report: ExecutionReport): void {
    this.#close(parcel);
    this.#tell(report);
  }

  #close(parcel: Parcel): void {
    parcel.stage = 'ended';
    parcel.pending?.();
    parcel.pending = undefined;
  }

  #tell(report: ExecutionReport): void {
    if (!this.#repeating) this.pulse.onReport();
    this.#sink?.report(report);
    this.#sink?.settle();
  }

  #stranger({ venueOrderId, instrument, tsEvent }: VenueOrder | VenueFill): void {
    if (this.#holdings === undefined) this.#note({ kind: 'external-order', venueOrderId, instrument });
    else this.#holdings.stranger(venueOrderId, instrument, tsEvent);
  }

  #note(note: CourierNote): void {
    if (!this.#stopped) this.#spec.onNote?.(note);
  }
}
