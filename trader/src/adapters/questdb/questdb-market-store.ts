import { hash } from 'node:crypto';
import { allocateBars } from '../../domain/bar.ts';
import { checkBatch, checkReason } from '../../domain/bar-batch.ts';
import { compareWithKnown } from '../../domain/bar-news.ts';
import { allocateStates, copyState, currentRows, lowerBound, sliceStates, statesOfBars, type States } from '../../domain/bar-states.ts';
import { MarketStoreError } from '../../domain/market-store-error.ts';
import type { Secret } from '../../domain/secret.ts';
import { gapsBetween, joinSpans, type Span } from '../../domain/span.ts';
import type { Timestamp } from '../../domain/time.ts';
import type { AppendCounts, BarBatch, BarRevision, MarketStore, RangeQuery, SeriesId, SeriesSummary, StoredBars } from '../../ports/market-store.ts';
import { QuestDbClient } from './questdb-client.ts';

/*
 * One row for each state of a bar, never changed. `arrival` counts the states of one time and moment;
 * `digest` tells two of them apart that two processes wrote at once. All of what makes a state
 * another one is among the keys, so a row that is written twice is there once, and none replaces another.
 * The number in the names is the version: another layout gets other tables.
 */
const STATES = 'bar_state_2';
const COVERAGE = 'bar_coverage_1';
const LAYOUT = [
  // An index, and partitions of years: daily bars of a share lie thinly among those of hundreds, and each partition that a read touches costs.
  `CREATE TABLE IF NOT EXISTS ${STATES} (instrument SYMBOL INDEX, interval_ms LONG, ts TIMESTAMP, known_at LONG, arrival LONG, digest LONG,
    source SYMBOL, reason VARCHAR, open DOUBLE, high DOUBLE, low DOUBLE, close DOUBLE, volume DOUBLE)
    TIMESTAMP(ts) PARTITION BY YEAR WAL DEDUP UPSERT KEYS(ts, instrument, interval_ms, known_at, arrival, digest)`,
  `CREATE TABLE IF NOT EXISTS ${COVERAGE} (instrument SYMBOL, interval_ms LONG, begins LONG, ends LONG, ts TIMESTAMP)
    TIMESTAMP(ts) PARTITION BY YEAR WAL DEDUP UPSERT KEYS(ts, instrument, interval_ms, begins, ends)`,
];

/** Sources, and reasons, that a read tells apart. */
const MOST_WORDS = 2 ** 16;

/** States with the words that their codes stand for. */
interface Known {
  readonly states: States;
  readonly sources: readonly string[];
  readonly reasons: readonly string[];
}

/**
 * The market store in QuestDB, for an installation of several machines. What was acknowledged survives
 * the death of the server; whether it survives a loss of power is the server's `cairo.commit.mode`. A
 * write that broke off is safe to repeat. QuestDB has no time before 1970. Bars are written before
 * the span that they cover, so a failure in between has them asked for once more.
 */
export class QuestDbMarketStore implements MarketStore {
  readonly #client: QuestDbClient;

  private constructor(client: QuestDbClient) {
    this.#client = client;
  }

  /** Connects, and makes the tables where there are none. Throws `MarketStoreError`. */
  static async open(url: Secret): Promise<QuestDbMarketStore> {
    const client = new QuestDbClient(url);
    for (const statement of LAYOUT) await client.ask(statement);
    return new QuestDbMarketStore(client);
  }

  async append(series: SeriesId, batch: BarBatch): Promise<AppendCounts> {
    checkBatch(series, batch);
    const { source, knownAt, bars, covers } = batch;
    if (bars.length > 0 && bars.timestamp[0] < 0) throw new MarketStoreError('value', `${series.instrument}: QuestDB has no time before 1970; store these bars in the embedded store`);
    const counts = { added: 0, revised: 0, equal: 0 };
    if (bars.length > 0) {
      const known = await this.#known(series, bars.timestamp[0], bars.timestamp[bars.length - 1] + 1);
      const { fresh, added, revised, equal } = compareWithKnown(statesOfBars(bars, 0, bars.length, 0, knownAt), known.states);
      await this.#client.write(STATES, stateLines(series, fresh, [source], [''], known.states));
      Object.assign(counts, { added, revised, equal });
    }
    const told = (covers ?? []).filter(({ from, to }) => from < to);
    await this.#client.write(COVERAGE, told.map(({ from, to }) => `${COVERAGE},instrument=${symbol(series.instrument)} interval_ms=${series.intervalMs}i,begins=${from}i,ends=${to}i ${knownAt}`));
    return counts;
  }

  async range(series: SeriesId, { from = -Infinity, to = Infinity, asOf = Infinity, quarantined = false }: RangeQuery = {}): Promise<StoredBars> {
    const { states, sources } = await this.#known(series, from, to);
    const rows = currentRows(states, asOf, quarantined);
    const bars = { ...allocateBars(rows.length), knownAt: new Float64Array(rows.length), source: new Uint16Array(rows.length), sources, quarantined: new Uint8Array(rows.length) };
    rows.forEach((row, at) => {
      bars.timestamp[at] = states.time[row];
      bars.open[at] = states.open[row];
      bars.high[at] = states.high[row];
      bars.low[at] = states.low[row];
      bars.close[at] = states.close[row];
      bars.volume[at] = states.volume[row];
      bars.knownAt[at] = states.knownAt[row];
      bars.source[at] = states.source[row];
      bars.quarantined[at] = states.reason[row] === 0 ? 0 : 1;
    });
    return bars;
  }

  async latest(series: SeriesId, asOf: Timestamp = Infinity): Promise<BarRevision | undefined> {
    const known = isFinite(asOf) ? ` AND known_at <= ${asOf}` : '';
    // From the last time that something was known of, back: what is in quarantine has to be passed over.
    for (let to = Infinity; ;) {
      const [row] = await this.#client.ask(`SELECT max(cast(ts as long)) / 1000 FROM ${STATES} WHERE ${filter(series, -Infinity, to)}${known}`);
      if (row?.[0] === null || row?.[0] === undefined) return undefined;
      const time = Number(row[0]);
      const found = await this.#known(series, time, time + 1);
      const current = currentRows(found.states, asOf, false).at(-1);
      if (current !== undefined) return revisionOf(found, current);
      to = time;
    }
  }

  async revisions(series: SeriesId, time: Timestamp): Promise<readonly BarRevision[]> {
    const known = await this.#known(series, time, time + 1);
    return Array.from({ length: known.states.length }, (_each, row) => revisionOf(known, row));
  }

  async quarantine(series: SeriesId, times: readonly Timestamp[], reason: string | undefined, knownAt: Timestamp): Promise<number> {
    checkReason(reason);
    if (times.length === 0) return 0;
    const { states, sources, reasons } = await this.#known(series, Math.min(...times), Math.max(...times) + 1);
    const words = [...reasons.slice(0, MOST_WORDS - 1), reason ?? ''];
    const marked = allocateStates(times.length);
    let rows = 0;
    for (const time of [...new Set(times)].sort((a, b) => a - b)) {
      const current = lowerBound(states.time, time + 1) - 1;
      if (current < 0 || states.time[current] !== time || reasons[states.reason[current]] === (reason ?? '')) continue;
      copyState(states, current, marked, rows);
      marked.reason[rows] = reason === undefined ? 0 : words.length - 1;
      marked.knownAt[rows] = Math.max(knownAt, states.knownAt[current]);
      rows++;
    }
    await this.#client.write(STATES, stateLines(series, sliceStates(marked, 0, rows), sources, words, states));
    return rows;
  }

  async gaps(series: SeriesId, span: Span = { from: -Infinity, to: Infinity }): Promise<readonly Span[]> {
    return gapsBetween((await this.range(series, span)).timestamp, series.intervalMs);
  }

  async coverage(series: SeriesId): Promise<readonly Span[]> {
    const rows = await this.#client.ask(`SELECT begins, ends FROM ${COVERAGE} WHERE ${named(series)}`);
    return rows.reduce<readonly Span[]>((spans, [begins, ends]) => joinSpans(spans, { from: Number(begins), to: Number(ends) }), []);
  }

  async list(instrument?: string): Promise<readonly SeriesSummary[]> {
    const only = instrument === undefined ? '' : ` WHERE instrument = '${instrument.replaceAll("'", "''")}'`;
    // Grouped by time first: several times as fast as counting distinct times.
    const series = await this.#client.ask(`SELECT instrument, interval_ms, count(), sum(states), min(cast(ts as long)) / 1000, max(cast(ts as long)) / 1000, max(known), sum(reasons)
      FROM (SELECT instrument, interval_ms, ts, count() AS states, max(known_at) AS known, count(reason) AS reasons FROM ${STATES}${only})`);
    const told = await this.#client.ask(`SELECT DISTINCT instrument, interval_ms, source FROM ${STATES}${only}`);
    const summaries = series.map(async ([name, intervalMs, bars, states, first, last, knownAt, reasons]): Promise<SeriesSummary> => {
      const id: SeriesId = { instrument: String(name), intervalMs: Number(intervalMs) };
      const sources = told.filter(([of, interval]) => of === name && interval === intervalMs).map(([, , source]) => String(source)).sort();
      const marks = Number(reasons) === 0 ? new Uint8Array(0) : (await this.range(id, { quarantined: true })).quarantined;
      return {
        ...id, bars: Number(bars), first: Number(first), last: Number(last), revisions: Number(states) - Number(bars),
        quarantined: marks.reduce((sum, mark) => sum + mark, 0), sources, knownAt: Number(knownAt),
      };
    });
    return (await Promise.all(summaries)).sort((a, b) => (a.instrument === b.instrument ? a.intervalMs - b.intervalMs : a.instrument < b.instrument ? -1 : 1));
  }

  async close(): Promise<void> {
    this.#client.close();
  }

  /** All states of the bars of a span. */
  async #known(series: SeriesId, from: number, to: number): Promise<Known> {
    const question = `SELECT cast(ts as long) / 1000, open, high, low, close, volume, known_at, source, reason FROM ${STATES} WHERE ${filter(series, from, to)}`;
    let rows = await this.#client.ask(question);
    // They lie by time. Only where a bar has several states is there more to sort, and sorting has the server compile a good deal for each question.
    if (!rows.every(([time], at) => at === 0 || Number(time) > Number(rows[at - 1]?.[0]))) rows = await this.#client.ask(`${question} ORDER BY ts, known_at, arrival, digest`);
    const states = allocateStates(rows.length);
    const sources: string[] = [];
    const reasons = [''];
    rows.forEach(([time, open, high, low, close, volume, knownAt, source, reason], at) => {
      states.time[at] = Number(time);
      states.open[at] = Number(open);
      states.high[at] = Number(high);
      states.low[at] = Number(low);
      states.close[at] = Number(close);
      states.volume[at] = volume === null ? Number.NaN : Number(volume);
      states.knownAt[at] = Number(knownAt);
      states.source[at] = codeOf(sources, String(source));
      states.reason[at] = codeOf(reasons, String(reason ?? ''));
    });
    return { states, sources, reasons };
  }
}

/** The place of a word in a list, to which it is added where it is new; beyond what 16 bits tell apart, the last one's. */
function codeOf(words: string[], word: string): number {
  const at = words.indexOf(word);
  return at >= 0 ? at : words.length === MOST_WORDS ? MOST_WORDS - 1 : words.push(word) - 1;
}

function revisionOf({ states, sources, reasons }: Known, row: number): BarRevision {
  return {
    timestamp: states.time[row], open: states.open[row], high: states.high[row], low: states.low[row], close: states.close[row], volume: states.volume[row],
    source: sources[states.source[row]] ?? '', knownAt: states.knownAt[row], quarantine: states.reason[row] === 0 ? undefined : reasons[states.reason[row]],
  };
}

/** An instrument that does not read as one is in no table; nothing else can come into a statement. */
function named({ instrument, intervalMs }: SeriesId): string {
  return `instrument = '${instrument.replaceAll("'", "''")}' AND interval_ms = ${Number(intervalMs)}`;
}

/** Times are microseconds there, which go beyond 2^53: they are put together as text. */
function filter(series: SeriesId, from: number, to: number): string {
  const begins = from > 0 ? ` AND ts >= ${Math.ceil(from)}000` : '';
  const ends = to === Infinity ? '' : ` AND ts < ${to <= 0 ? 0 : `${Math.ceil(to)}000`}`;
  return `${named(series)}${begins}${ends}`;
}

function stateLines(series: SeriesId, fresh: States, sources: readonly string[], reasons: readonly string[], known: States): string[] {
  const numbers = new Float64Array(5);
  const bytes = new Uint8Array(numbers.buffer);
  const head = `${STATES},instrument=${symbol(series.instrument)}`;
  return Array.from({ length: fresh.length }, (_each, row) => {
    const time = fresh.time[row];
    const [open, high, low, close, volume] = [fresh.open[row], fresh.high[row], fresh.low[row], fresh.close[row], fresh.volume[row]];
    const reason = reasons[fresh.reason[row]] ?? '';
    let arrival = 0;
    for (let i = lowerBound(known.time, time); i < known.length && known.time[i] === time; i++) if (known.knownAt[i] === fresh.knownAt[row]) arrival++;
    numbers.set([open, high, low, close, volume]);
    const source = sources[fresh.source[row]] ?? '';
    const digest = hash('sha256', Buffer.concat([bytes, Buffer.from(`${source}\n${reason}`)]), 'buffer').readBigInt64LE(0) >> 1n;
    return `${head},source=${symbol(source)} interval_ms=${series.intervalMs}i,known_at=${fresh.knownAt[row]}i,arrival=${arrival}i,digest=${digest}i,`
      + `open=${open},high=${high},low=${low},close=${close}${Number.isNaN(volume) ? '' : `,volume=${volume}`}${reason === '' ? '' : `,reason="${reason.replaceAll(/["\\]/g, '\\$&')}"`} ${time}`;
  });
}

/** A symbol as the line protocol writes it. */
function symbol(text: string): string {
  return text.replaceAll(/[ ,=\\]/g, '\\$&');
}
