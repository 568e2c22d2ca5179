import { z } from 'zod';
import type { Timestamp } from '../../domain/time.ts';
import { checked, type RestClient } from './rest-client.ts';
import { anyFill } from './orders.ts';

/** A trade as Alpaca lists it, of which only its place has been read. */
export type ListedFill = z.infer<typeof anyFill>;

/** As many as Alpaca gives at once. */
const PAGE = 100;
/**
 * Activities come in the order of their ids, which begin with the moment; those of one moment come in
 * any order (github.com/alpacahq/Alpaca-API, issue 170), and one may be listed after a later one. So
 * the last ten seconds are read again each time, and what was read of them is remembered in the place.
 */
const UNSETTLED_MS = 10_000;

const placeShape = z.object({ after: z.string().optional(), seen: z.array(z.string()) });

/**
 * Reads all trades after a place, oldest first, and the place after them; all or none, so that what is old is never
 * taken for new. Tens of thousands take minutes, since the limit is waited for. Throws `VenueError`.
 */
export async function fillsAfter(rest: RestClient, place: string | undefined): Promise<{ readonly fills: readonly ListedFill[]; readonly place: string }> {
  const { after, seen } = place === undefined ? { after: undefined, seen: [] } : placeShape.parse(JSON.parse(place));
  const listed = await allPages(rest, after, {});
  const old = new Set(seen);
  const settled = listed.findLastIndex(({ transaction_time: at }) => at < newest(listed) - UNSETTLED_MS);
  const next = { after: listed[settled]?.id ?? after, seen: listed.slice(settled + 1).map(({ id }) => id) };
  return { fills: listed.filter(({ id }) => !old.has(id)), place: JSON.stringify(next) };
}

/** All trades of a moment or later, oldest first, wherever the place is. Throws `VenueError`. */
export async function fillsFrom(rest: RestClient, from: Timestamp): Promise<readonly ListedFill[]> {
  // What comes after a moment, to the second, may leave out that second.
  return allPages(rest, undefined, { after: new Date(from - 1_000).toISOString() });
}

async function allPages(rest: RestClient, after: string | undefined, narrow: Readonly<Record<string, string>>): Promise<ListedFill[]> {
  const listed: ListedFill[] = [];
  for (let token = after, full = true; full;) {
    const query = { ...narrow, direction: 'asc', page_size: String(PAGE), ...(token === undefined ? {} : { page_token: token }) };
    const page = checked(z.array(anyFill), await rest.patiently({ method: 'GET', path: '/v2/account/activities/FILL', query, purpose: 'question' }), 'fills');
    listed.push(...page);
    token = page.at(-1)?.id;
    full = page.length === PAGE;
  }
  return listed;
}

function newest(fills: readonly ListedFill[]): number {
  return fills.at(-1)?.transaction_time ?? 0;
}
