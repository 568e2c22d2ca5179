import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Order } from '../../src/domain/order.ts';
import type { KeyedVenue, VenueGateway, VenueListener } from '../../src/ports/venue.ts';
import { readPage } from '../docs/page.ts';
import { BINANCE_FUTURES } from '../venues/binance/futures-harness.ts';
import { BINANCE_SPOT } from '../venues/binance/spot-harness.ts';
import { acceptancePage, VENUE_CASES, VENUES } from './venue-acceptance.ts';
import { runCase, type VenueHarness } from './venue-gateway.ts';

/** A gateway with one mistake; all else goes on to a good one. */
class Mistaken implements VenueGateway, KeyedVenue {
  protected readonly good: VenueGateway & KeyedVenue;
  readonly venue;
  readonly capabilities;

  constructor(good: VenueGateway & KeyedVenue) {
    this.good = good;
    this.venue = good.venue;
    this.capabilities = good.capabilities;
  }

  submit: VenueGateway['submit'] = (order) => this.good.submit(order);
  cancel: VenueGateway['cancel'] = (order) => this.good.cancel(order);
  cancelAll: VenueGateway['cancelAll'] = (instrument) => this.good.cancelAll(instrument);
  lookUp: VenueGateway['lookUp'] = (order) => this.good.lookUp(order);
  snapshot: VenueGateway['snapshot'] = () => this.good.snapshot();
  fillsSince: VenueGateway['fillsSince'] = (place) => this.good.fillsSince(place);
  open: VenueGateway['open'] = (listener) => this.good.open(listener);
  close: VenueGateway['close'] = () => this.good.close();
  checkKeys: KeyedVenue['checkKeys'] = () => this.good.checkKeys();
}

class SendsAgain extends Mistaken {
  override submit = (order: Order) => this.good.submit(order).catch(() => this.good.submit(order));
}

class TakesSilenceForNo extends Mistaken {
  override lookUp = () => Promise.resolve(undefined);
}

class SwallowsRepeats extends Mistaken {
  override open = (listener: VenueListener) => {
    const seen = new Set<string>();
    return this.good.open({
      onOrder: (order) => { listener.onOrder(order); },
      onFill: (fill) => { if (!seen.has(fill.tradeId)) listener.onFill(fill); seen.add(fill.tradeId); },
      onConnection: (state, reason) => { listener.onConnection(state, reason); },
    });
  };
}

class ForgetsItsPlace extends Mistaken {
  override fillsSince = () => this.good.fillsSince(undefined);
}

class SeesOnlyLongPositions extends Mistaken {
  override snapshot = async () => {
    const told = await this.good.snapshot();
    return { ...told, positions: told.positions.filter(({ quantity }) => quantity > 0) };
  };
}

class HidesThatKeysWithdraw extends Mistaken {
  override checkKeys = async () => ({ ...await this.good.checkKeys(), canWithdraw: false });
}

/** A harness, with a mistake around each gateway. */
function mistaken(harness: VenueHarness, wrap: (good: VenueGateway & KeyedVenue) => VenueGateway & KeyedVenue): VenueHarness {
  return {
    ...harness,
    serve: async (clock) => {
      const served = await harness.serve(clock);
      return { ...served, gateway: (keys) => wrap(served.gateway(keys)) };
    },
  };
}

const PLANTED: readonly (readonly [string, (good: VenueGateway & KeyedVenue) => VenueGateway & KeyedVenue, string, VenueHarness?])[] = [
  ['an adapter that sends an order again when the connection breaks', (good) => new SendsAgain(good), 'V63'],
  ['an adapter that denies every order', (good) => new TakesSilenceForNo(good), 'V50'],
  ['an adapter that swallows repeated frames', (good) => new SwallowsRepeats(good), 'V90'],
  ['an adapter that forgets up to where it has read', (good) => new ForgetsItsPlace(good), 'V105'],
  ['an adapter that takes a sold position for none', (good) => new SeesOnlyLongPositions(good), 'V145', BINANCE_FUTURES],
  ['an adapter that does not say that keys can withdraw', (good) => new HidesThatKeysWithdraw(good), 'V132'],
];

for (const [mistake, wrap, id, harness = BINANCE_SPOT] of PLANTED) {
  test(`the contract of venues catches ${mistake}`, async () => {
    const each = VENUE_CASES.find((line) => line.id === id);
    assert.ok(each !== undefined);
    await runCase(harness, each);
    await assert.rejects(runCase(mistaken(harness, wrap), each), assert.AssertionError);
  });
}

test('no two cases of the contract have one number, and each that a venue lacks exists', () => {
  const ids = VENUE_CASES.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
  for (const { without } of VENUES) assert.deepEqual(Object.keys(without).filter((id) => !ids.includes(id)), []);
});

test('docs/venues/acceptance.md is what the suite prints', () => {
  assert.equal(readPage('docs/venues/acceptance.md'), acceptancePage());
});
