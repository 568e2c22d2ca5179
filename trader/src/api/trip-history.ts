import type { FillArchive } from '../ports/fill-archive.ts';
import type { EngineReplica } from './replica.ts';
import { roundTrips, TripCounter, type RoundTrip } from './round-trips.ts';

/** The trips of a run, and which of its newest fills they hold. */
interface Counted {
  readonly run: string;
  readonly counter: TripCounter;
  readonly taken: Set<string>;
}

/**
 * All round trips of a run since it began: of its journal, which is read when they are first asked for, then fill by
 * fill as the replica hears of them. Where there is no journal, those of the fills that the replica holds.
 */
export class TripHistory {
  readonly #replica: EngineReplica;
  readonly #archive: FillArchive | undefined;
  #counted: Promise<Counted | undefined> | undefined;

  constructor(replica: EngineReplica, archive: FillArchive | undefined) {
    this.#replica = replica;
    this.#archive = archive;
    replica.listen({
      // The run is another one, or something of it was not heard: it is read again when that is asked for.
      onSnapshot: () => { this.#counted = undefined; },
      onEvents: (events) => {
        if (!events.some(({ kind }) => kind === 'fill')) return;
        void this.#counted?.then((counted) => { if (counted !== undefined) this.#catchUp(counted); }, () => undefined);
      },
    });
  }

  /** Oldest first. Throws what reading the journal throws. */
  async all(): Promise<readonly RoundTrip[]> {
    const run = this.#replica.facts;
    if (run === undefined) return [];
    const reading = this.#counted ??= this.#count(run.run.id);
    const counted = await reading.catch((error: unknown) => {
      this.#counted = undefined;
      throw error;
    });
    if (counted === undefined) return roundTrips(run.fills.all(), run.books.values());
    this.#catchUp(counted);
    return counted.counter.trips;
  }

  async #count(run: string): Promise<Counted | undefined> {
    const fills = this.#archive?.fills(run);
    if (fills === undefined) return undefined;
    const counted: Counted = { run, counter: new TripCounter(), taken: new Set() };
    for await (const fill of fills) take(counted, fill);
    return counted;
  }

  /** Takes what the replica has heard of since. */
  #catchUp(counted: Counted): void {
    const facts = this.#replica.facts;
    if (facts?.run.id !== counted.run) return;
    for (const fill of facts.fills.all()) if (!counted.taken.has(fill.id)) take(counted, fill);
  }
}

/** More than a replica holds of the newest: each fill is counted once. */
const REMEMBERED = 4_000;

function take({ counter, taken }: Counted, fill: Parameters<TripCounter['take']>[0]): void {
  if (taken.has(fill.id)) return;
  counter.take(fill);
  taken.add(fill.id);
  if (taken.size <= 2 * REMEMBERED) return;
  for (const oldest of taken) {
    if (taken.size <= REMEMBERED) break;
    taken.delete(oldest);
  }
}
