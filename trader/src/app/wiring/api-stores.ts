import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { SqliteAnswers } from '../../adapters/api-record/sqlite-answers.ts';
import { SqliteNotes } from '../../adapters/api-record/sqlite-notes.ts';
import { SqliteSeen } from '../../adapters/api-record/sqlite-seen.ts';
import { JournalFills } from '../../adapters/journal/journal-fills.ts';
import type { ServerParts } from '../../api/server.ts';
import { SeriesError } from '../../domain/series-error.ts';
import { formatInterval, parseInterval } from '../../domain/time.ts';
import type { BarSource, DataDesk } from '../../ports/data-desk.ts';
import type { MarketStore } from '../../ports/market-store.ts';
import type { KeptRun, RunShelf, ShelfError } from '../../ports/run-shelf.ts';
import type { SeenStore } from '../../ports/seen-store.ts';
import { STRATEGIES } from '../../strategies/catalog.ts';
import { productVersion } from '../commands/version.ts';
import type { Config } from '../config.ts';
import { Refusal } from '../refusal.ts';
import { dataStatus } from './data-status.ts';
import { openFred, openSeries } from './economic.ts';
import { openKnownMarketStore } from './market-store.ts';
import { printedBy, type CommandFault } from './own-command.ts';
import { listRuns, findRun, removeRuns, type StoredRun } from './run-store.ts';
import { surroundings } from './surroundings.ts';
import { shippedVenues } from './venue-account.ts';
import { shippedInstruments } from './venue-rules.ts';

/** What of the API's server stands on the disk of a state folder, and its end. */
export type ApiStores = Pick<ServerParts, 'marketStore' | 'seriesStore' | 'answers' | 'notes' | 'desk' | 'runs' | 'catalog' | 'version' | 'fills'> & { readonly seen: SeenStore; close(): void };

/** Lengths that bars are commonly run at. */
const INTERVALS = ['1m', '5m', '15m', '1h', '4h', '1d'];

/** Opens the stores of a state folder; those of data only once there is any. */
export function openApiStores(config: Config): ApiStores {
  const { home } = config;
  const answers = new SqliteAnswers(join(home, 'api', 'answers.sqlite'));
  const notes = new SqliteNotes(join(home, 'api', 'notes.sqlite'));
  const seen = new SqliteSeen(join(home, 'api', 'seen.sqlite'));
  let opened: Promise<MarketStore | undefined> | undefined;
  const marketStore = async () => {
    const opening = opened ??= openKnownMarketStore(home);
    const store = await opening.catch(() => undefined);
    // Where there is none yet, or it cannot be reached now, there may be one the next time.
    if (store === undefined && opened === opening) opened = undefined;
    return store ?? await opening;
  };
  const seriesStore = whereThere(join(home, 'series.sqlite'), () => openSeries(home));
  return {
    answers, notes, seen, marketStore, seriesStore, catalog: STRATEGIES, version: productVersion(), desk: deskOf(config), runs: shelfOf(config),
    fills: new JournalFills(join(home, 'paper', 'journal.jsonl'), join(home, 'live', 'journal.jsonl')),
    close() {
      answers.close();
      notes.close();
      seen.close();
      opened?.then((store) => store?.close()).catch(() => undefined);
      void seriesStore()?.close();
    },
  };
}

/** Opens a store when it is first asked for and its file is there. */
function whereThere<T>(path: string, open: (path: string) => T): () => T | undefined {
  let opened: T | undefined;
  return () => opened ??= existsSync(path) ? open(path) : undefined;
}

function deskOf(config: Config): DataDesk {
  const { home } = config;
  return {
    status: (now) => dataStatus(home, now),
    sources: () => barSources(home),
    venues: () => shippedVenues(),
    async findSeries(text, limit) {
      try {
        const fred = await openFred(surroundings(config, () => undefined));
        try {
          const { series } = await fred.search(text, limit);
          return { found: series.map(({ id, source, title, units, frequency, adjustment }) => ({ id, source, title, units, frequency, adjustment })), note: null };
        } finally {
          fred.close();
        }
      } catch (error) {
        if (error instanceof Refusal) return { found: [], note: `${error.message}. ${error.hint ?? ''}`.trim() };
        if (error instanceof SeriesError) return { found: [], note: error.message };
        throw error;
      }
    },
  };
}

/** Shipped files, then what is stored. */
async function barSources(home: string): Promise<readonly BarSource[]> {
  const able = (shortest: string) => INTERVALS.filter((each) => (parseInterval(each) ?? 0) % (parseInterval(shortest) ?? 1) === 0);
  const shipped = shippedInstruments().map(({ id, bars }): BarSource => ({
    bars, title: `${id}, shipped sample`, instrument: id, intervals: able('1m'), first: null, last: null, count: null,
  }));
  const store = await openKnownMarketStore(home);
  try {
    const stored = (await store?.list() ?? []).map(({ instrument, intervalMs, first, last, bars, sources }): BarSource => ({
      bars: instrument, title: `${instrument} ${formatInterval(intervalMs)}, from ${sources.join(', ')}`, instrument, intervals: able(formatInterval(intervalMs)), first, last, count: bars,
    }));
    return [...shipped, ...stored];
  } finally {
    await store?.close();
  }
}

function shelfOf({ home }: Config): RunShelf {
  const known = (id: string): StoredRun | undefined => {
    try {
      return findRun(home, id);
    } catch (error) {
      if (error instanceof Refusal) return undefined;
      throw error;
    }
  };
  return {
    list: () => listRuns(home).runs.map(keptRun),
    get(id) {
      const run = known(id);
      return run && keptRun(run);
    },
    async trades(id) {
      const printed = await printedBy(['explain', id, '--json']);
      if (!printed.ok) return { ok: false, error: shelfError(printed.error) };
      const { trades } = JSON.parse(printed.value) as { trades: readonly { entry: string; exit: string; instrument: string; side: 'long' | 'short'; quantity: number; entryPrice: number; exitPrice: number; fees: number; pnl: number }[] };
      return {
        ok: true, value: trades.map(({ entry, exit, instrument, side, quantity, entryPrice, exitPrice, fees, pnl }) => (
          { instrument, side, quantity, entryTime: Date.parse(entry), exitTime: Date.parse(exit), entryPrice, exitPrice, fees, pnl })),
      };
    },
    async tearSheet(id) {
      const page = await printedBy(['report', id], '--out');
      return page.ok ? page : { ok: false, error: shelfError(page.error) };
    },
    remove(id) {
      if (known(id) === undefined) return false;
      return removeRuns(home, id).length > 0;
    },
  };
}

function shelfError({ kind, message }: CommandFault): ShelfError {
  return { kind: kind === 'busy' ? 'busy' : 'changed', message };
}

function keptRun({ id, keptAt, version, report }: StoredRun): KeptRun {
  return { id, keptAt: Date.parse(keptAt), version, report: { ...report } };
}
