import type { Acceptance, OrderRef, VenueCapabilities, VenueFill, VenueGateway, VenueListener, VenueOrder, VenueSnapshot } from '../src/ports/venue.ts';

/** A venue worked by hand: the test says what each request comes to, and what has traded. */
export class HandVenue implements VenueGateway {
  readonly venue = 'hand';
  capabilities: VenueCapabilities = {
    types: ['market'], timesInForce: ['ioc'], postOnly: false, reduceOnly: false, amend: false,
    clientId: { length: 36, unique: 'open' }, receiveWindowMs: 5_000,
  };
  /** Everything asked of it, in order. */
  readonly asked: string[] = [];
  readonly fills: VenueFill[] = [];
  openOrders: VenueOrder[] = [];
  listener: VenueListener | undefined;
  opened = 0;
  onSubmit: () => Promise<Acceptance> = () => Promise.resolve({ venueOrderId: 'v1', tsEvent: 0 });
  onCancel: () => Promise<void> = () => Promise.resolve();
  onSnapshot: () => Promise<VenueSnapshot> = () => this.answerSnapshot();
  onLookUp: () => Promise<VenueOrder | undefined> = () => Promise.resolve(undefined);

  submit(): Promise<Acceptance> {
    this.asked.push('submit');
    return this.onSubmit();
  }

  cancel(): Promise<void> {
    this.asked.push('cancel');
    return this.onCancel();
  }

  cancelAll(): Promise<void> {
    return Promise.resolve();
  }

  lookUp(): Promise<VenueOrder | undefined> {
    this.asked.push('look-up');
    return this.onLookUp();
  }

  snapshot(): Promise<VenueSnapshot> {
    this.asked.push('snapshot');
    return this.onSnapshot();
  }

  answerSnapshot(): Promise<VenueSnapshot> {
    return Promise.resolve({ tsEvent: 0, openOrders: this.openOrders, positions: [], balances: {} });
  }

  fillsSince(place: string | undefined): Promise<{ readonly fills: readonly VenueFill[]; readonly place: string }> {
    return Promise.resolve({ fills: this.fills.slice(Number(place ?? 0)), place: String(this.fills.length) });
  }

  /** What is listed of one order alone. */
  fillsOf: NonNullable<VenueGateway['fillsOf']> = () => Promise.resolve([]);
  recalled: unknown;
  recall = (orders: readonly OrderRef[]) => { this.recalled = this.listener === undefined ? orders.map(({ venueOrderId }) => venueOrderId) : []; };

  open(listener: VenueListener): Promise<void> {
    this.opened += 1;
    this.listener = listener;
    listener.onConnection('up', 'logged in');
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.asked.push('close');
    return Promise.resolve();
  }

  count = (what: string) => this.asked.filter((one) => one === what).length;
}
