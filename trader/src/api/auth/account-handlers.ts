import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Accounts, User } from '../../ports/accounts.ts';
import type { AccountRoute } from '../gate.ts';
import { ApiError } from '../problem.ts';
import type { Answer, Checked } from '../schema/table.ts';
import type { Caller } from './access.ts';
import { STEP_UP_MS } from './request-gate.ts';
import type { Origin } from './sessions.ts';

/** What answers routes of accounts; a request's parts have been checked against its schemas. */
export type AccountHandlers<R extends AccountRoute> = { readonly [K in R]: (request: FastifyRequest, reply: FastifyReply) => Promise<Answer<K>> };

/** That it was done. */
export const DONE = { done: true } as const;

/** Who asks; the gate has seen to it that somebody does. */
export function callerOf({ caller }: FastifyRequest): Caller {
  if (caller === undefined) throw new ApiError('not-signed-in', 'Nobody is signed in here: sign in first; programs send a token.');
  return caller;
}

/** The checked body of a route. */
export function bodyOf<R extends AccountRoute>({ body }: FastifyRequest): Checked<R>['body'] {
  return body as Checked<R>['body'];
}

/** The checked parameters of a route's path. */
export function paramsOf<R extends AccountRoute>({ params }: FastifyRequest): Checked<R>['params'] {
  return params as Checked<R>['params'];
}

/** The checked query of a route. */
export function queryOf<R extends AccountRoute>({ query }: FastifyRequest): Checked<R>['query'] {
  return query as Checked<R>['query'];
}

/** Account of the person who asks, by a browser or by a program of theirs. Throws `not-found` where it was just removed. */
export async function ownUser(accounts: Accounts, request: FastifyRequest): Promise<User> {
  const user = await accounts.user(callerOf(request).userId);
  if (user === undefined) throw new ApiError('not-found', 'This account is gone.');
  return user;
}

/** Where a request comes from. */
export function originOf({ ip, headers }: FastifyRequest): Origin {
  return { address: ip, device: (headers['user-agent'] ?? '').replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 200) };
}

/** What a person is told of themselves. */
export async function meOf(accounts: Accounts, caller: Caller, user: User) {
  return {
    id: user.id, name: user.name, role: caller.role, secondFactor: user.totpSealed !== undefined, recoveryCodes: await accounts.recoveryCodesLeft(user.id),
    steppedUpUntil: caller.steppedUpAt === undefined ? null : caller.steppedUpAt + STEP_UP_MS, enrolling: caller.enrolling, expiresAt: caller.expiresAt, via: caller.kind,
  };
}
