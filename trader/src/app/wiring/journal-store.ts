import { JournalError } from '../../adapters/journal/journal-file.ts';
import { JournalTail, type TailRecord } from '../../adapters/journal/journal-tail.ts';
import { OrderStore, type StoredPlace } from '../../adapters/postgres/order-store.ts';
import { StoreError } from '../../adapters/postgres/store-error.ts';
import type { Secret } from '../../domain/secret.ts';

/** What is stored, and where. */
export interface JournalStoreSpec {
  readonly journal: string;
  readonly url: Secret;
  /** Whether to go on when the journal's end is reached. */
  readonly follow: boolean;
  /** Whether to throw away what is stored of the run, and begin again. */
  readonly anew: boolean;
  /** Ends the following. */
  readonly stop: AbortSignal;
  /** Hears when Postgres goes away and comes back, while following. */
  readonly onNote: (text: string) => void;
}

/** What storing a journal came to. */
export interface StoreReport {
  readonly journal: string;
  readonly run: string;
  /** Records of the journal that are stored now, and how many of them were added by this. */
  readonly records: number;
  readonly added: number;
}

/** As many records as go into one transaction. */
const BATCH = 1_000;
/** How often a journal is looked at for what was added. */
const LOOK_MS = 500;
/** Waits before Postgres is tried again: doubled each time up to the last. */
const FIRST_WAIT_MS = 500;
const LAST_WAIT_MS = 30_000;

/**
 * Brings a journal into Postgres from the last record that is stored there, and follows it while it
 * grows. It only reads the file: the process that trades does not know of it, so a Postgres that is
 * slow or dead delays nothing, and what it misses comes from the journal later. Throws `JournalError`
 * and `StoreError`; while following, a Postgres that is away is waited for.
 */
export async function storeJournal(spec: JournalStoreSpec): Promise<StoreReport> {
  const progress = { run: '', records: 0, added: 0, anew: spec.anew };
  const report = () => ({ journal: spec.journal, run: progress.run, records: progress.records, added: progress.added });
  for (let waitMs = FIRST_WAIT_MS, away = false; ;) {
    try {
      const store = await OrderStore.open(spec.url);
      try {
        if (away) spec.onNote('Postgres is back');
        away = false;
        waitMs = FIRST_WAIT_MS;
        await storeAll(spec, store, progress);
        return report();
      } finally {
        await store.close();
      }
    } catch (error) {
      if (!(error instanceof StoreError) || error.kind !== 'unreachable' || !spec.follow) throw error;
      if (!away) spec.onNote(error.message);
      away = true;
      if (!await pause(waitMs, spec.stop)) return report();
      waitMs = Math.min(LAST_WAIT_MS, waitMs * 2);
    }
  }
}

/** How far the storing has come, over all connections. */
interface Progress {
  run: string;
  records: number;
  added: number;
  /** What is stored of the run is still to be thrown away. */
  anew: boolean;
}

/** Stores what there is over one connection, and what comes, where it is followed. */
async function storeAll({ journal, follow, stop }: JournalStoreSpec, store: OrderStore, progress: Progress): Promise<void> {
  const tail = new JournalTail(journal);
  let place: StoredPlace | undefined;
  let read = 0;
  do {
    let batch: TailRecord[] = [];
    for (const each of tail.read()) {
      read = each.sequence;
      place ??= await begin(store, each, journal, progress);
      if (each.sequence === place.sequence) check(place, each, journal);
      else if (each.sequence > place.sequence) batch.push(each);
      if (batch.length < BATCH) continue;
      place = await append(store, progress, place, batch);
      batch = [];
    }
    if (place === undefined && !follow) throw new JournalError('unreadable', `${journal} holds no record: there is nothing to store`);
    if (place !== undefined && read < place.sequence) throw diverged(`${journal} ends at record ${read}, and ${place.sequence} are stored of its run`);
    if (place !== undefined && batch.length > 0) place = await append(store, progress, place, batch);
  } while (follow && await pause(LOOK_MS, stop));
}

/** The place of the journal's run, which is begun where it is new. */
async function begin(store: OrderStore, first: TailRecord, journal: string, progress: Progress): Promise<StoredPlace> {
  const { sequence, crc, record } = first;
  if (record.kind !== 'run') throw new JournalError('unreadable', `${journal} does not begin with its run`);
  progress.run = record.run;
  if (progress.anew) await store.forget(record.run);
  progress.anew = false;
  const place = await store.begin(record.run, record.setup, { sequence, crc });
  progress.records = place.sequence;
  return place;
}

async function append(store: OrderStore, progress: Progress, from: StoredPlace, batch: readonly TailRecord[]): Promise<StoredPlace> {
  const { sequence, crc } = batch.at(-1) ?? from;
  const to = { sequence, crc };
  // Another process stores the same journal: begin again from where it is.
  if (!await store.append(progress.run, from, batch, to)) throw new StoreError('unreachable', 'another process stores the same run at the same time');
  progress.records = to.sequence;
  progress.added += batch.length;
  return to;
}

/** The checksum over everything up to here is the same only where the journal is. */
function check(place: StoredPlace, { sequence, crc }: TailRecord, journal: string): void {
  if (place.crc !== crc) throw diverged(`${journal} is not the journal that is stored of its run: they differ at or before record ${sequence}`);
}

function diverged(what: string): StoreError {
  return new StoreError('diverged', `${what}. Nothing was added. A power cut can take records that were stored already; a copy can go its own way. If this file is the right one, store it again from its beginning with --anew.`);
}

/** Resolves true after so long, false at once when it is stopped. */
function pause(ms: number, stop: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    if (stop.aborted) {
      resolve(false);
      return;
    }
    const done = (whole: boolean) => {
      clearTimeout(timer);
      stop.removeEventListener('abort', stopped);
      resolve(whole);
    };
    const stopped = () => { done(false); };
    const timer = setTimeout(() => { done(true); }, ms);
    stop.addEventListener('abort', stopped);
  });
}
