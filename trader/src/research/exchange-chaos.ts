import type { Bar } from '../domain/bar.ts';
import { causalId } from '../domain/id.ts';
import type { Instrument } from '../domain/instrument.ts';
import { Random } from '../domain/random.ts';
import type { Signal } from '../domain/signal.ts';
import { VenueError } from '../domain/venue-error.ts';
import type { ExecutionClient } from '../ports/execution.ts';
import type { Command, ForeignPolicy, JournalRecord } from '../ports/journal.ts';
import type { Strategy } from '../ports/strategy.ts';
import type { CourierNote } from '../pipeline/courier-note.ts';
import { Courier } from '../pipeline/courier.ts';
import { Engine, type Audit, type Market } from '../pipeline/engine.ts';
import { maxNotional, maxOrderRate, staleData, type Guard } from '../pipeline/guards.ts';
import { Holdings } from '../pipeline/holdings.ts';
import { Ingest } from '../pipeline/ingest.ts';
import { Recorder, reportOf } from '../pipeline/recorder.ts';
import { feeOf } from '../pipeline/venue-fee.ts';
import { noFee } from '../simulation/fees.ts';
import type { Fault } from '../simulation/lying-exchange-temper.ts';
import { FEE_COIN, type TrueHoldings } from '../simulation/lying-exchange-truth.ts';
import { LyingExchange } from '../simulation/lying-exchange.ts';
import { VirtualClock } from '../simulation/virtual-clock.ts';
import { judge, type Violation } from './exchange-judge.ts';
import type { Mutant, Parts } from './exchange-mutants.ts';
import { RandomPerson } from './exchange-person.ts';
import { DiskJournal, Divergence, drawLife, Life, mortalClock, mortalGateway, mortalJournal, type Death, type Place } from './mortal-process.ts';

/** What became of one seed. */
export interface TrialResult {
  readonly seed: number;
  /** Opinions that strategies formed, as the last process counts them. */
  readonly intents: number;
  /** Orders in the journal, and those that the venue took. */
  readonly orders: number;
  readonly accepted: number;
  readonly fills: number;
  /** Orders that were declared lost. */
  readonly lost: number;
  readonly faults: Readonly<Record<Fault, number>>;
  /** Deaths of our process, by the place. */
  readonly crashes: Readonly<Partial<Record<Place, number>>>;
  readonly powerCuts: number;
  readonly violations: readonly Violation[];
}

/** How a trial is told, line by line: virtual milliseconds since its begin, who, and what. */
export type Story = (at: number, who: 'us' | 'venue', text: string) => void;

const START = 1_767_225_600_000;
const INTERVAL_MS = 20_000;
const BARS = 48;
/** Full size of each book. */
const UNITS = 10;
const MOST_CRASHES = 4;
/** The longest that a venue may have told us to wait, and somewhat more. */
const PATIENCE_MS = 660_000;
/** Time for everything that waits to come to its end, once nothing goes wrong any more. */
const QUIET_MS = 180_000;
const CASH = 100_000_00000;
const MONEY_SCALE = 5;
/** One unit, which is the lot: a fee may leave parts of it. */
const LOT = 1_000;
const INSTRUMENTS = ['LIE', 'FIB'].map((coin): Instrument => ({
  id: `${coin}-USD.LYING`, assetClass: 'crypto', quoteCurrency: 'USD', priceScale: 2, quantityScale: 3, tickSize: 1, lotSize: LOT, minNotional: 0,
}));

/** One process of ours. */
interface Trader {
  readonly life: Life;
  readonly engine: Engine;
  readonly ingest: Ingest;
  readonly courier: Courier;
  readonly recorder: Recorder;
  readonly holdings: Holdings;
  /** Whether the venue has been asked what happened before. */
  ready: boolean;
}

/**
 * Lets an engine trade a random strategy against an exchange that lies, kills its process at random
 * places, and judges when all is quiet again. The seed decides everything; the same one gives the
 * same run to the last event. With `byHand` a person writes orders besides, as large as comes to mind.
 */
export async function runExchangeTrial(seed: number, mutant?: Mutant, story?: Story, byHand = false): Promise<TrialResult> {
  return await new Trial(seed, mutant, story, byHand).run();
}

class Trial {
  readonly #seed: number;
  readonly #mutant: Mutant | undefined;
  readonly #story: Story | undefined;
  readonly #clock = new VirtualClock(START);
  readonly #random: Random;
  readonly #exchange: LyingExchange;
  readonly #person: RandomPerson | undefined;
  readonly #journal = new DiskJournal();
  readonly #bars: readonly Bar[];
  readonly #books: number;
  readonly #markets: readonly Market[];
  readonly #crashes: Partial<Record<Place, number>> = {};
  readonly #violations: Violation[] = [];
  #trader: Trader | undefined;
  #boots = 0;
  #deaths = 0;
  #mostDeaths: number;
  #powerCuts = 0;
  #lost = 0;
  /** What the account holds before we trade. */
  readonly #opening: TrueHoldings;
  readonly #policy: ForeignPolicy;

  constructor(seed: number, mutant: Mutant | undefined, story: Story | undefined, byHand: boolean) {
    this.#seed = seed;
    this.#mutant = mutant;
    this.#story = story;
    this.#random = new Random(2 * seed);
    this.#person = byHand ? new RandomPerson(seed) : undefined;
    this.#books = 1 + this.#random.integer(2);
    // Two books are either on one market or on one each.
    this.#markets = INSTRUMENTS.slice(0, 1 + this.#random.integer(this.#books)).map((instrument) => ({ instrument, intervalMs: INTERVAL_MS }));
    this.#mostDeaths = this.#random.integer(MOST_CRASHES + 1);
    this.#bars = walk(this.#random);
    const instruments = this.#markets.map(({ instrument }) => instrument);
    this.#opening = { positions: instruments.map(() => LOT * this.#random.integer(4) * this.#random.integer(20)), money: CASH + this.#random.integer(1_000_000) };
    this.#policy = (['halt', 'adopt', 'ignore'] as const)[this.#random.integer(3)];
    this.#exchange = new LyingExchange({
      opening: this.#opening, fees: (['quote', 'base', 'coin'] as const)[this.#random.integer(3)], clock: this.#clock, random: new Random(2 * seed + 1), instruments,
      ...(story && { onStory: (text: string) => this.#tell('venue', text) }),
    });
  }

  async run(): Promise<TrialResult> {
    this.#price(this.#bars[0].open);
    this.#guarded(() => this.#boot('killed'));
    for (const bar of this.#bars) this.#schedule(bar);
    await this.#clock.run(START + BARS * INTERVAL_MS);
    this.#mostDeaths = 0;
    this.#trader?.life.spare();
    this.#tell('venue', 'behaves from here on');
    this.#exchange.behave();
    await this.#clock.run(this.#clock.now() + PATIENCE_MS);
    await this.#calm();
    const records = this.#journal.lines.map((line) => JSON.parse(line) as JournalRecord);
    const trader = this.#trader;
    if (trader?.ready === true) {
      this.#violations.push(...judge({ truth: this.#exchange.truth, engine: trader.engine, records, cash: CASH, instruments: this.#markets.map(({ instrument }) => instrument), opening: this.#opening, limit: this.#person ? Number.MAX_SAFE_INTEGER : this.#books * (UNITS * LOT + LOT - 1) }));
      await this.#restartTwice(stateOf(trader));
    } else {
      this.#violations.push({ invariant: 'knownState', detail: 'the process does not come up again' });
    }
    const { truth, temper } = this.#exchange;
    return {
      seed: this.#seed, intents: trader?.engine.books.reduce((sum, { signalId }) => sum + signalId, 0) ?? 0,
      orders: records.filter(({ kind }) => kind === 'order').length, accepted: truth.orders.length, fills: truth.fills.length, lost: this.#lost,
      faults: temper.counts, crashes: this.#crashes, powerCuts: this.#powerCuts, violations: this.#violations,
    };
  }

  /** Lets the world go on without faults until everything has come to its end, and has all of it reconciled. */
  async #calm(): Promise<void> {
    await this.#clock.run(this.#clock.now() + QUIET_MS);
    if (this.#trader?.ready === true) void this.#trader.courier.reconcile();
    await this.#clock.run(this.#clock.now() + QUIET_MS);
  }

  async #restartTwice(before: string): Promise<void> {
    const lines = this.#journal.lines.length;
    for (const time of ['first', 'second']) {
      if (this.#trader) this.#trader.life.alive = false;
      this.#exchange.hangUp();
      this.#guarded(() => this.#boot('killed'));
      await this.#calm();
      const after = this.#trader && stateOf(this.#trader);
      if (after !== before) this.#violations.push({ invariant: 'restart', detail: `the ${time} restart comes to another state` });
      if (this.#journal.lines.length !== lines) this.#violations.push({ invariant: 'restart', detail: `the ${time} restart writes ${this.#journal.lines.length - lines} records` });
    }
  }

  /** The market moves within a bar; at its end the process sees it, if it lives and knows where it stands. */
  #schedule(bar: Bar): void {
    const prices = [bar.open, bar.low, bar.high, bar.close];
    for (const [at, price] of prices.entries()) {
      this.#clock.after(bar.timestamp - START + ((at + 1) * INTERVAL_MS) / 5, () => {
        this.#price(price);
        this.#hear(price);
      });
    }
    const chance = this.#random.integer(16);
    const command: Command | undefined = chance === 0 ? { kind: 'flatten', reason: 'a person' } : chance === 1 ? { kind: 'halt', reason: 'a person' } : chance < 6 ? { kind: 'resume' } : undefined;
    this.#clock.after(bar.timestamp - START + INTERVAL_MS, () => {
      const trader = this.#trader;
      if (trader?.ready !== true || !trader.life.alive) return;
      const { life, ingest, engine } = trader;
      for (const market of this.#markets.keys()) ingest.admitBar(market, bar);
      const written = this.#person?.command(engine, `${bar.timestamp}`);
      if (written !== undefined && life.alive) ingest.admitCommand(written);
      if (command === undefined || !life.alive || (command.kind === 'resume') === (engine.risk.state.kind === 'active')) return;
      this.#tell('us', `a person says ${command.kind}`);
      ingest.admitCommand(command);
    });
  }

  /** All markets move alike, so that positions in them can be counted together. */
  #price(price: number): void {
    for (const market of this.#markets.keys()) this.#exchange.price(market, Math.round(price * 100));
  }

  /** The process hears the price, if it lives and knows where it stands. */
  #hear(price: number): void {
    const trader = this.#trader;
    if (trader?.ready !== true || !trader.life.alive) return;
    for (const market of this.#markets.keys()) trader.ingest.admitPrice(market, price, this.#clock.now());
  }

  /** Starts a process: it repeats the journal, and then asks the venue. */
  #boot(death: Death): void {
    this.#boots += 1;
    this.#journal.reopen(death);
    const dies = this.#deaths < this.#mostDeaths;
    const life = dies ? drawLife(this.#random, (place) => this.#die(place)) : new Life(undefined, 0, () => {});
    const wired = {
      gateway: mortalGateway(this.#exchange, life), journal: mortalJournal(this.#journal, life), clock: mortalClock(this.#clock, life), run: `chaos-${this.#seed}`,
    };
    const { gateway, journal, clock, run, linked = false }: Parts = this.#mutant?.plant(wired, this.#boots) ?? wired;
    const courier = new Courier({
      gateway, clock, sync: () => journal.sync(), feeOf: (fill) => feeOf(fill, INSTRUMENTS[fill.instrument], MONEY_SCALE, (currency) => (currency === FEE_COIN.currency ? FEE_COIN.worth : undefined)),
      onNote: (note) => { if (life.alive) this.#heard(note); },
    });
    const recorder = new Recorder(journal, INSTRUMENTS, MONEY_SCALE);
    const engine = new Engine({
      run, markets: this.#markets, cash: CASH, moneyScale: MONEY_SCALE, fees: noFee, client: linked ? tied(courier) : courier, audit: this.#audit(recorder, life),
      guards: [staleData(INTERVAL_MS), maxNotional(100 * UNITS * this.#books * 10), maxOrderRate(12, 60_000), positionLimit(this.#books * UNITS)],
      books: Array.from({ length: this.#books }, (_, book) => ({
        strategyName: `whim${book}`, strategy: new Whim(new Random(this.#seed * 7 + book)), market: book % this.#markets.length, sizing: { kind: 'units', units: String(UNITS) },
      })),
    });
    const holdings = new Holdings({
      engine, journal, instruments: this.#markets.map(({ instrument }) => instrument), currency: 'USD', margin: false, policy: this.#policy, onNote: (note) => { if (life.alive) this.#heard(note); },
    });
    courier.watch(holdings);
    const trader: Trader = { life, engine, courier, recorder, holdings, ingest: new Ingest(engine, this.#markets, journal, undefined, { manual: (command) => { engine.onManual(command); }, strategy() { /* None is changed here. */ }, limits() { /* Neither are these. */ } }), ready: false };
    this.#trader = trader;
    this.#repeat(trader);
    if (!life.alive) return;
    this.#tell('us', `a process starts, with ${this.#journal.lines.length} records behind it`);
    void this.#start(trader);
  }

  #repeat({ life, ingest, courier, holdings }: Trader): void {
    for (let record = this.#journal.ahead(); record && life.alive; record = this.#journal.ahead()) {
      if (!this.#repeated(record, ingest, courier, holdings)) throw new Divergence(this.#journal.sequence, JSON.stringify(record), 'not given');
    }
  }

  #repeated(record: JournalRecord, ingest: Ingest, courier: Courier, holdings: Holdings): boolean {
    if (record.kind === 'opening' || record.kind === 'stranger' || record.kind === 'difference' || record.kind === 'payment' || record.kind === 'place') {
      holdings.admit(record);
      return true;
    }
    if (record.kind === 'report') return courier.repeat(record.clientOrderId, (order) => reportOf(record, order, INSTRUMENTS, MONEY_SCALE));
    if (record.kind === 'price') return ingest.admitPrice(record.market, record.price, record.tsEvent);
    if (record.kind === 'command') ingest.admitCommand(record.command);
    if (record.kind !== 'bar') return record.kind === 'command';
    const [timestamp, open, high, low, close] = record.bar;
    return ingest.admitBar(record.market, { timestamp, open, high, low, close, volume: NaN }) === 'admitted';
  }

  async #start(trader: Trader): Promise<void> {
    const { life, courier } = trader;
    while (life.alive && !trader.ready) {
      try {
        await courier.start();
        trader.ready = true;
        this.#tell('us', 'has asked what happened before, and trades');
      } catch (error) {
        if (!(error instanceof VenueError)) throw error;
        this.#tell('us', `cannot reach the venue: ${error.message}`);
        await new Promise<void>((resolve) => void this.#clock.after(2_000, resolve));
      }
    }
  }

  #die(place: Place): void {
    const death: Death = this.#random.integer(2) === 0 ? 'killed' : 'power cut';
    this.#deaths += 1;
    if (death === 'power cut') this.#powerCuts += 1;
    this.#crashes[place] = (this.#crashes[place] ?? 0) + 1;
    this.#tell('us', `${death}, ${place}`);
    this.#exchange.hangUp();
    this.#clock.after(this.#random.integer(4) === 0 ? this.#random.integer(60_000) : this.#random.integer(3_000), () => this.#guarded(() => this.#boot(death)));
  }

  /** A journal that a restart does not repeat is a finding, not the end of the run. */
  #guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof Divergence)) throw error;
      if (this.#trader) this.#trader.life.alive = false;
      this.#trader = undefined;
      this.#violations.push({ invariant: 'restart', detail: error.message });
    }
  }

  #heard(note: CourierNote): void {
    if (note.kind === 'lost') this.#lost += 1;
    if (this.#story) this.#tell('us', noteText(note));
  }

  #audit(recorder: Recorder, life: Life): Audit {
    const tell = (text: () => string) => { if (this.#story && life.alive && this.#journal.ahead() === undefined) this.#tell('us', text()); };
    return {
      onOrder: (order) => {
        tell(() => `sends ${order.clientOrderId.slice(0, 6)}: ${order.leg} ${order.side} ${order.quantity} ${order.type}${order.type === 'market' ? '' : ` at ${order.price}`}`);
        recorder.onOrder(order);
      },
      onReport: (report) => {
        tell(() => `hears of ${report.order.clientOrderId.slice(0, 6)}: ${report.kind}${report.kind === 'filled' ? ` ${report.quantity}, trade ${report.venueTradeId}` : report.kind === 'rejected' ? `, ${report.reason}` : ''}`);
        recorder.onReport(report);
      },
      onDenial: (denial) => recorder.onDenial(denial),
    };
  }

  #tell(who: 'us' | 'venue', text: string): void {
    this.#story?.(this.#clock.now() - START, who, text);
  }
}

/** What the courier has to say, in a line. */
function noteText(note: CourierNote): string {
  const id = 'clientOrderId' in note ? note.clientOrderId.slice(0, 6) : '';
  switch (note.kind) {
    case 'outcome-unknown': return `does not know what became of ${id}: ${note.reason}`;
    case 'forgotten': case 'lost': return `gives ${id} up as ${note.kind}`;
    case 'missed-fill': return `finds trade ${note.tradeId} of ${id}, which the stream had not brought`;
    case 'external-order': return `sees order ${note.venueOrderId}, which is none of ours`;
    case 'contradiction': return `cannot believe what is said of ${id}: ${note.reason}`;
    case 'fills-missing': return `cannot find fills that the venue counts of ${id}`;
    case 'opening': return `meets the account, which holds ${Object.entries(note.positions).map(([id, quantity]) => `${quantity} of ${id}`).join(', ')}, and ${note.money}`;
    case 'difference': return `finds ${note.quantity} more of ${note.what} than it knew, and takes ${note.ours} over: ${note.policy}`;
    case 'payment': return `books ${note.flow} of ${note.paid} ${note.currency} on ${note.instrument}`;
    case 'refused': return `hears that ${id} is refused: ${note.reason}`;
    case 'no-window': return `gives up what nobody knows after ${note.giveUpMs} ms`;
    case 'retry': return `will ask again, ${note.what}: ${note.reason}`;
  }
}

/** A client that says it ties two exits together. */
function tied(client: ExecutionClient): ExecutionClient {
  return { connect: (sink) => client.connect(sink), submit: (order) => client.submit(order), cancel: (order) => client.cancel(order) };
}

/** All that a process knows, as one hash. */
function stateOf({ engine, recorder }: Trader): string {
  const books = engine.books.map(({ quantity, wanted, buying, selling, signalId, latched, orders, working }) => [
    quantity, wanted, buying, selling, signalId, latched, orders, Array.from({ length: working.length }, (_, at) => [working.at(at).order.clientOrderId, working.at(at).leaves]),
  ]);
  return causalId(JSON.stringify([engine.portfolio.account.cash, books]), recorder.digest());
}

/** No position beyond so many units, all that is on its way included, whatever of it fills. */
function positionLimit(units: number): Guard {
  return {
    rule: 'position',
    check: ({ exposure, mark }) => {
      const value = Math.round(exposure / mark);
      return value <= units ? undefined : { value, limit: units };
    },
  };
}

/** Changes its mind at random, sometimes with a stop, a take-profit, or both. */
class Whim implements Strategy {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  onBar({ close }: Bar, signal: Signal): void {
    const random = this.#random;
    if (random.integer(10) >= 4) return;
    signal.target = [-1, -0.5, 0, 0.5, 1][random.integer(5)];
    const side = Math.sign(signal.target) || NaN;
    const exit = random.integer(4);
    signal.stop = exit % 2 === 1 ? Math.round(close * (1 - side * 0.004) * 100) / 100 : NaN;
    signal.takeProfit = exit >= 2 ? Math.round(close * (1 + side * 0.004) * 100) / 100 : NaN;
  }
}

/** A walk of prices around 100. */
function walk(random: Random): Bar[] {
  let price = 10_000;
  const move = () => (price = Math.max(5_000, price + random.integer(81) - 40)) / 100;
  return Array.from({ length: BARS }, (_, at) => {
    const [open, first, second, close] = [move(), move(), move(), move()];
    return { timestamp: START + at * INTERVAL_MS, open, high: Math.max(open, first, second, close), low: Math.min(open, first, second, close), close, volume: NaN };
  });
}
