import type { BarColumns } from './bar-columns.ts';

/** Minutes of the day in New York between which US exchanges trade: 9:30 to 16:00. */
const OPENS = 9 * 60 + 30;
const CLOSES = 16 * 60;
const DAY_MS = 86_400_000;

/** What stands under a chart whose bars are shaded outside of the session; undefined for a market that has none, or bars too long to show it. */
export function sessionText(assetClass: string, intervalMs: number): string | undefined {
  return assetClass === 'equity' && intervalMs < DAY_MS ? 'Shaded: outside of the regular session, 9:30 to 16:00 in New York.' : undefined;
}

/** The places of the bars that begin outside of the regular session of a US share; holidays are not known, and have no bars of it. */
export function outsideSession({ time }: Pick<BarColumns, 'time'>): readonly boolean[] {
  // Made here, since it takes its time and most markets have no session.
  const newYork = new Intl.DateTimeFormat('en-US', { timeZone: 'America/New_York', weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  return time.map((at) => {
    const parts = Object.fromEntries(newYork.formatToParts(at).map(({ type, value }) => [type, value]));
    const minute = Number(parts['hour']) * 60 + Number(parts['minute']);
    return parts['weekday'] === 'Sat' || parts['weekday'] === 'Sun' || minute < OPENS || minute >= CLOSES;
  });
}
