import type { ReactNode } from 'react';
import css from './instrument-name.module.css';

/** An instrument as people call it, its venue small behind: `BTC-USDT-PERP` of `BINANCE`. */
export function InstrumentName({ id }: { readonly id: string }): ReactNode {
  const cut = id.lastIndexOf('.');
  return cut < 0 ? id : <><span className={css.name}>{id.slice(0, cut)}</span> <span className={css.venue}>{id.slice(cut + 1)}</span></>;
}
