import type { Caller } from './auth/access.ts';
import { ApiError } from './problem.ts';
import type { AccountRoute } from './gate.ts';
import type { RouteName } from './routes.ts';
import type { Answer, Checked } from './schema/table.ts';

/** A request to one route: let in and checked. */
export interface Call<R extends RouteName> extends Checked<R> {
  readonly caller: Caller;
  /** Of a change: the same for every repetition of it, and different for every other. Empty for a question. */
  readonly id: string;
}

/** Routes that the gate does not answer itself. */
export type HandledRoute = Exclude<RouteName, AccountRoute>;

/** What answers: throws `ApiError` to say no. */
export type Handlers<R extends HandledRoute = HandledRoute> = { readonly [K in R]: (call: Call<K>) => Answer<K> | Promise<Answer<K>> };

/** How a caller stands in journals and on screens: `user:NAME`; the audit log has the id. */
export function byLine({ name }: Caller): string {
  return `user:${name}`;
}

/** What a route needs, or a 503 that says what is missing. */
export function present<T>(part: T | undefined, what: string): T {
  if (part === undefined) throw new ApiError('unavailable', `${what} is not there yet; ask again in a moment`);
  return part;
}

/** What was asked for, or a 404 that names it. */
export function found<T>(thing: T | undefined, what: string): T {
  if (thing === undefined) throw new ApiError('not-found', `there is no ${what}`);
  return thing;
}
