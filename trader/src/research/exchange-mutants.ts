import { add, sub } from '../domain/exact.ts';
import type { Order } from '../domain/order.ts';
import { VenueError } from '../domain/venue-error.ts';
import type { Clock } from '../ports/clock.ts';
import type { JournalRecord } from '../ports/journal.ts';
import type { OrderRef, VenueFill, VenueGateway, VenueListener, VenueOrder, VenueSnapshot } from '../ports/venue.ts';
import type { MortalJournal } from './mortal-process.ts';

/** What a process is wired from, which a planted bug bends. */
export interface Parts {
  readonly gateway: VenueGateway;
  readonly journal: MortalJournal;
  readonly clock: Clock;
  /** Part of every client order id. */
  readonly run: string;
  /** Whether two exits are taken to be tied, which the exchange does not do. */
  readonly linked?: boolean;
}

/** A bug that other trading systems have had, planted around the code that ships. */
export interface Mutant {
  /** What the bug is, in words. */
  readonly summary: string;
  plant(parts: Parts, boot: number): Parts;
}

/** The venue as a bug sees it: methods that it changes, over those that it leaves. */
function bent({ gateway }: Parts, changes: Partial<VenueGateway>): VenueGateway {
  return { ...gateway, ...changes };
}

/** A listener whose fills or orders are changed on the way; undefined swallows one. */
function ear(listener: VenueListener, fill: (fill: VenueFill) => VenueFill | undefined, order: (order: VenueOrder) => VenueOrder | undefined): VenueListener {
  return {
    onFill(told) { const heard = fill(told); if (heard) listener.onFill(heard); },
    onOrder(told) { const heard = order(told); if (heard) listener.onOrder(heard); },
    onPayment: () => listener.onPayment?.(),
    onConnection: (state, reason) => listener.onConnection(state, reason),
  };
}

/** A gateway whose fills are changed wherever they come from; undefined swallows one. */
function fillsBent(parts: Parts, change: (fill: VenueFill) => VenueFill | undefined, rest: Partial<VenueGateway> = {}): Parts {
  const gateway = bent(parts, {
    open: (listener) => parts.gateway.open(ear(listener, change, (order) => order)),
    async fillsSince(place) {
      const { fills, place: next } = await parts.gateway.fillsSince(place);
      return { fills: fills.flatMap((fill) => change(fill) ?? []), place: next };
    },
    ...rest,
  });
  return { ...parts, gateway };
}

/** A gateway whose orders' states are changed wherever they come from. */
function ordersBent(parts: Parts, change: (order: VenueOrder) => VenueOrder): Parts {
  const gateway = bent(parts, {
    open: (listener) => parts.gateway.open(ear(listener, (fill) => fill, change)),
    async lookUp(ref) {
      const told = await parts.gateway.lookUp(ref);
      return told && change(told);
    },
  });
  return { ...parts, gateway };
}

function ended(ref: OrderRef, status: 'canceled' | 'rejected', tsEvent: number): VenueOrder {
  return { ...ref, venueOrderId: ref.venueOrderId ?? 'none', side: 'buy', quantity: 0, filled: 0, status, tsEvent };
}

/** Every planted bug by its name. Each must be found by the chaos run, which is how the run shows that it sees. */
export const MUTANTS: Readonly<Record<string, Mutant>> = {
  'resend-on-timeout': {
    summary: 'an order whose outcome is unknown is sent again',
    plant: (parts) => ({
      ...parts,
      gateway: bent(parts, {
        submit: (order: Order) => parts.gateway.submit(order).catch((error: unknown) => {
          if (error instanceof VenueError && error.failure === 'unknown-outcome') return parts.gateway.submit(order);
          throw error;
        }),
      }),
    }),
  },
  'timeout-is-rejection': {
    summary: 'an order whose outcome is unknown counts as refused',
    plant: (parts) => ({
      ...parts,
      gateway: bent(parts, {
        submit: (order: Order) => parts.gateway.submit(order).catch((error: unknown) => {
          throw error instanceof VenueError && error.failure === 'unknown-outcome' ? new VenueError('rejected', error.message) : error;
        }),
      }),
    }),
  },
  'drop-late-fill': {
    summary: 'a fill that comes five seconds late is thrown away',
    plant: (parts) => fillsBent(parts, (fill) => (parts.clock.now() - fill.tsEvent > 5_000 ? undefined : fill)),
  },
  'trust-the-stream': {
    summary: 'fills are taken from the stream alone',
    plant: (parts) => ({
      ...parts,
      gateway: bent(parts, { fillsSince: async (place) => ({ fills: [], place: (await parts.gateway.fillsSince(place)).place }) }),
    }),
  },
  'skip-a-fill': {
    summary: 'the place after a page of fills is one too far',
    plant: (parts) => ({
      ...parts,
      gateway: bent(parts, {
        async fillsSince(place) {
          const { fills, place: next } = await parts.gateway.fillsSince(place);
          return { fills, place: fills.length > 0 ? String(Number(next) + 1) : next };
        },
      }),
    }),
  },
  'age-out-on-network-error': {
    summary: 'a look-up that fails counts as an answer that the order is not there',
    plant: (parts) => ({
      ...parts,
      gateway: bent(parts, {
        lookUp: (ref) => parts.gateway.lookUp(ref).catch((error: unknown) => {
          if (error instanceof VenueError) return ended(ref, 'canceled', parts.clock.now());
          throw error;
        }),
      }),
    }),
  },
  'not-found-is-not-accepted': {
    summary: 'an order that is not found is taken for rejected at once',
    plant: (parts) => ({
      ...parts, gateway: bent(parts, { lookUp: async (ref) => await parts.gateway.lookUp(ref) ?? ended(ref, 'rejected', parts.clock.now()) }),
    }),
  },
  'ignore-the-window': {
    summary: 'an order is given up before the venue has ceased to take it',
    plant: (parts) => ({ ...parts, gateway: bent(parts, { capabilities: { ...parts.gateway.capabilities, receiveWindowMs: -Infinity } }) }),
  },
  'attach-by-time': {
    summary: 'a fill belongs to whatever order was sent last',
    plant: (parts) => {
      let last: { readonly id: string; readonly at: number } | undefined;
      return fillsBent(parts, (fill) => (last !== undefined && fill.tsEvent >= last.at && fill.tsEvent < last.at + 10_000 ? { ...fill, clientOrderId: last.id } : fill), {
        submit(order: Order) {
          last = { id: order.clientOrderId, at: parts.clock.now() };
          return parts.gateway.submit(order);
        },
      });
    },
  },
  'forget-in-flight': {
    summary: 'after a restart, what is not open at the venue is forgotten',
    plant: (parts) => {
      const sent = new Set<string>();
      return {
        ...parts,
        gateway: bent(parts, {
          submit(order: Order) {
            sent.add(order.clientOrderId);
            return parts.gateway.submit(order);
          },
          lookUp: (ref) => (sent.has(ref.clientOrderId) ? parts.gateway.lookUp(ref) : Promise.resolve(ended(ref, 'canceled', parts.clock.now()))),
        }),
      };
    },
  },
  'book-repeated-fills': {
    summary: 'a trade that is told twice is booked twice',
    plant: (parts) => {
      let frames = 0;
      return fillsBent(parts, (fill) => ({ ...fill, tradeId: `${fill.tradeId}/${frames++}` }));
    },
  },
  'one-id-for-all-markets': {
    summary: 'a trade whose id another market has used counts as booked',
    plant: (parts) => {
      const markets = new Map<string, number>();
      return fillsBent(parts, (fill) => {
        const market = markets.get(fill.tradeId) ?? fill.instrument;
        markets.set(fill.tradeId, market);
        return market === fill.instrument ? fill : undefined;
      });
    },
  },
  'end-before-fills': {
    summary: 'a canceled order is over before its fills are in',
    plant: (parts) => ordersBent(parts, (order) => (order.status === 'canceled' || order.status === 'expired' ? { ...order, filled: 0 } : order)),
  },
  'cancel-is-the-end': {
    summary: 'an accepted cancel is taken for the end of the order',
    plant: (parts) => {
      let ears: VenueListener | undefined;
      return {
        ...parts,
        gateway: bent(parts, {
          open(listener) {
            ears = listener;
            return parts.gateway.open(listener);
          },
          async cancel(ref) {
            await parts.gateway.cancel(ref);
            ears?.onOrder(ended(ref, 'canceled', parts.clock.now()));
          },
        }),
      };
    },
  },
  'send-before-journal': {
    summary: 'what led to an order, and the order, are written down when its answer has come',
    plant: (parts) => {
      const held: JournalRecord[] = [];
      let trades = false;
      const release = () => { for (const record of held.splice(0)) parts.journal.append(record); };
      return {
        ...parts,
        journal: {
          append(record) {
            if (record.kind === 'bar') release();
            if (trades) held.push(record);
            else parts.journal.append(record);
          },
          sync: () => parts.journal.sync(),
        },
        gateway: bent(parts, {
          submit: (order) => parts.gateway.submit(order).finally(release),
          open(listener) {
            trades = true;
            return parts.gateway.open(listener);
          },
        }),
      };
    },
  },
  'skip-the-sync': {
    summary: 'an order is written but not on the disk when it is sent',
    plant: (parts) => ({ ...parts, journal: { append: (record) => parts.journal.append(record), sync: () => {} } }),
  },
  'ignore-hand-closed': {
    summary: 'what is held is counted from our own trades, whatever the venue says',
    plant: (parts) => ({
      ...parts,
      gateway: bent(parts, {
        async snapshot() {
          const told = await parts.gateway.snapshot();
          const byHand = (await parts.gateway.fillsSince(undefined)).fills.filter(({ clientOrderId }) => clientOrderId.startsWith('hand-'));
          return {
            ...told,
            positions: told.positions.map(({ instrument, quantity }) => ({
              instrument, quantity: byHand.reduce((sum, fill) => (fill.instrument !== instrument ? sum : fill.side === 'buy' ? sub(sum, fill.quantity) : add(sum, fill.quantity)), quantity),
            })),
          };
        },
      }),
    }),
  },
  'remember-holdings': {
    summary: 'what the account holds is asked for every three minutes and remembered meanwhile',
    plant: (parts) => {
      let known: { readonly at: number; readonly told: VenueSnapshot } | undefined;
      return {
        ...parts,
        gateway: bent(parts, {
          async snapshot() {
            const told = await parts.gateway.snapshot();
            if (known === undefined || parts.clock.now() > known.at + 180_000) known = { at: parts.clock.now(), told };
            return { ...told, positions: known.told.positions, balances: known.told.balances };
          },
        }),
      };
    },
  },
  'settle-without-journal': {
    summary: 'what others did to the account is settled, and not written down',
    plant: (parts) => ({
      ...parts,
      journal: { append: (record) => { if (record.kind !== 'difference') parts.journal.append(record); }, sync: () => parts.journal.sync() },
    }),
  },
  'forget-coin-fees': {
    summary: 'a fee that is kept from what was bought is taken for one in money',
    plant: (parts) => fillsBent(parts, (fill) => (fill.feeCurrency === 'LIE' || fill.feeCurrency === 'FIB' ? { ...fill, feeCurrency: 'USD' } : fill)),
  },
  'both-exits': {
    summary: 'a stop and a take-profit rest together, and nothing ties them',
    plant: (parts) => ({ ...parts, linked: true }),
  },
  'forget-payments': {
    summary: 'what the venue charges of its own accord is money that went, and not booked',
    plant: (parts) => ({ ...parts, gateway: bent(parts, { paymentsSince: () => Promise.resolve([]) }) }),
  },
  'book-payments-again': {
    summary: 'a payment is known by when it was read, and booked each time',
    plant: (parts) => ({
      ...parts,
      gateway: bent(parts, { paymentsSince: async (from) => (await parts.gateway.paymentsSince?.(from) ?? []).map((one) => ({ ...one, id: `${one.id} at ${parts.clock.now()}` })) }),
    }),
  },
  'new-ids-after-restart': {
    summary: 'client order ids are made of the process, not of the decision',
    plant: (parts, boot) => ({ ...parts, run: `${parts.run}-${boot}` }),
  },
};
