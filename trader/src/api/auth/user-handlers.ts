import type { Accounts, User } from '../../ports/accounts.ts';
import type { Clock } from '../../ports/clock.ts';
import { pageOf } from '../paging.ts';
import { ApiError } from '../problem.ts';
import type { Answer } from '../schema/table.ts';
import { holds } from './access.ts';
import { bodyOf, DONE, paramsOf, queryOf, type AccountHandlers } from './account-handlers.ts';
import type { Keyring } from './keyring.ts';
import type { OneTimeLinks } from './one-time-links.ts';
import type { Sessions } from './sessions.ts';
import { newUser } from './sign-in.ts';
import type { SignInThrottle } from './sign-in-throttle.ts';

/** What these routes are answered from. */
export interface UserParts {
  readonly accounts: Accounts;
  readonly clock: Clock;
  readonly keys: Keyring;
  readonly links: OneTimeLinks;
  readonly sessions: Sessions;
  readonly throttle: SignInThrottle;
}

type UserRoute = 'listUsers' | 'createUser' | 'changeUser' | 'removeUser' | 'resetUser';

const LAST_ADMIN = 'One administrator has to remain who can sign in.';

/** People and their roles. */
export function userHandlers({ accounts, clock, keys, links, sessions, throttle }: UserParts): AccountHandlers<UserRoute> {
  const userRow = async (user: User): Promise<Answer<'changeUser'>> => ({
    id: user.id, name: user.name, role: user.role, disabled: user.disabled, secondFactor: user.totpSealed !== undefined,
    createdAt: user.createdAt, lastSeenAt: user.lastSeenAt ?? null, lockedUntil: await throttle.lockedUntil(user.name) ?? null,
  });
  return {
    async listUsers(request) {
      const { items, next } = pageOf(await accounts.users(), queryOf<'listUsers'>(request), ({ id }) => id);
      return { items: await Promise.all(items.map(userRow)), next };
    },
    async createUser(request) {
      const { name, role } = bodyOf<'createUser'>(request);
      const user = newUser(keys.randomId(), name, role, undefined, clock.now());
      if (await accounts.addUser(user) !== 'added') throw new ApiError('conflict', `There is somebody called ${name} already.`);
      request.auditNote = { subject: user.id, detail: `${name} as ${role}` };
      return { user: await userRow(user), invitation: await links.invite(user.id) };
    },
    async changeUser(request) {
      const { id } = paramsOf<'changeUser'>(request);
      const { role, disabled, secondFactor } = bodyOf<'changeUser'>(request);
      const changed = await accounts.changeUser(id, { ...(role !== undefined && { role }), ...(disabled !== undefined && { disabled }), ...(secondFactor === false && { totpSealed: undefined, totpPending: undefined }) });
      if (changed === 'last-admin') throw new ApiError('last-admin', LAST_ADMIN);
      if (changed === 'unknown') throw noUser();
      if (secondFactor === false) await accounts.setRecoveryCodes(id, []);
      // They would be back with him, months later, wherever they have come to meanwhile.
      const tokens = changed.disabled ? await accounts.removeTokens(id) : [];
      sessions.ended([...(changed.disabled || secondFactor === false ? await accounts.endSessions(id) : []), ...tokens]);
      await recheckAll(accounts, sessions, changed);
      request.auditNote = { subject: id, detail: `${changed.name}: ${changed.role}${changed.disabled ? `, locked out, tokens revoked: ${tokens.length}` : ''}${secondFactor === false ? ', second factor taken away' : ''}` };
      return userRow(changed);
    },
    async removeUser(request) {
      const { id } = paramsOf<'removeUser'>(request);
      const user = await accounts.user(id);
      const ids = [...await accounts.sessions(id), ...await accounts.tokens(id)].map((each) => each.id);
      const outcome = await accounts.removeUser(id);
      if (outcome === 'last-admin') throw new ApiError('last-admin', LAST_ADMIN);
      if (outcome === 'unknown') throw noUser();
      sessions.ended(ids);
      request.auditNote = { subject: id, detail: user?.name ?? '' };
      return DONE;
    },
    async resetUser(request) {
      const { id } = paramsOf<'resetUser'>(request);
      // The second factor stays: who has come by the link alone is not let in.
      const user = await accounts.changeUser(id, { passwordHash: undefined });
      if (user === 'last-admin') throw new ApiError('last-admin', LAST_ADMIN);
      if (user === 'unknown') throw noUser();
      // Whoever lost a password may have lost the tokens with it.
      const tokens = await accounts.removeTokens(id);
      sessions.ended([...await accounts.endSessions(id), ...tokens]);
      request.auditNote = { subject: id, detail: `${user.name}, tokens revoked: ${tokens.length}` };
      return { user: await userRow(user), invitation: await links.invite(id) };
    },
  };
}

/** Has open connections learn of a changed role. */
async function recheckAll(accounts: Accounts, sessions: Sessions, user: User): Promise<void> {
  for (const { id } of await accounts.sessions(user.id)) sessions.renewed(id, user.role);
  for (const token of await accounts.tokens(user.id)) sessions.renewed(token.id, holds(user.role, token.role) ? token.role : user.role);
}

function noUser(): ApiError {
  return new ApiError('not-found', 'There is nobody with this id.');
}
