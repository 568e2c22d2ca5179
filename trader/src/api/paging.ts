import { ApiError } from './problem.ts';

/** A part of a list, and where it goes on. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

/**
 * A part of a list, newest first as it is handed in. The cursor names the last item that was given, so that items
 * added or gone at the front meanwhile neither repeat nor hide one. Throws `bad-cursor` where that item is gone.
 */
export function pageOf<T>(items: readonly T[], { cursor, limit }: { readonly cursor?: string | undefined; readonly limit: number }, key: (item: T) => string): Page<T> {
  let from = 0;
  if (cursor !== undefined) {
    from = items.findIndex((item) => key(item) === cursor) + 1;
    if (from === 0) throw new ApiError('bad-cursor', 'the list does not go back to this cursor any more; begin it anew');
  }
  const part = items.slice(from, from + limit);
  return { items: part, next: from + limit < items.length ? key(part[part.length - 1]) : null };
}
