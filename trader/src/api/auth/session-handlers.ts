import type { FastifyRequest } from 'fastify';
import { DAY_MS } from '../../domain/time.ts';
import type { Accounts, ApiToken, Session } from '../../ports/accounts.ts';
import type { Clock } from '../../ports/clock.ts';
import { pageOf } from '../paging.ts';
import { ApiError } from '../problem.ts';
import type { Answer } from '../schema/table.ts';
import { holds } from './access.ts';
import { bodyOf, callerOf, DONE, ownUser, paramsOf, queryOf, type AccountHandlers } from './account-handlers.ts';
import type { Sessions } from './sessions.ts';

/** What these routes are answered from. */
export interface SessionParts {
  readonly accounts: Accounts;
  readonly clock: Clock;
  readonly sessions: Sessions;
}

type SessionRoute = 'listSessions' | 'endSession' | 'listTokens' | 'createToken' | 'removeToken';

/** How long a token lasts where nothing else is said. */
const TOKEN_DAYS = 90;

/** Sessions of browsers and tokens of programs. */
export function sessionHandlers({ accounts, clock, sessions }: SessionParts): AccountHandlers<SessionRoute> {
  return {
    async listSessions(request) {
      const caller = callerOf(request);
      const { user, ...query } = queryOf<'listSessions'>(request);
      const asked = user ?? (caller.role === 'admin' ? undefined : caller.userId);
      if (asked !== caller.userId && caller.role !== 'admin') throw new ApiError('role-too-low', 'Sessions of others are for administrators to see.');
      const names = new Map((await accounts.users()).map(({ id, name }) => [id, name] as const));
      const { items, next } = pageOf(await accounts.sessions(asked), query, ({ id }) => id);
      return { items: items.map((session) => sessionRow(session, names, caller.id)), next };
    },
    async endSession(request) {
      const { id } = paramsOf<'endSession'>(request);
      const found = await accounts.session(id);
      mayTouch(found?.session, request, 'session');
      await accounts.endSession(id);
      sessions.ended([id]);
      request.auditNote = { subject: id, detail: `of ${found?.user.name ?? ''}` };
      return DONE;
    },
    async listTokens(request) {
      const caller = callerOf(request);
      const { items, next } = pageOf(await accounts.tokens(caller.role === 'admin' ? undefined : caller.userId), queryOf<'listTokens'>(request), ({ id }) => id);
      return { items: items.map(tokenRow), next };
    },
    async createToken(request) {
      const { name, role, expiresInDays = TOKEN_DAYS } = bodyOf<'createToken'>(request);
      const user = await ownUser(accounts, request);
      if (!holds(user.role, role)) throw new ApiError('role-too-low', `A token of yours can be at most ${user.role}.`);
      const { id, secret } = await sessions.makeToken(user, name, role, clock.now() + expiresInDays * DAY_MS);
      request.auditNote = { subject: id, detail: `${name} as ${role} for ${expiresInDays} days` };
      const token = (await accounts.tokens(user.id)).find((each) => each.id === id);
      if (token === undefined) throw new ApiError('not-found', 'It was just removed.');
      return { token: tokenRow(token), secret };
    },
    async removeToken(request) {
      const { id } = paramsOf<'removeToken'>(request);
      const token = (await accounts.tokens()).find((each) => each.id === id);
      mayTouch(token, request, 'token');
      await accounts.removeToken(id);
      sessions.ended([id]);
      request.auditNote = { subject: id, detail: token?.name ?? '' };
      return DONE;
    },
  };
}

/** Whose is nobody else's business does not exist for them. */
function mayTouch(thing: { readonly userId: string } | undefined, request: FastifyRequest, what: string): void {
  const caller = callerOf(request);
  if (thing === undefined || (thing.userId !== caller.userId && caller.role !== 'admin')) throw new ApiError('not-found', `There is no such ${what}.`);
}

function sessionRow(session: Session, names: ReadonlyMap<string, string>, currentId: string): Answer<'listSessions'>['items'][number] {
  const { id, userId, createdAt, lastSeenAt, address, device } = session;
  return { id, user: userId, userName: names.get(userId) ?? '', createdAt, lastSeenAt, expiresAt: session.expiresAt, address, device, current: id === currentId };
}

function tokenRow({ id, name, role, userId, createdAt, expiresAt, lastUsedAt, lastFour }: ApiToken): Answer<'listTokens'>['items'][number] {
  return { id, name, role, user: userId, createdAt, expiresAt: expiresAt ?? null, lastUsedAt: lastUsedAt ?? null, lastFour };
}
