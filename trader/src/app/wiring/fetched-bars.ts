import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { BarSet } from '../../adapters/bars/column-file.ts';
import { QualityMeter } from '../../adapters/bars/quality.ts';
import { EmbeddedMarketStore } from '../../adapters/market-store/embedded-market-store.ts';
import { allocateBars, BAR_COLUMNS, sliceBars, type Bars } from '../../domain/bar.ts';
import type { SeriesSummary } from '../../ports/market-store.ts';
import { marketStorePath } from './market-store-path.ts';

/** The series that were fetched into a state folder, by instrument and interval. */
export async function listFetched(home: string): Promise<readonly SeriesSummary[]> {
  if (!existsSync(marketStorePath(home))) return [];
  const store = new EmbeddedMarketStore(marketStorePath(home));
  try {
    return await store.list();
  } finally {
    await store.close();
  }
}

/** A fetched series as a backtest reads bars: what is known now, out of quarantine, held in memory. */
export async function openFetched(home: string, instrument: string, intervalMs: number): Promise<BarSet> {
  const store = new EmbeddedMarketStore(marketStorePath(home));
  try {
    return heldBars(instrument, intervalMs, await store.range({ instrument, intervalMs }));
  } finally {
    await store.close();
  }
}

function heldBars(instrument: string, intervalMs: number, bars: Bars): BarSet {
  const meter = new QualityMeter(instrument);
  meter.add(bars);
  const quality = meter.report(intervalMs);
  const hash = createHash('sha256');
  for (const column of BAR_COLUMNS) hash.update(new Uint8Array(bars[column].buffer, bars[column].byteOffset, bars[column].byteLength));
  const { length } = bars;
  const read = (from = 0, to = length, shared = false) => {
    const copy = allocateBars(to - from, shared);
    for (const column of BAR_COLUMNS) copy[column].set(bars[column].subarray(from, to));
    return copy;
  };
  return {
    length, intervalMs, quality, priceDecimals: quality.priceDecimals, sha256: hash.digest('hex'), read,
    *blocks(from = 0, to = length, rows = length) {
      for (let at = from; at < to; at += rows) yield sliceBars(bars, at, Math.min(to, at + rows));
    },
    indexOf(timestamp) {
      const index = bars.timestamp.findIndex((time) => time >= timestamp);
      return index < 0 ? length : index;
    },
    close() {},
  };
}
