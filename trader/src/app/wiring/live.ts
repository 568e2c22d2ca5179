import { parseDecimal } from '../../domain/exact.ts';
import { VenueError } from '../../domain/venue-error.ts';
import type { CourierNote } from '../../pipeline/courier-note.ts';
import { Courier } from '../../pipeline/courier.ts';
import type { BookSpec } from '../../pipeline/book-maker.ts';
import { Engine, type Audit, type Market } from '../../pipeline/engine.ts';
import type { Guard } from '../../pipeline/guards.ts';
import { Holdings } from '../../pipeline/holdings.ts';
import { Ramp } from '../../pipeline/ramp.ts';
import { reportOf } from '../../pipeline/recorder.ts';
import { feeOf } from '../../pipeline/venue-fee.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ExecutionClient, FeeModel } from '../../ports/execution.ts';
import type { Journal, JournalRecord } from '../../ports/journal.ts';
import type { Margin, VenueGateway } from '../../ports/venue.ts';
import type { LiveTerms } from './live-terms.ts';
import { WALL_CLOCK } from './wall-clock.ts';

/** The venue that a run trades at, and who hears of what a person should see. */
export interface VenueLink {
  readonly gateway: VenueGateway;
  readonly clock: Clock;
  /** How the account holds positions on margin; absent where it does not. */
  readonly margin?: Margin;
  readonly onNote: (note: CourierNote) => void;
  /** Called when what the venue has told is booked. */
  readonly onBooked: () => void;
}

/** What a run at a venue's account has besides those on paper. */
export interface LiveParts {
  readonly engine: Engine;
  readonly courier: Courier;
  readonly holdings: Holdings;
  readonly ramp: Ramp;
  /** What may be asked of the venue. */
  readonly capabilities: VenueGateway['capabilities'];
  /** How the account holds positions on margin; undefined where it does not, or a journal is only repeated. */
  readonly margin: Margin | undefined;
  /** Takes a record of the journal that is an input only here; false where it is none, or fits nothing. */
  repeat(record: JournalRecord): boolean;
}

/** What such a run is made of. */
export interface LiveSpec {
  readonly run: string;
  readonly terms: LiveTerms;
  readonly markets: readonly Market[];
  readonly books: readonly BookSpec[];
  readonly cash: string;
  readonly moneyScale: number;
  readonly fees: FeeModel;
  readonly guards: readonly Guard[];
  readonly audit: Audit;
  readonly journal: Journal & { sync(): void };
  /** Undefined where a journal is only repeated. */
  readonly link: VenueLink | undefined;
  /** Called when reports of the venue have been booked, also those that a journal repeats. */
  readonly onReports: () => void;
}

/** Why a run adds no risk while it sees bars that are past: what it would do is too late. */
export const CATCHING_UP = 'catching up with what was missed';

/**
 * Wires an engine to a real venue: the courier in place of a simulated one, what the account holds watched,
 * and sizes that begin small. Nothing else differs from paper.
 */
export function wireLive({ run, terms, markets, books, cash, moneyScale, fees, guards, audit, journal, link, onReports }: LiveSpec): LiveParts {
  const instruments = markets.map(({ instrument }) => instrument);
  const { gateway = NO_VENUE, clock = WALL_CLOCK, onNote = () => undefined } = link ?? {};
  const ramp = new Ramp(terms.ramp.start, terms.ramp.step, journal);
  const courier = new Courier({
    gateway, clock, onNote, sync: () => { journal.sync(); },
    feeOf: (fill) => feeOf(fill, instruments[fill.instrument], moneyScale, (currency) => terms.feeRates[currency]),
  });
  const engine = new Engine({
    run, markets, moneyScale, fees, guards, cash: parseDecimal(cash, moneyScale), client: announced(courier, onReports, () => { link?.onBooked(); }),
    books: books.map((book) => ({ ...book, strategy: ramp.over(book.strategy) })),
    audit: {
      ...audit,
      onDenial(denial) {
        if (/^(drawdown|prop-firm)/.test(denial.rule)) ramp.breach();
        audit.onDenial(denial);
      },
    },
  });
  const holdings = new Holdings({ engine, instruments, currency: instruments[0].quoteCurrency, margin: terms.margin, policy: terms.foreign, journal, onNote });
  courier.watch(holdings);
  return {
    engine, courier, holdings, ramp, capabilities: gateway.capabilities, margin: link?.margin,
    repeat(record) {
      switch (record.kind) {
        case 'report':
          return courier.repeat(record.clientOrderId, (order) => reportOf(record, order, instruments, moneyScale));
        case 'opening':
        case 'stranger':
        case 'difference':
        case 'payment':
        case 'place':
          holdings.admit(record);
          return true;
        case 'ramp':
          ramp.admit(record);
          return true;
        default:
          return false;
      }
    },
  };
}

/** A client that tells when reports of it have been worked off, and whatever else it brought: a journal repeats the reports alone. */
function announced(client: ExecutionClient, onReports: () => void, onBooked: () => void): ExecutionClient {
  let told = false;
  return {
    unlinked: client.unlinked === true,
    connect(sink) {
      client.connect({
        report(report) {
          told = true;
          sink.report(report);
        },
        book: (event) => { sink.book(event); },
        settle() {
          sink.settle();
          if (told) onReports();
          told = false;
          onBooked();
        },
      });
    },
    submit: (order) => { client.submit(order); },
    cancel: (order) => { client.cancel(order); },
  };
}

/** The venue of a journal that is only repeated: nothing is asked of it. */
const NO_VENUE: VenueGateway = {
  venue: 'none',
  capabilities: { types: [], timesInForce: [], postOnly: false, reduceOnly: false, amend: false, clientId: { length: 0, unique: 'never' }, receiveWindowMs: 0 },
  submit: refuse, cancel: refuse, cancelAll: refuse, lookUp: refuse, snapshot: refuse, fillsSince: refuse, open: refuse, close: () => Promise.resolve(),
};

function refuse(): Promise<never> {
  return Promise.reject(new VenueError('unreachable', 'a journal that is repeated has no venue'));
}
