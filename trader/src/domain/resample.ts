import { allocateBars, sliceBars, type Bars } from './bar.ts';

/**
 * Bars of a longer interval: buckets aligned to the Unix epoch in UTC (so days begin at midnight UTC,
 * weeks on Thursday), each with the first open, highest high, lowest low, last close and the summed
 * volume, NaN only where no bar of the bucket has one. A bucket without bars is no bar.
 *
 * The last bucket is dropped unless it is complete, that is unless the last bar reaches its end; the
 * bar's own length is the shortest step of the series. `keepIncomplete` keeps it, as does nothing else:
 * its close and volume may yet change. A first bucket that begins late is kept.
 */
export function resample(bars: Bars, intervalMs: number, keepIncomplete = false): Bars {
  if (!(intervalMs > 0 && Number.isInteger(intervalMs))) throw new RangeError(`an interval of ${intervalMs} ms`);
  const buckets = allocateBars(bars.length);
  let count = 0;
  let start = NaN;
  let shortest = Infinity;
  for (let row = 0; row < bars.length; row++) {
    const time = bars.timestamp[row];
    if (row > 0) shortest = Math.min(shortest, time - bars.timestamp[row - 1]);
    const bucketStart = Math.floor(time / intervalMs) * intervalMs;
    const bucket = bucketStart === start ? count - 1 : count++;
    if (bucketStart !== start) {
      start = bucketStart;
      buckets.timestamp[bucket] = start;
      buckets.open[bucket] = bars.open[row];
      buckets.high[bucket] = bars.high[row];
      buckets.low[bucket] = bars.low[row];
      buckets.volume[bucket] = bars.volume[row];
    } else {
      buckets.high[bucket] = Math.max(buckets.high[bucket], bars.high[row]);
      buckets.low[bucket] = Math.min(buckets.low[bucket], bars.low[row]);
      buckets.volume[bucket] = addVolume(buckets.volume[bucket], bars.volume[row]);
    }
    buckets.close[bucket] = bars.close[row];
  }
  if (shortest < Infinity && shortest > intervalMs) throw new RangeError(`bars of ${shortest} ms do not make bars of ${intervalMs} ms`);
  const complete = bars.timestamp[bars.length - 1] + shortest >= start + intervalMs && shortest < Infinity;
  return sliceBars(buckets, 0, count > 0 && !complete && !keepIncomplete ? count - 1 : count);
}

function addVolume(sum: number, volume: number): number {
  return Number.isNaN(sum) ? volume : Number.isNaN(volume) ? sum : sum + volume;
}
