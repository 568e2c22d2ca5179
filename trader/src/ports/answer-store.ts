import type { Timestamp } from '../domain/time.ts';

/** An answer as it was given. */
export interface KeptAnswer {
  readonly status: number;
  /** JSON. */
  readonly body: string;
}

/** What is known of a change that is asked for. */
export type Beginning =
  /** Nothing: carry it out, then `finish` or `abandon`. */
  | { readonly kind: 'new' }
  /** It is being carried out by another request. */
  | { readonly kind: 'running' }
  /** The id was used for something else. */
  | { readonly kind: 'other' }
  | { readonly kind: 'done'; readonly answer: KeptAnswer };

/**
 * Answers to changes by their id, so that a request repeated gets the answer and changes nothing again. Kept
 * for a day. What was begun and not finished when a process ended counts as never begun.
 */
export interface AnswerStore {
  /** Takes the id for a request, told apart by its hash, or says what became of it. */
  begin(id: string, requestHash: string, now: Timestamp): Beginning;
  finish(id: string, answer: KeptAnswer): void;
  /** Gives the id back: the change was not made. */
  abandon(id: string): void;
  close(): void;
}
