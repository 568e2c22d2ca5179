import { abs, compare, divide, format, mul, neg, type Exact } from '../domain/exact.ts';
import { toLots, type Instrument } from '../domain/instrument.ts';
import type { Order } from '../domain/order.ts';
import type { Random } from '../domain/random.ts';
import { VenueError, type VenueFailure } from '../domain/venue-error.ts';
import type { Clock } from '../ports/clock.ts';
import type { Acceptance, OrderRef, VenueCapabilities, VenueFill, VenueGateway, VenueListener, VenueOrder, VenuePayment, VenueSnapshot } from '../ports/venue.ts';
import { Temper, type Trouble } from './lying-exchange-temper.ts';
import { ExchangeTruth, latest, leavesOf, type FeeKind, type TrueHoldings, type TrueOrder } from './lying-exchange-truth.ts';

/** What a lying exchange is made of. */
export interface LyingExchangeSpec {
  readonly clock: Clock;
  readonly random: Random;
  readonly instruments: readonly Instrument[];
  /** What the account holds before anybody trades. */
  readonly opening: TrueHoldings;
  readonly fees: FeeKind;
  /** Hears what really happens, for a person who reads a trace. */
  readonly onStory?: (text: string) => void;
}

/** Binance's default: an order that arrives later than this after its timestamp is refused (error −1021). */
const RECEIVE_WINDOW_MS = 5_000;
/** How far what is asked for may be behind what has happened. */
const STALE_MS = 1_500;

/** What requests are told during a trouble. */
const CLOSED_BY: Partial<Record<Trouble, VenueFailure>> = { outage: 'unreachable', 'request-outage': 'unreachable', maintenance: 'maintenance', ban: 'banned' };

/** Troubles that are over when they have begun. */
const AT_ONCE: ReadonlySet<Trouble> = new Set(['hand-trade', 'hand-close', 'mass-cancel', 'funding']);

/** A stream that somebody listens to. */
interface Session {
  readonly listener: VenueListener;
  up: boolean;
  /** Frames of before a break never arrive. */
  epoch: number;
}

/**
 * An exchange in virtual time that does everything that exchanges are known to do to those who trust
 * them: it times out after accepting and without accepting (Binance −1007: "execution status
 * unknown"), accepts late within its receive window, drops, repeats, reorders and delays frames, goes
 * on filling while we are cut off or cancel, answers from replicas that are behind, bans, and comes
 * back from maintenance with no memory of what its stream had still to say. All of it follows from one
 * seed. What it never does: accept after its receive window, take back a state that it has told as
 * final, or lose a fill from its own history. `truth` keeps what really happened.
 */
export class LyingExchange implements VenueGateway {
  readonly venue = 'lying';
  readonly capabilities: VenueCapabilities = {
    types: ['market', 'limit', 'stop'], timesInForce: ['gtc', 'ioc'], postOnly: false, reduceOnly: false, amend: false,
    // Binance's rule: a second one is refused while the first is open, and taken when it has ended.
    clientId: { length: 36, unique: 'open' }, receiveWindowMs: RECEIVE_WINDOW_MS,
  };
  readonly truth: ExchangeTruth;
  readonly temper: Temper;
  readonly #spec: LyingExchangeSpec;
  readonly #prices: Exact[];
  readonly #triggered = new Set<TrueOrder>();
  #session: Session | undefined;
  /** Requests that a process held back die with it. */
  #process = 0;
  #closed: { readonly failure: VenueFailure; readonly until: number } | undefined;
  #mutedUntil = 0;

  constructor(spec: LyingExchangeSpec) {
    this.#spec = spec;
    this.truth = new ExchangeTruth(spec.instruments, spec.opening, spec.fees);
    this.temper = new Temper(spec.random);
    this.#prices = spec.instruments.map(() => 0);
    this.#plan();
  }

  /** Ends all faults: what is broken works again, what was forgotten stays forgotten. */
  behave(): void {
    this.temper.behave();
    this.#closed = undefined;
    this.#mutedUntil = 0;
    if (this.#session) this.#connect(this.#session, 'all is well again');
  }

  /** The process that traded here is dead: nobody listens any more, and what it held back is never sent. */
  hangUp(): void {
    this.#process += 1;
    this.#session = undefined;
  }

  /** The market trades at a price: what rests at it or beyond trades too. */
  price(instrument: number, price: Exact): void {
    this.#prices[instrument] = price;
    for (const one of this.truth.orders) {
      if (latest(one).status === 'open' && one.order.instrument === instrument) this.#touch(one);
    }
  }

  submit(order: Order): Promise<Acceptance> {
    return this.#ask('submit', true, () => {
      const { clientOrderId } = order;
      if (this.#find(order, 'open')) throw new VenueError('duplicate-id', `lying: ${clientOrderId} is open already`, { code: '-4116' });
      if (this.temper.strikes('rejected')) throw new VenueError('rejected', 'lying: balance is insufficient', { reason: 'insufficient-balance', code: '-2010' });
      const one = this.truth.accept(order, this.#now);
      this.#story(`takes ${nameOf(one)}: ${order.side} ${order.quantity} ${order.type}`);
      this.#tellOrder(one);
      if (this.temper.strikes('late-reject')) this.#spec.clock.after(this.temper.ms(1, 300), () => this.#end(one, 'rejected'));
      else if (order.type === 'market') this.#execute(one);
      else this.#touch(one);
      return { venueOrderId: one.venueOrderId, tsEvent: this.#now };
    });
  }

  cancel(ref: OrderRef): Promise<void> {
    return this.#ask('cancel', true, () => {
      const one = this.#find(ref, 'open');
      if (one === undefined) throw new VenueError('not-found', 'lying: unknown order', { code: '-2011' });
      if (!this.temper.strikes('half-cancel')) return this.#end(one, 'canceled');
      this.#trade(one, this.#part(one));
      this.#spec.clock.after(this.temper.ms(1, 400), () => this.#end(one, 'canceled'));
    });
  }

  cancelAll(instrument?: number): Promise<void> {
    return this.#ask('cancel all', true, () => {
      for (const one of this.truth.orders) if (instrument === undefined || one.order.instrument === instrument) this.#end(one, 'canceled');
    });
  }

  lookUp(ref: OrderRef): Promise<VenueOrder | undefined> {
    return this.#ask('look-up', false, () => {
      const one = this.#find(ref);
      return one && this.truth.seenAt(one, this.#horizon());
    });
  }

  snapshot(): Promise<VenueSnapshot> {
    return this.#ask('snapshot', false, () => {
      const at = this.#horizon();
      const { positions, money } = this.truth.heldAt(this.temper.strikes('stale-holdings') ? at - this.temper.ms(1, STALE_MS) : at);
      const [{ quoteCurrency, priceScale, quantityScale }] = this.#spec.instruments;
      return {
        tsEvent: at, balances: { [quoteCurrency]: format(money, priceScale + quantityScale) }, positions: positions.map((quantity, instrument) => ({ instrument, quantity })).filter(({ quantity }) => quantity !== 0),
        openOrders: this.truth.orders.flatMap((one) => this.truth.seenAt(one, at) ?? []).filter(({ status }) => status === 'open'),
      };
    });
  }

  fillsSince(place: string | undefined): Promise<{ readonly fills: readonly VenueFill[]; readonly place: string }> {
    return this.#ask('fills', false, () => {
      const from = Number(place ?? 0);
      const at = this.#horizon();
      const fills = this.truth.fills.slice(from).filter(({ tsEvent }) => tsEvent <= at);
      return { fills, place: String(from + fills.length) };
    });
  }

  placeNow(): Promise<string> {
    return this.#ask('the last fill', false, () => String(this.truth.fills.filter(({ tsEvent }) => tsEvent <= this.#now).length));
  }

  paymentsSince(from: number): Promise<readonly VenuePayment[]> {
    return this.#ask('payments', false, () => {
      const at = this.#horizon();
      return this.truth.payments.filter(({ tsEvent }) => tsEvent >= from && tsEvent <= at);
    });
  }

  async open(listener: VenueListener): Promise<void> {
    const session = await this.#ask('log-in', false, (): Session => ({ listener, up: false, epoch: 0 }));
    this.#session = session;
    this.#connect(session, 'logged in');
  }

  close(): Promise<void> {
    this.hangUp();
    return Promise.resolve();
  }

  get #now(): number {
    return this.#spec.clock.now();
  }

  #story(text: string): void {
    this.#spec.onStory?.(text);
  }

  /** The moment up to which an answer knows what has happened. */
  #horizon(): number {
    return this.temper.strikes('stale-answer') ? this.#now - this.temper.ms(1, STALE_MS) : this.#now;
  }

  /** A request on its way there and back, with all that can become of it. */
  #ask<T>(what: string, changes: boolean, carryOut: () => T): Promise<T> {
    const { clock } = this.#spec;
    const process = this.#process;
    return new Promise((resolve, reject) => {
      const leave = () => {
        if (process !== this.#process) return;
        const refusal = this.#refusal(what);
        if (refusal) clock.after(this.temper.ms(1, 40), () => reject(refusal));
        else this.#travel(what, changes, carryOut, resolve, reject);
      };
      if (changes && this.temper.strikes('queued')) clock.after(this.temper.ms(200, 8_000), leave);
      else leave();
    });
  }

  #refusal(what: string): VenueError | undefined {
    const closed = this.#closed;
    if (closed && this.#now < closed.until) {
      const retryAfterMs = closed.failure === 'banned' ? closed.until - this.#now : undefined;
      return new VenueError(closed.failure, `lying: ${what} is not taken: ${closed.failure}`, retryAfterMs === undefined ? {} : { retryAfterMs, code: '418' });
    }
    if (this.temper.strikes('rate-limited')) return new VenueError('rate-limited', `lying: too many requests before ${what}`, { retryAfterMs: this.temper.ms(500, 5_000), code: '429' });
    return this.temper.strikes('refused') ? new VenueError('unreachable', `lying: no connection for ${what}`) : undefined;
  }

  #travel<T>(what: string, changes: boolean, carryOut: () => T, resolve: (value: T) => void, reject: (error: unknown) => void): void {
    const { temper } = this;
    const { clock } = this.#spec;
    const silence = (afterMs: number) => clock.after(afterMs, () => reject(new VenueError(changes ? 'unknown-outcome' : 'unreachable', `lying: no answer to ${what}`, { code: '-1007' })));
    if (temper.strikes('request-lost')) {
      silence(temper.ms(100, 10_000));
      return;
    }
    const late = changes && temper.strikes('late-accept');
    const lost = !late && temper.strikes('answer-lost');
    if (late) silence(temper.ms(50, 900));
    clock.after(late ? temper.ms(1_000, RECEIVE_WINDOW_MS) : temper.ms(1, 80), () => {
      const answer = outcomeOf(carryOut, resolve, reject);
      if (lost) silence(temper.ms(100, 10_000));
      else if (!late) clock.after(temper.strikes('slow-answer') ? temper.ms(500, 6_000) : temper.ms(1, 80), answer);
    });
  }

  #find({ clientOrderId }: OrderRef | Order, status?: 'open'): TrueOrder | undefined {
    return this.truth.orders.findLast((one) => one.order.clientOrderId === clientOrderId && (status === undefined || latest(one).status === status));
  }

  /** Does what the price now asks of a resting order. */
  #touch(one: TrueOrder): void {
    const { type, side, price, instrument } = one.order;
    const now = this.#prices[instrument];
    const above = compare(now, price) >= 0;
    const below = compare(now, price) <= 0;
    if (type === 'limit' ? (side === 'buy' ? below : above) : (side === 'buy' ? above : below)) this.#execute(one);
  }

  /** Fills an order in one piece or several, over a while; sometimes its end comes before the last. */
  #execute(one: TrueOrder): void {
    if (this.#triggered.has(one)) return;
    this.#triggered.add(one);
    const { temper } = this;
    const { clock } = this.#spec;
    const pieces = temper.some(3);
    const partly = temper.strikes('partly-filled');
    let after = 0;
    for (let piece = 1; piece <= pieces; piece++) {
      after += temper.ms(1, 500);
      clock.after(after, () => {
        if (latest(one).status !== 'open') return;
        if (piece === pieces && partly) this.#end(one, 'expired');
        else this.#trade(one, piece === pieces ? leavesOf(one) : this.#part(one));
      });
    }
  }

  #trade(one: TrueOrder, most: Exact): void {
    const { type, price, instrument } = one.order;
    const fill = this.truth.trade(one, most, type === 'limit' ? price : this.#prices[instrument], this.#now);
    this.#story(`fills ${nameOf(one)}: ${one.order.side} ${fill.quantity} at ${fill.price}, trade ${fill.tradeId}, our position ${this.truth.ours.positions[fill.instrument]}`);
    this.#frame(`fill ${fill.tradeId}`, (listener) => listener.onFill(fill));
    this.#tellOrder(one);
  }

  #end(one: TrueOrder, status: 'canceled' | 'expired' | 'rejected'): void {
    if (latest(one).status !== 'open' || (status === 'rejected' && latest(one).filled !== 0)) return;
    this.truth.end(one, status, this.#now);
    this.#story(`ends ${nameOf(one)}: ${status} with ${latest(one).filled} of ${one.order.quantity} filled`);
    this.#tellOrder(one);
  }

  #tellOrder(one: TrueOrder): void {
    const state = latest(one);
    this.#frame(`${state.status} ${nameOf(one)}`, (listener) => listener.onOrder(state));
  }

  /** Sends a frame, or so it seems. */
  #frame(what: string, deliver: (listener: VenueListener) => void): void {
    const session = this.#session;
    const { temper } = this;
    if (!session?.up || this.#now < this.#mutedUntil || temper.strikes('frame-lost')) {
      this.#story(`the frame "${what}" is lost`);
      return;
    }
    const { epoch } = session;
    const send = (afterMs: number) => this.#spec.clock.after(afterMs, () => {
      if (session === this.#session && session.up && session.epoch === epoch) deliver(session.listener);
    });
    send(temper.strikes('frame-delayed') ? temper.ms(500, 15_000) : temper.ms(1, 60));
    if (temper.strikes('frame-repeated')) send(temper.ms(1, 20_000));
  }

  #connect(session: Session, reason: string): void {
    if (session !== this.#session || session.up) return;
    session.up = true;
    session.listener.onConnection('up', reason);
  }

  /** Breaks the stream for a while; we are told late, and what was on its way is forgotten. */
  #disconnect(lengthMs: number, reason: string): void {
    const session = this.#session;
    if (!session?.up) return;
    const { clock } = this.#spec;
    session.up = false;
    session.epoch += 1;
    const noticed = Math.min(lengthMs, this.temper.ms(0, 3_000));
    clock.after(noticed, () => { if (session === this.#session && !session.up) session.listener.onConnection('down', reason); });
    clock.after(lengthMs, () => this.#connect(session, 'connected again'));
  }

  /** Brings the next trouble in a while, and so on. */
  #plan(): void {
    this.#spec.clock.after(this.temper.ms(5_000, 240_000), () => {
      const trouble = this.temper.trouble();
      if (trouble) this.#make(trouble);
      if (!this.temper.behaves) this.#plan();
    });
  }

  #make(trouble: Trouble): void {
    const { temper } = this;
    // Mostly short, sometimes ten minutes.
    const lengthMs = temper.some(12) === 1 ? temper.ms(60_000, 600_000) : temper.ms(100, 45_000);
    const atOnce = AT_ONCE.has(trouble);
    this.#story(`${trouble}${atOnce ? '' : ` for ${lengthMs} ms`}`);
    if (trouble === 'stream-mute') this.#mutedUntil = this.#now + lengthMs;
    if (trouble === 'stream-drop' || trouble === 'outage' || trouble === 'maintenance') this.#disconnect(lengthMs, trouble);
    const failure = CLOSED_BY[trouble];
    if (failure) this.#closed = { failure, until: this.#now + lengthMs };
    if (trouble === 'mass-cancel') for (const one of this.truth.orders) this.#end(one, 'canceled');
    if (trouble === 'funding') this.#fund();
    if (trouble === 'hand-trade' || trouble === 'hand-close') this.#tradeByHand(trouble);
  }

  #fund(): void {
    const instrument = this.temper.some(this.#spec.instruments.length) - 1;
    this.truth.charge(instrument, this.temper.ms(-50_000, 50_000), this.#now);
    this.#story(`charges ${this.truth.payments.at(-1)?.paid} for funding of market ${instrument}`);
    this.#frame('a payment', (listener) => listener.onPayment?.());
  }

  #tradeByHand(how: 'hand-trade' | 'hand-close'): void {
    const { temper } = this;
    const { instruments } = this.#spec;
    const instrument = temper.some(instruments.length) - 1;
    const held = toLots(this.truth.ours.positions[instrument], instruments[instrument]);
    const some = mul(temper.some(2) === 1 ? temper.some(5) : -temper.some(5), instruments[instrument].lotSize);
    const quantity = how === 'hand-close' && held !== 0 ? neg(held) : some;
    const fill = this.truth.tradeByHand(instrument, compare(quantity, 0) > 0 ? 'buy' : 'sell', abs(quantity), this.#prices[instrument], this.#now);
    this.#story(`somebody trades by hand: ${fill.side} ${fill.quantity} of market ${instrument} at ${fill.price}, order ${fill.venueOrderId}`);
    this.#frame(`fill ${fill.tradeId} by hand`, (listener) => listener.onFill(fill));
  }

  /** Some whole lots of what has not traded. */
  #part(one: TrueOrder): Exact {
    const { lotSize } = this.#spec.instruments[one.order.instrument];
    return mul(this.temper.some(Number(divide(leavesOf(one), lotSize, 'trunc'))), lotSize);
  }
}

/** Carries a request out, and gives what will tell of it. */
function outcomeOf<T>(carryOut: () => T, resolve: (value: T) => void, reject: (error: unknown) => void): () => void {
  try {
    const value = carryOut();
    return () => resolve(value);
  } catch (error) {
    return () => reject(error);
  }
}

function nameOf({ venueOrderId, order }: TrueOrder): string {
  return `${venueOrderId} (${order.clientOrderId.slice(0, 6)})`;
}
