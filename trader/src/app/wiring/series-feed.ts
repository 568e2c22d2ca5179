import { lastAtOrBefore, readingsOf, type Reading } from '../../domain/dated-series.ts';
import type { Timestamp } from '../../domain/time.ts';
import { findSeries, openSeries } from './economic.ts';

/** How long what was read from the store is good: a series that was refreshed meanwhile is seen after that. */
const REREAD_MS = 10 * 60_000;

/** What was known of a series, moment by moment, as of its last fetch. */
interface Course {
  readonly fetchedAt: Timestamp;
  readonly moments: readonly Timestamp[];
  readonly readings: readonly Reading[];
}

/** Stored series for a run that goes on while they are refreshed. */
export class SeriesFeed {
  readonly #home: string;
  readonly #onFault: (what: string) => void;
  readonly #courses = new Map<string, Course>();
  #readAt: Timestamp = 0;
  #reading = false;

  private constructor(home: string, onFault: (what: string) => void) {
    this.#home = home;
    this.#onFault = onFault;
  }

  /** Reads series from the store of a home. Refuses one that is not stored; throws `SeriesError`. `onFault` hears why they could not be read again. */
  static async open(home: string, ids: readonly string[], now: Timestamp, onFault: (what: string) => void): Promise<SeriesFeed> {
    const feed = new SeriesFeed(home, onFault);
    feed.follow(ids);
    if (ids.length > 0) await feed.#read(now);
    return feed;
  }

  /** From here on these are read as well; what is known of a new one is told once the store was read again. */
  follow(ids: readonly string[]): void {
    for (const id of ids) {
      if (this.#courses.has(id)) continue;
      this.#courses.set(id, { fetchedAt: NaN, moments: [], readings: [] });
      this.#readAt = -Infinity;
    }
  }

  /** What was known of each series at a moment; nothing for one of which nothing was. */
  *at(moment: Timestamp): Generator<readonly [string, Reading]> {
    for (const [id, { moments, readings }] of this.#courses) {
      const place = lastAtOrBefore(moments, moment);
      if (place >= 0) yield [id, readings[place]];
    }
  }

  /** Has the store read again, in the background, where that is due by the machine's clock. */
  refresh(now: Timestamp): void {
    if (this.#courses.size === 0 || this.#reading || now - this.#readAt < REREAD_MS) return;
    this.#read(now).catch((error: unknown) => { this.#onFault(error instanceof Error ? error.message : String(error)); });
  }

  async #read(now: Timestamp): Promise<void> {
    this.#reading = true;
    this.#readAt = now;
    const store = openSeries(this.#home);
    try {
      for (const [id, course] of this.#courses) {
        const summary = await findSeries(store, id);
        // Only a fetch changes a series, and reading a long one takes a while in which nothing is traded.
        if (summary.fetchedAt === course.fetchedAt) continue;
        const readings = readingsOf(await store.history(summary.id));
        this.#courses.set(id, { fetchedAt: summary.fetchedAt, moments: readings.map(({ availableAt }) => availableAt), readings });
      }
    } finally {
      this.#reading = false;
      await store.close();
    }
  }
}
