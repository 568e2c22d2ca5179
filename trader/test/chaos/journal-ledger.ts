import { readFileSync } from 'node:fs';
import type { JournalRecord, OrderRecord } from '../../src/ports/journal.ts';

/** A journal as it lies on the disk: its bytes, its records, and where each of them ends. */
export interface JournalImage {
  readonly bytes: Buffer;
  readonly records: readonly JournalRecord[];
  /** Bytes up to and with record `i`. */
  readonly ends: readonly number[];
}

/** Reads the records of a journal by splitting lines: on purpose not by the product's own reader. */
export function readJournal(path: string): JournalImage {
  const bytes = readFileSync(path);
  const records: JournalRecord[] = [];
  const ends: number[] = [];
  for (let start = 0, stop; (stop = bytes.indexOf(10, start)) >= 0; start = stop + 1) {
    records.push(JSON.parse(bytes.toString('utf8', start + 9, stop)) as JournalRecord);
    ends.push(stop + 1);
  }
  return { bytes, records, ends };
}

/** Whether a record came from outside; all others are the engine's own. */
export function isInput({ kind }: JournalRecord): boolean {
  return kind === 'bar' || kind === 'command' || kind === 'reading' || kind === 'stop' || kind === 'run';
}

interface Setup {
  readonly cash: string;
  readonly markets: readonly { readonly instrument: { readonly id: string }; readonly intervalMs: number }[];
  readonly books: readonly { readonly strategy: string; readonly market: number }[];
}

interface Holding {
  readonly instrument: string;
  quantity: bigint;
  readonly open: Map<string, { readonly order: OrderRecord; leaves: bigint }>;
}

/**
 * What a run has come to, reckoned from the records alone: every fill's price, quantity and fee, and
 * the last close of each market. It shares no code with the engine whose states it is compared with.
 */
export class JournalLedger {
  readonly #setup: Setup;
  #sequence = 1;
  #cash: bigint;
  #tsEvent = NaN;
  #moments = 0;
  #orders = 0;
  #fills = 0;
  #denials = 0;
  #trading: 'active' | 'halted' = 'active';
  readonly #marks = new Map<string, bigint>();
  readonly #books = new Map<string, Holding>();

  /** Begins with the first record, `run`. */
  constructor(head: JournalRecord | undefined) {
    if (head?.kind !== 'run') throw new Error('the first record is not that of a run');
    this.#setup = head.setup as Setup;
    this.#cash = parse(this.#setup.cash);
    for (const { strategy, market } of this.#setup.books) {
      const instrument = this.#market(market).instrument.id;
      this.#books.set(`${strategy}@${instrument}`, { instrument, quantity: 0n, open: new Map() });
    }
  }

  /** Records taken in so far. */
  get sequence(): number {
    return this.#sequence;
  }

  /** Takes in the next record. */
  add(record: JournalRecord): void {
    this.#sequence += 1;
    switch (record.kind) {
      case 'bar': {
        const { instrument, intervalMs } = this.#market(record.market);
        if (record.bar[0] + intervalMs !== this.#tsEvent) this.#moments += 1;
        this.#tsEvent = record.bar[0] + intervalMs;
        this.#marks.set(instrument.id, parse(String(record.bar[4])));
        break;
      }
      case 'order':
        this.#orders += 1;
        this.#book(record.book).open.set(record.clientOrderId, { order: record, leaves: parse(record.quantity) });
        break;
      case 'report':
        this.#report(record);
        break;
      case 'denial':
        this.#denials += 1;
        break;
      case 'command':
        this.#trading = record.command.kind === 'resume' ? 'active' : 'halted';
        break;
      // What a run at a venue's account journals besides is none of a run on paper.
      default:
        break;
    }
  }

  /** The state as `paper --json` tells it. */
  state(): Readonly<Record<string, unknown>> {
    const books = [...this.#books];
    const net = this.#setup.markets.map(({ instrument: { id } }) => [id, sum(books.filter(([, book]) => book.instrument === id).map(([, book]) => book.quantity))] as const);
    const equity = this.#cash + sum(books.map(([, book]) => times(book.quantity, this.#marks.get(book.instrument) ?? 0n)));
    return {
      tsEvent: Number.isNaN(this.#tsEvent) ? null : new Date(this.#tsEvent).toISOString(),
      equity: format(equity), cash: format(this.#cash),
      positions: held(net), books: held(books.map(([name, { quantity }]) => [name, quantity] as const)),
      openOrders: books.flatMap(([, { open }]) => [...open.values()].map(({ order }) => order)),
      journalSequence: this.#sequence, orders: this.#orders, fills: this.#fills, denials: this.#denials,
      equityPoints: this.#moments, trading: this.#trading, propFirm: null,
    };
  }

  #report(record: JournalRecord & { kind: 'report' }): void {
    if (record.report === 'accepted') return;
    const book = [...this.#books.values()].find(({ open }) => open.has(record.clientOrderId));
    const working = book?.open.get(record.clientOrderId);
    if (book === undefined || working === undefined) throw new Error(`a report of ${record.clientOrderId}, which is not open`);
    if (record.report !== 'filled') {
      book.open.delete(record.clientOrderId);
      return;
    }
    const { price = '', quantity = '', fee = '' } = record;
    const signed = working.order.side === 'buy' ? parse(quantity) : -parse(quantity);
    this.#fills += 1;
    this.#cash -= times(signed, parse(price)) + parse(fee);
    book.quantity += signed;
    working.leaves -= parse(quantity);
    if (working.leaves < 0n) throw new Error(`more than all of ${record.clientOrderId} was filled`);
    if (working.leaves === 0n) book.open.delete(record.clientOrderId);
  }

  #market(index: number): Setup['markets'][number] {
    const market = this.#setup.markets[index];
    if (market === undefined) throw new Error(`there is no market ${index}`);
    return market;
  }

  #book(name: string): Holding {
    const book = this.#books.get(name);
    if (book === undefined) throw new Error(`there is no book ${name}`);
    return book;
  }
}

/** Decimals are integers of this many places here; prices times quantities of real instruments have fewer. */
const PLACES = 20;

function parse(text: string): bigint {
  const [whole = '', part = ''] = text.split('.');
  return BigInt(whole + part.padEnd(PLACES, '0'));
}

function format(amount: bigint): string {
  const digits = (amount < 0n ? -amount : amount).toString().padStart(PLACES + 1, '0');
  const text = `${digits.slice(0, -PLACES)}.${digits.slice(-PLACES)}`.replace(/\.?0+$/, '');
  return amount < 0n ? `-${text}` : text;
}

function times(a: bigint, b: bigint): bigint {
  return (a * b) / 10n ** BigInt(PLACES);
}

function sum(amounts: readonly bigint[]): bigint {
  return amounts.reduce((total, amount) => total + amount, 0n);
}

function held(quantities: readonly (readonly [string, bigint])[]): Readonly<Record<string, string>> {
  return Object.fromEntries(quantities.filter(([, quantity]) => quantity !== 0n).map(([name, quantity]) => [name, format(quantity)]));
}
