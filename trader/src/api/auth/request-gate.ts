import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AuditOutcome } from '../../domain/audit.ts';
import type { Clock } from '../../ports/clock.ts';
import { ApiError } from '../problem.ts';
import type { Access, RouteName } from '../routes.ts';
import { holds, type Caller } from './access.ts';
import type { AuditTrail } from './audit-trail.ts';
import type { SessionCookies } from './cookies.ts';
import type { FourEyes } from './four-eyes.ts';
import type { Sessions } from './sessions.ts';
import type { SignInThrottle } from './sign-in-throttle.ts';

/** What a handler adds to its audit entry. Never a secret. */
export interface AuditNote {
  /** To what it was done, as an order's id. */
  readonly subject?: string;
  /** What it was, in a line. */
  readonly detail?: string;
  /** Who it was, where the request itself proved it, as a sign-in does. */
  readonly actor?: string;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who may use the route; every route of the API says so. */
    readonly access?: Access;
    /** Its name, by which the audit log knows it. */
    readonly operation?: RouteName;
  }
  interface FastifyRequest {
    /** Who it is, once the gate has looked; undefined for nobody. */
    caller: Caller | undefined;
    auditNote: AuditNote | undefined;
    /** Code of the problem that it was answered with. */
    problemCode: string | undefined;
  }
}

/** How long showing that it is you counts. */
export const STEP_UP_MS = 5 * 60_000;
const API = '/api/';
const BEARER = /^Bearer +(\S+)$/i;
/** Harmless repetitions that would drown the rest of the log. */
const QUIET: ReadonlySet<RouteName> = new Set<RouteName>(['authRefresh', 'previewOrder']);
/** What a person of whom a second factor is demanded is told. */
const ENROL = 'A second factor is demanded here. Set one up, then go on.';

/** What the gate looks with. */
export interface GateParts {
  readonly sessions: Sessions;
  readonly cookies: SessionCookies;
  readonly throttle: SignInThrottle;
  readonly fourEyes: FourEyes;
  readonly trail: AuditTrail;
  readonly clock: Clock;
  /** Names, besides addresses and `localhost`, under which the server is reached. */
  readonly hostNames: readonly string[];
  /** Whether orders cost real money. */
  readonly realMoney: () => boolean;
}

/**
 * Stands before every route of the API: who is it, may they, is it really them, and does the request come
 * from our own pages. It looks before the body is read. Afterwards it writes the audit log.
 */
export class RequestGate {
  readonly #parts: GateParts;

  constructor(parts: GateParts) {
    this.#parts = parts;
  }

  /** Adds the hooks. A route of the API that does not say who may use it stops the start. */
  install(app: FastifyInstance): void {
    app.decorateRequest('caller', undefined);
    app.decorateRequest('auditNote', undefined);
    app.decorateRequest('problemCode', undefined);
    app.addHook('onRoute', ({ url, config, method }) => {
      if (url.startsWith(API) && config?.access === undefined) throw new Error(`${String(method)} ${url} does not say who may use it`);
    });
    app.addHook('onRequest', (request, _reply, done) => {
      const { access, operation } = request.routeOptions.config;
      // Pages, and methods that an address does not take, which is all that it answers.
      if (access === undefined || operation === undefined) {
        done();
        return;
      }
      try {
        const credential = this.#admit(request);
        const caller = credential === undefined ? undefined : this.#parts.sessions.remembered(credential);
        if (caller !== undefined) {
          this.#check(request, access, caller);
          done();
          return;
        }
        // oxlint-disable-next-line promise/no-callback-in-promise -- one promise for every request costs as much as all else; there is one only where somebody is not known yet
        this.#identify(request, access, credential).then(() => { done(); }, done);
      } catch (error) {
        done(error instanceof Error ? error : new Error(String(error)));
      }
    });
    app.addHook('preHandler', async (request) => {
      const { access, operation } = request.routeOptions.config;
      if (access?.fourEyes === undefined || operation === undefined || request.caller === undefined) return;
      if (this.#parts.realMoney()) await this.#parts.fourEyes.demand(operation, request.caller, request);
    });
    app.addHook('onError', (request, _reply, error, done) => {
      if (error instanceof ApiError) request.problemCode = error.code;
      done();
    });
    app.addHook('onSend', async (request, reply) => { await this.#audit(request, reply); });
  }

  /** What a connection's first request proves itself with; undefined where it brings nothing or comes from a foreign page. */
  credentialOf(request: IncomingMessage): string | undefined {
    return bearerOf(request.headers) ?? (this.isFromOurPage(request) ? this.#parts.cookies.read('access', request.headers.cookie) : undefined);
  }

  /** Whether one of our own pages opens a connection. A browser always says which page does; cookies would go along with a foreign one's. */
  isFromOurPage({ headers: { origin, host = '' } }: IncomingMessage): boolean {
    return this.#isOurs(host) && origin !== undefined && originHost(origin) === host.toLowerCase();
  }

  /** The credential of a request that may come in at all; undefined where it brings none. Throws `csrf`. */
  #admit(request: FastifyRequest): string | undefined {
    const { cookie, host = '' } = request.headers;
    if (!this.#isOurs(host)) throw new ApiError('csrf', 'This server is not known by that name. Open it by its address, or add the name to those that it answers to.');
    const bearer = bearerOf(request.headers);
    if (bearer !== undefined) return bearer;
    if (request.method !== 'GET' && request.method !== 'HEAD') checkSource(request, host);
    return this.#parts.cookies.read('access', cookie);
  }

  /** Another name that points here would let a foreign page pass for ours (DNS rebinding). */
  #isOurs(host: string): boolean {
    const name = host.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1').toLowerCase();
    return name === 'localhost' || isIP(name) !== 0 || this.#parts.hostNames.includes(name);
  }

  async #identify(request: FastifyRequest, access: Access, credential: string | undefined): Promise<void> {
    const caller = credential === undefined ? undefined : await this.#parts.sessions.identify(credential);
    if (caller !== undefined) {
      this.#check(request, access, caller);
      return;
    }
    // Who is signed in can still halt trading from a banned address.
    await this.#parts.throttle.checkAddress(request.ip);
    if (access.role === 'public') return;
    if (credential === undefined) throw new ApiError('not-signed-in', 'Nobody is signed in here: sign in first; programs send a token.');
    throw new ApiError('session-expired', 'The session or token has ended: sign in again; a program needs a new token.');
  }

  #check(request: FastifyRequest, access: Access, caller: Caller): void {
    request.caller = caller;
    if (access.role === 'public') return;
    if (caller.enrolling && access.enrolment === undefined) throw new ApiError('second-factor-needed', ENROL);
    const least = access.liveRole !== undefined && this.#parts.realMoney() ? access.liveRole : access.role;
    if (!holds(caller.role, least)) throw new ApiError('role-too-low', `This needs the role ${least}; yours is ${caller.role}.`);
    if (caller.kind === 'token') {
      if (access.person || access.stepUp === 'always') throw new ApiError('role-too-low', 'This is for a person who is signed in; a token cannot do it.');
      return;
    }
    if (access.stepUp === undefined || (access.stepUp === 'live' && !this.#parts.realMoney())) return;
    if (this.#parts.clock.now() - (caller.steppedUpAt ?? 0) > STEP_UP_MS) {
      throw new ApiError('step-up-needed', 'Confirm with your second factor, or your password where you have none, that it is you; then send it again.');
    }
  }

  async #audit(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { operation } = request.routeOptions.config;
    const { caller, auditNote: note = {}, problemCode } = request;
    const outcome = outcomeOf(reply.statusCode);
    if (operation === undefined || (outcome === 'done' && QUIET.has(operation)) || isIdle(request, reply.statusCode)) return;
    await this.#parts.trail.note({
      ...whoOf(caller, note), action: operation, outcome, address: request.ip,
      subject: note.subject ?? Object.values(request.params ?? {}).join(' '),
      detail: [note.detail, problemCode].filter(Boolean).join(': '),
    }, caller !== undefined || note.actor !== undefined);
  }
}

function whoOf(caller: Caller | undefined, note: AuditNote): { readonly actor: string; readonly via: string } {
  return { actor: note.actor ?? caller?.name ?? 'nobody', via: caller === undefined ? '' : `${caller.kind} ${caller.id}` };
}

/** Whether somebody only looked: what that is refused for is listed too, but not that a page was opened by nobody yet. */
function isIdle({ method, problemCode }: FastifyRequest, status: number): boolean {
  if (method !== 'GET' && method !== 'HEAD') return false;
  const denied = status === 401 || status === 403 || status === 429;
  return !denied || problemCode === 'not-signed-in' || problemCode === 'session-expired';
}

/**
 * Against forged requests: only our own pages can send a header of our own without being asked for leave
 * first, which is never given; and where the browser says from which page it comes, that must be ours.
 */
function checkSource({ headers }: FastifyRequest, host: string): void {
  const { origin, 'sec-fetch-site': site, 'x-algotrendy': mark } = headers;
  const foreign = mark !== '1' || (site !== undefined && site !== 'same-origin' && site !== 'none') || (origin !== undefined && originHost(origin) !== host.toLowerCase());
  if (foreign) throw new ApiError('csrf', 'A change needs the header X-AlgoTrendy: 1 and must come from this server\'s own pages; programs send a token.');
}

function bearerOf({ authorization }: IncomingHttpHeaders): string | undefined {
  return authorization === undefined ? undefined : BEARER.exec(authorization)?.[1];
}

function originHost(origin: string): string | undefined {
  return /^https?:\/\/([^/]+)$/.exec(origin)?.[1]?.toLowerCase();
}

function outcomeOf(status: number): AuditOutcome {
  return status < 400 ? 'done' : status < 500 ? 'refused' : 'failed';
}
