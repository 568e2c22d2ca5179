import * as exact from './exact.ts';
import type { Exact } from './exact.ts';
import { Position } from './position.ts';

// Constants, as `exact.ts` says.
const { add, mul, neg, rescale, sub } = exact;

/** How an instrument counts: decimals of one price unit and of one quantity unit. */
export interface InstrumentScales {
  readonly priceScale: number;
  readonly quantityScale: number;
}

/** What the ledger needs of a fill besides its instrument and side. */
export interface LedgerFill {
  /** Integer in the instrument's price scale. */
  readonly price: Exact;
  /** Positive integer in the instrument's quantity scale. */
  readonly quantity: Exact;
  /** Integer in the account's money scale; a fee model rounds it against us. Negative for a rebate. */
  readonly fee: Exact;
}

/** What an account pays, or receives, besides its trades and their fees. */
export type FlowKind =
  /** Between the longs and the shorts of a perpetual. */
  | 'funding'
  /** For what is lent: shares and coins sold short, money that a long position lacks. */
  | 'borrow'
  /** For a position held over the rollover, as currency brokers charge it. */
  | 'swap'
  /** A fee that is booked later than its trade. */
  | 'fee'
  /** The fee of a liquidation, less what of its loss the venue takes upon itself. */
  | 'liquidation';

/**
 * Cash and positions of one account in one currency, counted in integers of 10^-moneyScale.
 * Nothing rounds where `moneyScale` is at least priceScale + quantityScale of every instrument
 * and the decimals that its fees need; with a coarser one, a notional is rounded half-even. (Fields are declared as in `Order`.)
 */
export class Account {
  declare readonly moneyScale: number;
  declare readonly instruments: readonly InstrumentScales[];
  /** One per instrument, in the same order. */
  declare readonly positions: readonly Position[];
  cash: Exact = NaN;
  /** Paid in all by kind, in units of 10^-moneyScale; below zero what was received. */
  readonly flows: Record<FlowKind, Exact> = { funding: 0, borrow: 0, swap: 0, fee: 0, liquidation: 0 };

  constructor(cash: Exact, moneyScale: number, instruments: readonly InstrumentScales[]) {
    this.cash = cash;
    this.moneyScale = moneyScale;
    this.instruments = [...instruments];
    this.positions = instruments.map(() => new Position());
  }

  /** Adds a position of an instrument that has these scales. */
  addPosition(instrument: InstrumentScales): void {
    (this.instruments as InstrumentScales[]).push(instrument);
    (this.positions as Position[]).push(new Position());
  }

  /** Books a fill of the instrument at that index and returns the profit that it realised, before its fee. */
  applyFill(instrument: number, side: 'buy' | 'sell', { price, quantity, fee }: LedgerFill): Exact {
    const notional = this.notional(instrument, price, quantity);
    this.cash = sub(side === 'buy' ? sub(this.cash, notional) : add(this.cash, notional), fee);
    return this.positions[instrument].applyFill(side === 'buy' ? quantity : neg(quantity), notional, fee);
  }

  /** Books a payment, below zero where money is received; cash = opening + realised − cost of what is held − fees − Σ flows, to the unit. */
  applyFlow(kind: FlowKind, paid: Exact): void {
    this.cash = sub(this.cash, paid);
    this.flows[kind] = add(this.flows[kind], paid);
  }

  /** Money value of a quantity at a price; it has the quantity's sign. */
  notional(instrument: number, price: Exact, quantity: Exact): Exact {
    const scales = this.instruments[instrument];
    return rescale(mul(price, quantity), scales.priceScale + scales.quantityScale, this.moneyScale, 'half-even');
  }

  /** Cash and what all positions are worth at `marks`: a price per instrument, needed only where something is held. */
  equity(marks: readonly Exact[]): Exact {
    let equity = this.cash;
    for (let i = 0; i < this.positions.length; i++) {
      const held = this.position(i).quantity;
      if (held !== 0) equity = add(equity, this.notional(i, marks[i], held));
    }
    return equity;
  }

  /** Profit of what is held of one instrument at a price, before fees. */
  unrealised(instrument: number, mark: Exact): Exact {
    const { quantity, cost } = this.position(instrument);
    return sub(this.notional(instrument, mark, quantity), cost);
  }

  /** Profit of all that was closed, before fees. */
  get realised(): Exact {
    return this.positions.reduce<Exact>((sum, position) => add(sum, position.realised), 0);
  }

  /** Fees paid in all. */
  get fees(): Exact {
    return this.positions.reduce<Exact>((sum, position) => add(sum, position.fees), 0);
  }

  private position(instrument: number): Position {
    return this.positions[instrument];
  }
}
