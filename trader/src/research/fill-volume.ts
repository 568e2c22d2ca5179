import type { Bars } from '../domain/bar.ts';
import { toNumber } from '../domain/exact.ts';
import type { ExecutionReport } from '../domain/report.ts';
import type { Timestamp } from '../domain/time.ts';
import type { Audit, Market } from '../pipeline/engine.ts';

/**
 * Listens to a run and notes each fill's share of the volume of the bar that it traded on: Infinity
 * where that bar had none, NaN where its volume is unknown. The bar is the one that opened with the
 * fill, for an order at the market that waited for the open; else the one that the fill lies in or closes.
 */
export class FillVolumes implements Audit {
  readonly participations: number[] = [];
  readonly #markets: readonly Market[];
  readonly #bars: readonly Bars[];
  readonly #atOpen: boolean;

  constructor(markets: readonly Market[], bars: readonly Bars[], marketFill: 'next-open' | 'close') {
    this.#markets = markets;
    this.#bars = bars;
    this.#atOpen = marketFill === 'next-open';
  }

  onOrder(): void {}

  onDenial(): void {}

  onReport(report: ExecutionReport): void {
    if (report.kind !== 'filled') return;
    const { order, tsEvent, quantity } = report;
    const { timestamp, volume } = this.#bars[order.instrument];
    const after = firstFrom(timestamp, tsEvent);
    const opens = this.#atOpen && order.type === 'market' && timestamp[after] === tsEvent;
    const traded = volume[opens ? after : Math.max(0, after - 1)];
    this.participations.push(toNumber(quantity, this.#markets[order.instrument].instrument.quantityScale) / traded);
  }
}

/** Place of the first of some rising times that is not before another; as many as there are where none is. */
export function firstFrom(times: Float64Array, time: Timestamp): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = low + high >> 1;
    if (times[middle] < time) low = middle + 1;
    else high = middle;
  }
  return low;
}
