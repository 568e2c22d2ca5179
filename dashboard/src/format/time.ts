const STYLES = {
  /** With the person's zone, as its letters or its distance from UTC. */
  clock: { hour: '2-digit', minute: '2-digit', timeZoneName: 'short' },
  seconds: { hour: '2-digit', minute: '2-digit', second: '2-digit', timeZoneName: 'short' },
  day: { day: '2-digit', month: 'short', year: 'numeric' },
  calendar: { day: '2-digit', month: 'short', year: 'numeric', timeZone: 'UTC' },
} as const satisfies Readonly<Record<string, Intl.DateTimeFormatOptions>>;

const made = new Map<keyof typeof STYLES, Intl.DateTimeFormat>();

/** Made when it is first needed: the first of a page takes a phone longer than most parts of the page do. */
function written(style: keyof typeof STYLES, date: Date): string {
  let format = made.get(style);
  if (format === undefined) made.set(style, format = new Intl.DateTimeFormat('en-GB', STYLES[style]));
  return format.format(date);
}

/** How much of a time is written. `calendar` is for what is of a day and not of a moment, as an economic figure or a daily bar: it is the same day in every zone. */
export type TimeDetail = 'minute' | 'second' | 'day' | 'day-minute' | 'day-second' | 'calendar';

/** A time in the person's zone, with the zone's name; milliseconds since 1970 UTC. */
export function formatTime(at: number, detail: TimeDetail = 'minute'): string {
  const date = new Date(at);
  if (detail === 'calendar') return written('calendar', date);
  const parts: string[] = [];
  if (detail.startsWith('day')) parts.push(written('day', date));
  if (detail !== 'day') parts.push(written(detail.endsWith('second') ? 'seconds' : 'clock', date));
  return parts.join(' ');
}

/** The same time in UTC, to the second: `2026-11-21 09:03:11 UTC`. */
export function formatUtc(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** How long something took or is ago: `0.4 s`, `12 s`, `4 m`, `3 h 5 m`, `2 d`. */
export function formatSpan(ms: number): string {
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} m`;
  return `${Math.floor(hours / 24)} d`;
}

/** A stopwatch: `0:24`, `12:07`, `1:02:09`. */
export function formatStopwatch(ms: number): string {
  const total = Math.max(0, Math.floor(ms / 1000));
  const pad = (n: number): string => String(n).padStart(2, '0');
  const hours = Math.floor(total / 3600);
  const minutes = Math.floor(total / 60) % 60;
  return hours > 0 ? `${hours}:${pad(minutes)}:${pad(total % 60)}` : `${minutes}:${pad(total % 60)}`;
}
