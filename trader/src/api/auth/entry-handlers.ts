import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Accounts } from '../../ports/accounts.ts';
import { ApiError } from '../problem.ts';
import { bodyOf, DONE, meOf, originOf, type AccountHandlers } from './account-handlers.ts';
import type { SessionCookies } from './cookies.ts';
import { hashOf } from './keyring.ts';
import { ACCESS_MS, SESSION_MS, type Issued, type Sessions } from './sessions.ts';
import { CHALLENGE_MS, type SignIn, type SignInStep } from './sign-in.ts';

/** What these routes are answered from. */
export interface EntryParts {
  readonly accounts: Accounts;
  readonly signIn: SignIn;
  readonly sessions: Sessions;
  readonly cookies: SessionCookies;
}

type EntryRoute = 'authSetup' | 'authFirstRun' | 'authSetPassword' | 'authSignIn' | 'authSecondFactor' | 'authRefresh' | 'authSignOut';

/** Coming in, staying in and going out: the routes that set cookies. */
export function entryHandlers(parts: EntryParts): AccountHandlers<EntryRoute> {
  const { accounts, signIn, sessions, cookies } = parts;
  const enter = (issued: Issued, reply: FastifyReply) => enterSession(parts, issued, reply);
  const proceed = (step: SignInStep, request: FastifyRequest, reply: FastifyReply) => proceedSession(parts, step, request, reply);
  return {
    authSetup: async () => ({ firstRun: (await accounts.users()).length === 0 }),
    async authFirstRun(request, reply) {
      const { token, name, password } = bodyOf<'authFirstRun'>(request);
      return { state: 'signed-in', me: await enter(await signIn.firstRun(token, name, password, originOf(request)), reply) };
    },
    async authSetPassword(request, reply) {
      const { token, password } = bodyOf<'authSetPassword'>(request);
      return proceed(await signIn.setPassword(token, password, originOf(request)), request, reply);
    },
    async authSignIn(request, reply) {
      const { name, password } = bodyOf<'authSignIn'>(request);
      // A name that nobody has may be a password in the wrong field.
      request.auditNote = { subject: (await accounts.userByName(name))?.name ?? 'an unknown name' };
      return proceed(await signIn.withPassword(name, password, originOf(request)), request, reply);
    },
    async authSecondFactor(request, reply) {
      const issued = await signIn.withSecondFactor(cookies.read('challenge', request.headers.cookie), bodyOf<'authSecondFactor'>(request).code, originOf(request));
      return { state: 'signed-in', me: await enter(issued, reply) };
    },
    async authRefresh(request, reply) {
      const token = cookies.read('refresh', request.headers.cookie);
      const issued = token === undefined ? undefined : await sessions.refresh(token);
      if (issued === undefined || 'reused' in issued) {
        takeCookies(cookies, reply);
        if (issued === undefined) throw new ApiError(token === undefined ? 'not-signed-in' : 'session-expired', 'There is no session to go on with. Sign in.');
        request.auditNote = { actor: issued.reused.name, detail: 'a refresh token came a second time; the session was ended' };
        throw new ApiError('refresh-reused', 'A refresh came a second time, so somebody else may have it. The session was ended; sign in again.');
      }
      return { me: await enter(issued, reply) };
    },
    async authSignOut(request, reply) {
      await leave(parts, request);
      takeCookies(cookies, reply);
      return DONE;
    },
  };
}

/** Goes on after a password that was right: into a session, or to the second factor. Whoever signs in anew leaves the session that this browser had. */
async function proceedSession(parts: EntryParts, step: SignInStep, request: FastifyRequest, reply: FastifyReply) {
  await leave(parts, request);
  if (step.kind === 'signed-in') return { state: 'signed-in' as const, me: await enterSession(parts, step.issued, reply) };
  request.auditNote = { subject: step.user.name, detail: 'the password was right; the second factor is asked for' };
  reply.header('set-cookie', parts.cookies.write('challenge', step.challenge, CHALLENGE_MS));
  return { state: 'second-factor' as const };
}

/** Sets the cookies of a session that has begun or goes on. */
export async function enterSession({ accounts, cookies }: Pick<EntryParts, 'accounts' | 'cookies'>, { caller, user, access, refresh, session }: Issued, reply: FastifyReply) {
  const { request } = reply;
  request.caller = caller;
  request.auditNote = { ...request.auditNote, actor: user.name };
  const left = session.expiresAt - session.lastSeenAt;
  reply.header('set-cookie', [cookies.write('access', access, Math.min(ACCESS_MS, left)), cookies.write('refresh', refresh, Math.min(SESSION_MS, left)), cookies.write('challenge', '', 0)]);
  return meOf(accounts, caller, user);
}

/** Ends the session that the browser brings along, if any. */
async function leave({ accounts, sessions, cookies }: EntryParts, request: FastifyRequest): Promise<void> {
  const { cookie } = request.headers;
  const id = await sessions.sessionOf(cookies.read('access', cookie)) ?? await sessionByRefresh(accounts, cookies.read('refresh', cookie));
  if (id !== undefined && await accounts.endSession(id)) sessions.ended([id]);
}

async function sessionByRefresh(accounts: Accounts, refresh: string | undefined): Promise<string | undefined> {
  return refresh === undefined ? undefined : accounts.sessionByRefresh(hashOf(refresh));
}

function takeCookies(cookies: SessionCookies, reply: FastifyReply): void {
  reply.header('set-cookie', (['access', 'refresh', 'challenge'] as const).map((name) => cookies.write(name, '', 0)));
}
