import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import { MarketStoreError } from '../../domain/market-store-error.ts';
import { ChunkReader, encodeStates } from './chunk-codec.ts';
import { allocateStates, lowerBound, mergeStates, sliceStates, type States } from '../../domain/bar-states.ts';

/** States in a chunk: few enough that a short read decodes little, enough that a long one asks seldom. */
const CHUNK_ROWS = 4_096;
/** States of a series that are kept as rows before they are put into its chunks. */
const RECENT_ROWS = 128;

/** A chunk without its states. */
export interface ChunkHead {
  readonly id: number;
  readonly first: number;
  readonly last: number;
  readonly rows: number;
  /** 1: one state for each time, none in quarantine. */
  readonly plain: number;
  /** The latest `knownAt` of its states. */
  readonly known_to: number;
}

/** The times that one chunk is responsible for: from its first to that of the next one; the first chunk also for all before. */
export interface Piece {
  readonly chunk: ChunkHead | undefined;
  /** Inclusive. */
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
}

interface RecentRow {
  readonly time: number; readonly known_at: number; readonly open: number; readonly high: number; readonly low: number;
  readonly close: number; readonly volume: number | null; readonly source: number; readonly reason: number;
}

/** The tables in which a store's states lie. Callers bracket calls in transactions. */
export class StateTables {
  readonly #path: string;
  readonly #heads: StatementSync;
  readonly #states: StatementSync;
  readonly #insertChunk: StatementSync;
  readonly #deleteChunk: StatementSync;
  readonly #recents: StatementSync;
  readonly #countRecents: StatementSync;
  readonly #insertRecent: StatementSync;
  readonly #deleteRecents: StatementSync;

  constructor(database: DatabaseSync, path: string) {
    this.#path = path;
    // From the last chunk that begins at or before `from`, or else the first one.
    this.#heads = database.prepare(`SELECT id, first, last, rows, plain, known_to FROM chunk WHERE series = :series AND first < :to
      AND first >= coalesce((SELECT max(first) FROM chunk WHERE series = :series AND first <= :from), (SELECT min(first) FROM chunk WHERE series = :series), 0) ORDER BY first`);
    this.#states = database.prepare('SELECT checksum, states FROM chunk WHERE id = ?');
    this.#insertChunk = database.prepare('INSERT INTO chunk (series, first, last, rows, plain, known_to, checksum, states) VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
    this.#deleteChunk = database.prepare('DELETE FROM chunk WHERE id = ?');
    this.#recents = database.prepare('SELECT time, known_at, open, high, low, close, volume, source, reason FROM recent WHERE series = ? AND time >= ? AND time < ? ORDER BY time, known_at, arrival');
    this.#countRecents = database.prepare('SELECT count(*) AS rows FROM recent WHERE series = ?');
    this.#insertRecent = database.prepare('INSERT INTO recent (series, time, known_at, open, high, low, close, volume, source, reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
    this.#deleteRecents = database.prepare('DELETE FROM recent WHERE series = ?');
  }

  /** The pieces that hold the times of [from, to), in order; one without a chunk where there is none. */
  pieces(series: number, from: number, to: number): readonly Piece[] {
    const heads = this.#heads.all({ series, from: sqlTime(from), to: sqlTime(to) }) as unknown as ChunkHead[];
    if (heads.length === 0) return [{ chunk: undefined, from, to }];
    return heads.map((chunk, index) => ({
      chunk, from: index === 0 ? from : Math.max(from, chunk.first), to: Math.min(to, heads[index + 1]?.first ?? Infinity),
    }));
  }

  /** A chunk's blob. Throws kind `damaged` where it is not as it was written. */
  open({ id, rows }: ChunkHead): ChunkReader {
    const found = this.#states.get(id) as { checksum: number; states: Uint8Array } | undefined;
    const reader = found === undefined || crc32(found.states) !== found.checksum ? undefined : ChunkReader.of(found.states, rows);
    if (reader === undefined) throw new MarketStoreError('damaged', `${this.#path}: chunk ${id} is damaged; restore the store from a backup`);
    return reader;
  }

  /** The states of a series of [from, to) that are not in chunks yet. */
  recent(series: number, from: number, to: number): States {
    const rows = this.#recents.all(series, sqlTime(from), sqlTime(to)) as unknown as RecentRow[];
    const states = allocateStates(rows.length);
    rows.forEach((row, at) => {
      states.time[at] = row.time;
      states.open[at] = row.open;
      states.high[at] = row.high;
      states.low[at] = row.low;
      states.close[at] = row.close;
      states.volume[at] = row.volume ?? Number.NaN;
      states.knownAt[at] = row.known_at;
      states.source[at] = row.source;
      states.reason[at] = row.reason;
    });
    return states;
  }

  /** All states of a piece, `recent` being those of the series in its times or beyond. */
  statesOf(piece: Piece, recent: States): States {
    const { chunk, from, to } = piece;
    const newer = sliceStates(recent, lowerBound(recent.time, from), lowerBound(recent.time, to));
    if (chunk === undefined || chunk.last < from || chunk.first >= to) return newer;
    const older = this.open(chunk).states();
    return mergeStates(sliceStates(older, lowerBound(older.time, from), lowerBound(older.time, to)), newer);
  }

  /** Keeps states that are in order: few as rows, many in chunks. */
  keep(series: number, states: States): void {
    const { rows } = this.#countRecents.get(series) as { rows: number };
    if (rows + states.length <= RECENT_ROWS) {
      for (let i = 0; i < states.length; i++) {
        this.#insertRecent.run(series, states.time[i], states.knownAt[i], states.open[i], states.high[i], states.low[i], states.close[i],
          Number.isNaN(states.volume[i]) ? null : states.volume[i], states.source[i], states.reason[i]);
      }
      return;
    }
    const all = mergeStates(this.recent(series, -Infinity, Infinity), states);
    this.#deleteRecents.run(series);
    const pieces = this.pieces(series, all.time[0], Infinity);
    pieces.forEach((piece, index) => {
      const end = index === pieces.length - 1 ? all.length : lowerBound(all.time, piece.to);
      const added = sliceStates(all, index === 0 ? 0 : lowerBound(all.time, piece.from), end);
      if (added.length > 0) this.#putInto(series, piece.chunk, added, index === pieces.length - 1);
    });
  }

  #putInto(series: number, chunk: ChunkHead | undefined, added: States, isLast: boolean): void {
    if (chunk === undefined || (isLast && chunk.rows >= CHUNK_ROWS && added.time[0] > chunk.last)) return this.#write(series, added, isLast);
    const merged = mergeStates(this.open(chunk).states(), added);
    this.#deleteChunk.run(chunk.id);
    this.#write(series, merged, isLast);
  }

  /** Writes chunks: full ones at the end of a series, where more will follow, of equal size elsewhere. */
  #write(series: number, states: States, isLast: boolean): void {
    const size = isLast ? CHUNK_ROWS : Math.ceil(states.length / Math.ceil(states.length / CHUNK_ROWS));
    for (let from = 0; from < states.length;) {
      let to = Math.min(states.length, from + size);
      while (to < states.length && states.time[to] === states.time[to - 1]) to++;
      const piece = sliceStates(states, from, to);
      const blob = encodeStates(piece);
      this.#insertChunk.run(series, piece.time[0], piece.time[piece.length - 1], piece.length, isPlain(piece) ? 1 : 0, largest(piece.knownAt), crc32(blob), blob);
      from = to;
    }
  }
}

function isPlain({ length, time, reason }: States): boolean {
  for (let i = 0; i < length; i++) if (reason[i] !== 0 || (i > 0 && time[i] === time[i - 1])) return false;
  return true;
}

function largest(values: Float64Array): number {
  let found = -Infinity;
  for (const value of values) if (value > found) found = value;
  return found;
}

/** A time as SQLite compares it with whole numbers. */
function sqlTime(time: number): number {
  return Math.max(-Number.MAX_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, time));
}
