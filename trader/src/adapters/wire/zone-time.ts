import type { Timestamp } from '../../domain/time.ts';
import { DAY_MS } from '../../domain/time.ts';

const FORMATS = new Map<string, Intl.DateTimeFormat>();

/** Midnight UTC of the day that a moment has in a zone. Throws RangeError for a zone that there is not. */
export function zoneDay(time: Timestamp, zone: string): Timestamp {
  return Math.floor((time + zoneOffsetMs(time, zone)) / DAY_MS) * DAY_MS;
}

/** Whether there is such a zone. */
export function isZone(zone: string): boolean {
  try {
    zoneDay(0, zone);
    return true;
  } catch {
    return false;
  }
}

/** How far a zone's clocks are ahead of UTC. */
function zoneOffsetMs(time: Timestamp, zone: string): number {
  let format = FORMATS.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', { timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' });
    FORMATS.set(zone, format);
  }
  const parts = Object.fromEntries(format.formatToParts(time).map(({ type, value }) => [type, Number(value)]));
  const shown = Date.UTC(parts['year'] ?? NaN, (parts['month'] ?? NaN) - 1, parts['day'], parts['hour'], parts['minute'], parts['second']);
  return shown - Math.floor(time / 1_000) * 1_000;
}
