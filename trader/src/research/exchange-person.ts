import { Random } from '../domain/random.ts';
import type { Order } from '../domain/order.ts';
import type { Engine } from '../pipeline/engine.ts';
import type { Command, ManualCommand, ManualOrder } from '../ports/journal.ts';

/** A person who writes orders at random beside the strategies, without regard for what that makes of the account. */
export class RandomPerson {
  readonly #random: Random;

  constructor(seed: number) {
    this.#random = new Random(7 * seed + 3);
  }

  /** What is ordered at this moment; undefined for nothing. It draws as often whatever is open, so that a seed gives the same orders. */
  command(engine: Engine, id: string): (Command & ManualCommand) | undefined {
    const random = this.#random;
    const [what, market, pick] = [random.integer(12), random.integer(engine.instruments.length), random.integer(1_000)];
    const at = 0.97 + random.integer(60) / 1_000;
    const order = this.#order(engine, market, at);
    const mark = engine.portfolio.marks[market];
    if (Number.isNaN(mark)) return undefined;
    const { instrument } = order;
    const open = openByHand(engine);
    const some = open[pick % Math.max(1, open.length)];
    if (what < 3) return { kind: 'place', id, order };
    if (what < 6) return { kind: 'place', id, order: { ...order, type: 'limit', timeInForce: 'gtc', price: (mark * at).toFixed(2), reduceOnly: pick % 3 === 0 } };
    if (what === 6 && some !== undefined) return { kind: 'amend', id, clientOrderId: some.clientOrderId, price: (engine.portfolio.marks[some.instrument] * at).toFixed(2), quantity: order.quantity };
    if (what === 7 && some !== undefined) return { kind: 'cancel', id, clientOrderId: some.clientOrderId };
    if (what === 8) return { kind: 'close', id, instrument };
    if (what === 9) return { kind: 'protect', id, instrument, stop: null };
    return what === 10 ? { kind: 'cancel-all', id } : undefined;
  }

  #order(engine: Engine, market: number, at: number): ManualOrder {
    const side = this.#random.integer(2) === 0 ? 'buy' : 'sell';
    const exits = this.#random.integer(2) === 0;
    const [below, above] = [0.95, 1.05].map((share) => (engine.portfolio.marks[market] * share * at).toFixed(2));
    return {
      instrument: engine.instruments[market].id, side, type: 'market', timeInForce: 'ioc', quantity: String(1 + this.#random.integer(3)),
      ...(exits && { stop: side === 'buy' ? below : above, takeProfit: side === 'buy' ? above : below }),
    };
  }
}

function openByHand({ books }: Engine): readonly Order[] {
  return books.flatMap(({ working }) => Array.from({ length: working.length }, (_, at) => working.at(at).order)).filter(({ leg }) => leg === 'manual');
}
