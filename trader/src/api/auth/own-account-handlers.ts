import type { FastifyRequest } from 'fastify';
import type { Accounts } from '../../ports/accounts.ts';
import { ApiError } from '../problem.ts';
import { bodyOf, callerOf, DONE, meOf, originOf, ownUser, type AccountHandlers } from './account-handlers.ts';
import type { SessionCookies } from './cookies.ts';
import { enterSession } from './entry-handlers.ts';
import type { Passwords } from './passwords.ts';
import { STEP_UP_MS } from './request-gate.ts';
import type { SecondFactor } from './second-factor.ts';
import type { Sessions } from './sessions.ts';
import { checkStrength, type SignIn } from './sign-in.ts';

/** What these routes are answered from. */
export interface OwnAccountParts {
  readonly accounts: Accounts;
  readonly signIn: SignIn;
  readonly sessions: Sessions;
  readonly factor: SecondFactor;
  readonly passwords: Passwords;
  readonly cookies: SessionCookies;
}

type OwnAccountRoute = 'authStepUp' | 'authMe' | 'authPassword' | 'authTotpBegin' | 'authTotpConfirm' | 'authTotpRemove' | 'authRecoveryCodes';

/** What people do with their own account: confirm, password, second factor. */
export function ownAccountHandlers({ accounts, signIn, sessions, factor, passwords, cookies }: OwnAccountParts): AccountHandlers<OwnAccountRoute> {
  const endOthers = async (request: FastifyRequest) => {
    const { userId, id } = callerOf(request);
    sessions.ended(await accounts.endSessions(userId, id));
  };
  return {
    async authStepUp(request, reply) {
      const { password, code } = bodyOf<'authStepUp'>(request);
      await signIn.confirm(await ownUser(accounts, request), { password, code }, originOf(request));
      const steppedUpUntil = await sessions.stepUp(callerOf(request).id) + STEP_UP_MS;
      // Whoever may have read the old tokens has not confirmed.
      const refresh = cookies.read('refresh', request.headers.cookie);
      const issued = refresh === undefined ? undefined : await sessions.refresh(refresh);
      if (issued !== undefined && 'access' in issued) await enterSession({ accounts, cookies }, issued, reply);
      return { steppedUpUntil };
    },
    async authMe(request) {
      return meOf(accounts, callerOf(request), await ownUser(accounts, request));
    },
    async authPassword(request) {
      const { current, next } = bodyOf<'authPassword'>(request);
      const user = await ownUser(accounts, request);
      await signIn.confirm({ ...user, totpSealed: undefined }, { password: current }, originOf(request));
      checkStrength(next, user.name);
      await accounts.changeUser(user.id, { passwordHash: await passwords.hash(next) });
      await endOthers(request);
      return DONE;
    },
    authTotpBegin: async (request) => factor.begin(await ownUser(accounts, request)),
    async authTotpConfirm(request) {
      const recoveryCodes = await factor.confirm(await ownUser(accounts, request), bodyOf<'authTotpConfirm'>(request).code);
      if (recoveryCodes === undefined) throw new ApiError('bad-value', 'The code is not right. See that the clock of the device is, and give the next one.', { fields: [{ field: 'body.code', message: 'is not the code of this moment' }] });
      await endOthers(request);
      return { recoveryCodes: [...recoveryCodes] };
    },
    async authTotpRemove(request) {
      await factor.remove(await ownUser(accounts, request));
      await endOthers(request);
      return DONE;
    },
    async authRecoveryCodes(request) {
      const user = await ownUser(accounts, request);
      if (user.totpSealed === undefined) throw new ApiError('conflict', 'There is no second factor yet that they could stand in for.');
      return { recoveryCodes: [...await factor.newRecoveryCodes(user)] };
    },
  };
}
