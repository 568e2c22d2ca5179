import type { Timestamp } from '../domain/time.ts';

/** That somebody knows of an alert. */
export interface Seen {
  /** The run that it is of. */
  readonly run: string;
  /** What it is about and how grave, alike in every process and after a restart: `limit exposure warning`. */
  readonly mark: string;
  /** `user:NAME`. */
  readonly by: string;
  readonly at: Timestamp;
}

/** Which alerts somebody knows of: kept over restarts, shared by the processes of a house. */
export interface SeenStore {
  all(run: string): readonly Seen[];
  /** Keeps it, unless somebody was first. */
  put(seen: Seen): void;
  /** Forgets it: what the alert told of is over. */
  drop(run: string, mark: string): void;
  /** Calls back with what is put by any process; the result ends that. */
  listen(listener: (seen: Seen) => void): () => void;
}
