import type { Timestamp } from './time.ts';

/** What can hold a size down. */
export type SizingBound =
  /** The share of the Kelly fraction that was asked for. */
  | 'kelly'
  /** No edge: the lower bound of what the strategy's own trades say is not above 0. */
  | 'no-edge'
  /** Too few closed trades to speak of an edge: a fixed small risk. */
  | 'fixed-risk'
  /** A tenth of what may be lost before the nearest limit. */
  | 'room'
  /** The volatility that was asked for. */
  | 'volatility'
  /** Too few bars to tell the volatility. */
  | 'no-forecast'
  /** The largest share of equity that was asked for, or that the venue gives. */
  | 'cap';

/** A size that was decided, and why it is not larger. Values are in account money, of a full target. */
export interface Sized {
  /** Name of the sub-position. */
  readonly owner: string;
  /** Opening of the bar that was decided on. */
  readonly tsEvent: Timestamp;
  readonly target: number;
  /** The smallest bound. */
  readonly bound: SizingBound;
  readonly value: number;
  /** Every bound that was looked at. */
  readonly bounds: Readonly<Partial<Record<SizingBound, number>>>;
}
