import type { Instrument } from '../domain/instrument.ts';
import type { FeeModel } from '../ports/execution.ts';
import type { Strategy } from '../ports/strategy.ts';
import { Book } from './book.ts';
import { createSizer, type Sizing } from './sizing.ts';

/** One strategy on one market. */
export interface BookSpec {
  /** Names it in ids and displays: `macd`. */
  readonly strategyName: string;
  readonly strategy: Strategy;
  /** Index into the markets. */
  readonly market: number;
  readonly sizing: Sizing;
}

/** Makes the sub-positions of a run, each with a name of its own. */
export class BookMaker {
  readonly #run: string;
  readonly #instruments: readonly Instrument[];
  readonly #moneyScale: number;
  readonly #feesOf: (market: number) => FeeModel;
  readonly #names = new Map<string, number>();
  #made = 0;

  constructor(run: string, instruments: readonly Instrument[], moneyScale: number, feesOf: (market: number) => FeeModel) {
    this.#run = run;
    this.#instruments = instruments;
    this.#moneyScale = moneyScale;
    this.#feesOf = feesOf;
  }

  /** The next one. Throws RangeError where its sizing cannot be read. */
  make({ strategyName, strategy, market, sizing }: BookSpec): Book {
    const instrument = this.#instruments[market];
    const name = `${strategyName}@${instrument.id}`;
    // Ids of orders are made of the name: one strategy twice on a market, with other parameters, needs two.
    const namesakes = (this.#names.get(name) ?? 0) + 1;
    this.#names.set(name, namesakes);
    const sizer = createSizer(sizing, instrument, this.#feesOf(market), this.#moneyScale);
    return new Book(this.#run, namesakes === 1 ? name : `${name}#${namesakes}`, this.#made++, market, sizer.watch?.(strategy) ?? strategy, sizer);
  }
}
