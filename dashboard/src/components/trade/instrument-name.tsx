import type { ReactNode } from 'react';
import css from './trade.module.css';

/** `BTC-USDT.BINANCE` as its two parts. */
export function splitInstrument(instrument: string): readonly [symbol: string, venue: string] {
  const point = instrument.lastIndexOf('.');
  return point < 0 ? [instrument, ''] : [instrument.slice(0, point), instrument.slice(point + 1)];
}

/** What is traded, in short for a table; the whole id with its venue on hover and for who listens. */
export function InstrumentName({ instrument }: { readonly instrument: string }): ReactNode {
  const [symbol, venue] = splitInstrument(instrument);
  return <strong className={css.instrument} title={instrument}>{symbol}<span className="spoken"> at {venue}</span></strong>;
}
