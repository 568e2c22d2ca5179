import type { Timestamp } from '../domain/time.ts';

/** What a person wrote about a round trip. */
export interface JournalNote {
  readonly id: string;
  /** The round trip's id. */
  readonly trade: string;
  readonly at: Timestamp;
  /** Name of who wrote it first. */
  readonly by: string;
  readonly text: string;
  readonly tags: readonly string[];
}

/** The notes of a trade journal. On the disk when a method returns. */
export interface NoteStore {
  /** Adds a note, or takes the place of the one of the same id. */
  put(note: JournalNote): void;
  get(id: string): JournalNote | undefined;
  /** Newest first; those of one round trip where it is named. */
  list(trade?: string): readonly JournalNote[];
  /** Whether there was one. */
  remove(id: string): boolean;
  close(): void;
}
