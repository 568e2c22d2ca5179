import type { Bar } from '../domain/bar.ts';
import type { ParameterValues } from '../domain/parameters.ts';
import type { Timestamp } from '../domain/time.ts';
import type { Command, StrategyCommand } from '../ports/journal.ts';
import type { SeriesReading, Strategy, StrategyDefinition } from '../ports/strategy.ts';
import type { Book } from './book.ts';
import type { Engine, Market } from './engine.ts';

/** What a book's strategy is made of. */
export interface Recipe {
  readonly definition: StrategyDefinition;
  readonly parameters: ParameterValues;
  /** Of the series that it reads, in its order. */
  readonly readings: readonly SeriesReading[];
}

/** A change of a book by a command. */
export interface RosterChange {
  readonly command: Command & StrategyCommand;
  readonly tsEvent: Timestamp;
  readonly change: 'started' | 'stopped' | 'parameters';
  readonly from: ParameterValues;
  readonly to: ParameterValues;
}

/** A book of a strategy, and what was made of it since the run began. */
export interface RosterEntry {
  readonly book: Book;
  recipe: Recipe;
  stopped: boolean;
  readonly changes: RosterChange[];
  /** Bars that its market had seen before the first that this strategy looked at. */
  from: number;
}

/** Decides nothing: what a book wants stays as it is. */
const NONE: Strategy = { onBar() { /* It stays as it is. */ } };

/** Past bars that a strategy is warmed up on, at least, where the run has seen so many. */
const PAST_BARS = 5_000;

/**
 * Which strategy decides in which book, and how it came to that. A strategy that is exchanged looks at the
 * run's own past bars first, so its indicators are whole, and is in force from the next bar on. All of it follows
 * from bars and commands, so a journal repeats it.
 */
export class Roster {
  readonly entries: RosterEntry[] = [];
  readonly #engine: Engine;
  readonly #markets: readonly Market[];
  readonly #over: (strategy: Strategy) => Strategy;
  readonly #find: (name: string) => StrategyDefinition | undefined;
  readonly #readingOf: (series: string) => SeriesReading;
  readonly #past: Bar[][];
  readonly #seen: number[];

  /** `over` stands around each strategy of the run, as its ramp does; `find` knows those that may be added, `readingOf` what they read of a series. */
  constructor(engine: Engine, markets: readonly Market[], recipes: readonly Recipe[], over: (strategy: Strategy) => Strategy, find: (name: string) => StrategyDefinition | undefined, readingOf: (series: string) => SeriesReading) {
    this.#engine = engine;
    this.#markets = markets;
    this.#over = over;
    this.#find = find;
    this.#readingOf = readingOf;
    this.#past = markets.map(() => []);
    this.#seen = markets.map(() => 0);
    recipes.forEach((recipe, index) => this.entries.push({ book: engine.books[index], recipe, stopped: false, changes: [], from: 0 }));
  }

  /** Keeps a bar that was admitted. */
  see(market: number, { timestamp, open, high, low, close, volume }: Bar): void {
    const past = this.#past[market];
    past.push({ timestamp, open, high, low, close, volume });
    this.#seen[market] += 1;
    if (past.length >= 2 * PAST_BARS) past.splice(0, past.length - PAST_BARS);
  }

  /** The bars of a market that are kept, oldest first. */
  past(market: number): readonly Bar[] {
    return this.#past[market];
  }

  /** How many bars of a market there were. */
  seen(market: number): number {
    return this.#seen[market];
  }

  /** The entry of a book by its name. */
  entry(name: string): RosterEntry | undefined {
    return this.entries.find(({ book }) => book.name === name);
  }

  /** Bars until the first opinion of an entry. */
  warmupLeft({ book, recipe: { definition, parameters }, from }: RosterEntry): number {
    return Math.max(0, definition.warmup(parameters) - (this.#seen[book.instrument] - from));
  }

  /** Carries out a command. Throws RangeError where its book, market or strategy is not there: it was checked before it was admitted. */
  take(command: Command & StrategyCommand): void {
    if (command.kind === 'add-strategy') {
      this.#add(command);
      return;
    }
    const entry = this.entry(command.book);
    if (entry === undefined) throw new RangeError(`there is no book ${command.book}`);
    const from = entry.recipe.parameters;
    if (command.kind === 'stop-strategy') {
      this.#stop(entry, command.positions === 'flat');
      this.#note(entry, command, 'stopped', from);
      return;
    }
    entry.recipe = { ...entry.recipe, parameters: command.parameters as ParameterValues };
    const starts = command.kind === 'start-strategy';
    // One that is stopped takes them when it is started again.
    if (starts || !entry.stopped) this.#exchange(entry);
    if (starts) entry.stopped = false;
    this.#note(entry, command, starts ? 'started' : 'parameters', from);
  }

  #add(command: Command & StrategyCommand & { readonly kind: 'add-strategy' }): void {
    const definition = this.#find(command.strategy);
    const market = this.#markets.findIndex(({ instrument }) => instrument.id === command.instrument);
    if (definition === undefined || market < 0) throw new RangeError(`there is no ${definition === undefined ? command.strategy : command.instrument}`);
    const parameters = command.parameters as ParameterValues;
    const book = this.#engine.addBook({ strategyName: definition.name, strategy: NONE, market, sizing: { kind: 'fraction', fraction: command.fraction } });
    const entry: RosterEntry = { book, recipe: { definition, parameters, readings: (command.series ?? []).map((id) => this.#readingOf(id)) }, stopped: false, changes: [], from: 0 };
    this.entries.push(entry);
    this.#exchange(entry);
    this.#note(entry, command, 'started', parameters);
  }

  /** Its opinion is what it was from here on; what it holds is closed where `flat`, else stays with its exits. */
  #stop(entry: RosterEntry, flat: boolean): void {
    const { book } = entry;
    entry.stopped = true;
    book.strategy = NONE;
    Object.assign(book.signal, { target: book.target, stop: book.stop, trail: book.trail, takeProfit: book.takeProfit });
    if (!flat) {
      this.#engine.withdraw([book]);
      return;
    }
    // Whatever it wants when it is started again is a new opinion.
    book.target = book.signal.target = 0;
    this.#engine.close([book]);
  }

  /** Has a new strategy look at the past and decide from the next bar on. What the one before it wanted stands until then. */
  #exchange(entry: RosterEntry): void {
    const { book, recipe: { definition, parameters, readings } } = entry;
    const past = this.#past[book.instrument];
    entry.from = this.#seen[book.instrument] - past.length;
    const strategy = this.#over(definition.create(parameters, readings));
    Object.assign(book.signal, { target: 0, stop: NaN, trail: NaN, takeProfit: NaN });
    for (const bar of past) strategy.onBar(bar, book.signal);
    book.strategy = book.sizer.watch?.(strategy) ?? strategy;
  }

  #note(entry: RosterEntry, command: Command & StrategyCommand, change: RosterChange['change'], from: ParameterValues): void {
    entry.changes.push({ command, tsEvent: this.#engine.now, change, from, to: entry.recipe.parameters });
  }
}
