import type { DatabaseSync } from 'node:sqlite';
import { checkBatch, checkReason, checkSeries } from '../../domain/bar-batch.ts';
import { gapsBetween, joinSpans, type Span } from '../../domain/span.ts';
import type { Timestamp } from '../../domain/time.ts';
import type { AppendCounts, BarBatch, BarRevision, MarketStore, RangeQuery, SeriesId, SeriesSummary, StoredBars } from '../../ports/market-store.ts';
import { BarCollector } from './bar-columns.ts';
import { compareWithKnown, type News } from '../../domain/bar-news.ts';
import { openDatabase, reading, transaction } from './database.ts';
import { StateTables } from './state-tables.ts';
import { allocateStates, copyState, currentRows, lowerBound, sliceStates, statesOfBars, type States } from '../../domain/bar-states.ts';

/** Sources, and reasons, that are told apart. */
const MOST_WORDS = 2 ** 16 - 1;
/** What is said of those beyond. */
const ANY_OTHER = 'one of many';

interface SeriesRow {
  readonly id: number;
  readonly last: number;
}

interface SpanRow {
  readonly begins: number;
  readonly ends: number;
}

/**
 * The market store in one SQLite file: chunks of columns with every state of every bar, and a few
 * rows of what came last. Several processes may read and write it at once; writers take turns. It
 * works while it is called, so a million bars hold the event loop for as long as they take.
 */
export class EmbeddedMarketStore implements MarketStore {
  readonly #path: string;
  readonly #database: DatabaseSync;
  readonly #tables: StateTables;

  /** Opens the store in the file at `path`, which is made where there is none. Throws `MarketStoreError`. */
  constructor(path: string) {
    this.#path = path;
    this.#database = openDatabase(path);
    this.#tables = new StateTables(this.#database, path);
  }

  async append(series: SeriesId, batch: BarBatch): Promise<AppendCounts> {
    checkBatch(series, batch);
    return this.#write(() => {
      const { id, last } = this.#makeSeries(series);
      const source = this.#idOf('source', 'name', batch.source);
      const states = statesOfBars(batch.bars, 0, batch.bars.length, source, batch.knownAt);
      const { fresh, added, revised, equal, released } = states.length > 0 && states.time[0] > last
        ? { fresh: states, added: states.length, revised: 0, equal: 0, released: 0 } : this.#compare(id, states);
      if (fresh.length > 0) {
        this.#tables.keep(id, fresh);
        this.#database.prepare(`UPDATE series SET bars = bars + ?, first = min(first, ?), last = max(last, ?), revisions = revisions + ?,
          quarantined = quarantined - ?, known_at = max(known_at, ?) WHERE id = ?`)
          .run(added, fresh.time[0], fresh.time[fresh.length - 1], revised, released, batch.knownAt, id);
        this.#database.prepare('INSERT OR IGNORE INTO series_source VALUES (?, ?)').run(id, source);
      }
      if (batch.covers !== undefined && batch.covers.length > 0) this.#cover(id, batch.covers);
      return { added, revised, equal };
    });
  }

  async range(series: SeriesId, query: RangeQuery = {}): Promise<StoredBars> {
    const { from = -Infinity, to = Infinity, asOf = Infinity, quarantined = false } = query;
    return this.#read(() => {
      const found = this.#find(series);
      if (found === undefined || !(from < to)) return new BarCollector(0, asOf, quarantined, []).bars();
      const pieces = this.#tables.pieces(found.id, from, to);
      const recent = this.#tables.recent(found.id, from, to);
      const room = pieces.reduce((sum, { chunk }) => sum + (chunk?.rows ?? 0), recent.length);
      const collector = new BarCollector(room, asOf, quarantined, this.#sources());
      for (const piece of pieces) {
        const { chunk } = piece;
        const isPlain = chunk?.plain === 1 && chunk.known_to <= asOf && lowerBound(recent.time, piece.from) === lowerBound(recent.time, piece.to);
        if (isPlain) collector.addPlain(this.#tables.open(chunk), piece.from, piece.to);
        else collector.addStates(this.#tables.statesOf(piece, recent));
      }
      return collector.bars();
    });
  }

  async latest(series: SeriesId, asOf: Timestamp = Infinity): Promise<BarRevision | undefined> {
    return this.#read(() => {
      const found = this.#find(series);
      if (found === undefined) return undefined;
      const recent = this.#tables.recent(found.id, -Infinity, Infinity);
      // Nearly always the last piece has it.
      for (const piece of this.#tables.pieces(found.id, -Infinity, Infinity).toReversed()) {
        const states = this.#tables.statesOf(piece, recent);
        const row = currentRows(states, asOf, false).at(-1);
        if (row !== undefined) return this.#revision(states, row);
      }
      return undefined;
    });
  }

  async revisions(series: SeriesId, time: Timestamp): Promise<readonly BarRevision[]> {
    return this.#read(() => {
      const found = this.#find(series);
      if (found === undefined) return [];
      const states = this.#statesAt(found.id, time);
      return Array.from({ length: states.length }, (_each, row) => this.#revision(states, row));
    });
  }

  async quarantine(series: SeriesId, times: readonly Timestamp[], reason: string | undefined, knownAt: Timestamp): Promise<number> {
    checkReason(reason);
    return this.#write(() => {
      const found = this.#find(series);
      if (found === undefined) return 0;
      const code = reason === undefined ? 0 : this.#idOf('reason', 'text', reason);
      const marked = allocateStates(times.length);
      let rows = 0;
      let more = 0;
      for (const time of [...new Set(times)].sort((a, b) => a - b)) {
        const states = this.#statesAt(found.id, time);
        const current = states.length - 1;
        if (current < 0 || states.reason[current] === code) continue;
        more += (code === 0 ? 0 : 1) - (states.reason[current] === 0 ? 0 : 1);
        copyState(states, current, marked, rows);
        marked.reason[rows] = code;
        marked.knownAt[rows] = Math.max(knownAt, states.knownAt[current]);
        rows++;
      }
      if (rows > 0) this.#tables.keep(found.id, sliceStates(marked, 0, rows));
      this.#database.prepare('UPDATE series SET revisions = revisions + ?, quarantined = quarantined + ?, known_at = max(known_at, ?) WHERE id = ?')
        .run(rows, more, rows > 0 ? knownAt : 0, found.id);
      return rows;
    });
  }

  async gaps(series: SeriesId, span: Span = { from: -Infinity, to: Infinity }): Promise<readonly Span[]> {
    return gapsBetween((await this.range(series, span)).timestamp, series.intervalMs);
  }

  async coverage(series: SeriesId): Promise<readonly Span[]> {
    return this.#read(() => {
      const found = this.#find(series);
      return found === undefined ? [] : this.#coverage(found.id);
    });
  }

  async list(instrument?: string): Promise<readonly SeriesSummary[]> {
    return this.#read(() => {
      const rows = this.#database.prepare('SELECT * FROM series WHERE bars > 0 AND instrument = coalesce(?, instrument) ORDER BY instrument, interval_ms').all(instrument ?? null) as
        unknown as (Omit<SeriesSummary, 'intervalMs' | 'knownAt' | 'sources'> & { id: number; interval_ms: number; known_at: number })[];
      const sources = this.#database.prepare('SELECT name FROM series_source JOIN source ON source.id = source WHERE series = ? ORDER BY name');
      return rows.map(({ id, instrument: name, interval_ms, bars, first, last, revisions, quarantined, known_at }) => ({
        instrument: name, intervalMs: interval_ms, bars, first, last, revisions, quarantined,
        sources: sources.all(id).map(({ name }) => String(name)), knownAt: known_at,
      }));
    });
  }

  async close(): Promise<void> {
    this.#database.close();
  }

  #write<T>(work: () => T): T {
    return transaction(this.#database, this.#path, work);
  }

  #read<T>(work: () => T): T {
    return reading(this.#database, this.#path, work);
  }

  #find({ instrument, intervalMs }: SeriesId): SeriesRow | undefined {
    return this.#database.prepare('SELECT id, last FROM series WHERE instrument = ? AND interval_ms = ?').get(instrument, intervalMs) as SeriesRow | undefined;
  }

  #makeSeries(series: SeriesId): SeriesRow {
    checkSeries(series);
    // Without a bar, any time is before its first and after its last.
    this.#database.prepare('INSERT OR IGNORE INTO series (instrument, interval_ms, bars, first, last, revisions, quarantined, known_at) VALUES (?, ?, 0, ?, ?, 0, 0, ?)')
      .run(series.instrument, series.intervalMs, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, Number.MIN_SAFE_INTEGER);
    return this.#find(series) ?? { id: 0, last: 0 };
  }

  #compare(series: number, batch: States): News {
    if (batch.length === 0) return { fresh: batch, added: 0, revised: 0, equal: 0, released: 0 };
    const recent = this.#tables.recent(series, batch.time[0], batch.time[batch.length - 1] + 1);
    const news = this.#tables.pieces(series, batch.time[0], batch.time[batch.length - 1] + 1).map((piece) => {
      const part = sliceStates(batch, lowerBound(batch.time, piece.from), lowerBound(batch.time, piece.to));
      return compareWithKnown(part, this.#tables.statesOf(piece, recent));
    });
    return joinNews(news);
  }

  #statesAt(series: number, time: Timestamp): States {
    const [piece] = this.#tables.pieces(series, time, time + 1);
    return piece === undefined ? allocateStates(0) : this.#tables.statesOf(piece, this.#tables.recent(series, time, time + 1));
  }

  #revision(states: States, row: number): BarRevision {
    const reason = states.reason[row];
    return {
      timestamp: states.time[row], open: states.open[row], high: states.high[row], low: states.low[row], close: states.close[row], volume: states.volume[row],
      source: this.#sources()[states.source[row]] ?? '', knownAt: states.knownAt[row],
      quarantine: reason === 0 ? undefined : String(this.#database.prepare('SELECT text FROM reason WHERE id = ?').get(reason)?.['text']),
    };
  }

  /** Names of all sources by their ids; 0 is none. */
  #sources(): readonly string[] {
    return ['', ...this.#database.prepare('SELECT name FROM source ORDER BY id').all().map(({ name }) => String(name))];
  }

  #idOf(table: 'source' | 'reason', column: 'name' | 'text', value: string): number {
    const known = this.#database.prepare(`SELECT id FROM ${table} WHERE ${column} = ?`).get(value)?.['id'];
    if (known !== undefined) return Number(known);
    const { used } = this.#database.prepare(`SELECT count(*) AS used FROM ${table}`).get() as { readonly used: number };
    // States hold 16 bits of it. The last number is that of all words that have none of their own.
    if (used >= MOST_WORDS) return MOST_WORDS;
    return Number(this.#database.prepare(`INSERT INTO ${table} (${column}) VALUES (?)`).run(used === MOST_WORDS - 1 ? ANY_OTHER : value).lastInsertRowid);
  }

  #coverage(series: number): readonly Span[] {
    const rows = this.#database.prepare('SELECT begins, ends FROM coverage WHERE series = ? ORDER BY begins').all(series) as unknown as SpanRow[];
    return rows.map(({ begins, ends }) => ({ from: begins, to: ends }));
  }

  #cover(series: number, covered: readonly Span[]): void {
    const spans = covered.reduce(joinSpans, this.#coverage(series));
    this.#database.prepare('DELETE FROM coverage WHERE series = ?').run(series);
    const insert = this.#database.prepare('INSERT INTO coverage VALUES (?, ?, ?)');
    for (const { from, to } of spans) insert.run(series, from, to);
  }
}

function joinNews(parts: readonly News[]): News {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  const fresh = allocateStates(parts.reduce((sum, part) => sum + part.fresh.length, 0));
  let at = 0;
  const counts = { added: 0, revised: 0, equal: 0, released: 0 };
  for (const part of parts) {
    for (let row = 0; row < part.fresh.length; row++) copyState(part.fresh, row, fresh, at++);
    counts.added += part.added;
    counts.revised += part.revised;
    counts.equal += part.equal;
    counts.released += part.released;
  }
  return { fresh, ...counts };
}
