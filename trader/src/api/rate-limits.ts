import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../ports/clock.ts';
import type { LimitStore, LimitVerdict, RateLimit } from '../ports/limit-store.ts';
import { API_BASE } from './client.ts';
import { addressKey } from './auth/sign-in-throttle.ts';
import { ApiError } from './problem.ts';
import { ROUTES, type RouteFacts } from './routes.ts';

/** How often the API may be asked. */
export interface ApiLimits {
  readonly perAddress: RateLimit;
  readonly perUser: RateLimit;
}

/** What holds unless something else is configured. */
export const API_LIMITS: ApiLimits = {
  perAddress: { count: 100, windowMs: 60_000 },
  perUser: { count: 1_000, windowMs: 3_600_000 },
};

/** Whether a request is the API's, by the route that was found for it: an address can be written in ways that do not begin as ours do (`/%61pi`, or with its host before it). */
export function isOfApi({ url, routeOptions }: FastifyRequest): boolean {
  return url.startsWith(API_BASE) || routeOptions.url?.startsWith(API_BASE) === true;
}

/** Limits requests by address; to be added before anything looks at who it is. */
export function limitAddresses(app: FastifyInstance, store: LimitStore, limit: RateLimit, clock: Clock): void {
  app.addHook('onRequest', (request, reply, done) => {
    if (!isOfApi(request)) return done();
    settle(store.take(counted(request, addressKey(request.ip)), limit, clock.now()), reply, 'address', done);
  });
}

/** Limits requests by person; to be added after what finds out who it is. */
export function limitUsers(app: FastifyInstance, store: LimitStore, limit: RateLimit, clock: Clock): void {
  app.addHook('onRequest', (request, reply, done) => {
    if (request.caller === undefined) return done();
    settle(store.take(counted(request, `user ${request.caller.userId}`), limit, clock.now()), reply, 'person', done);
  });
}

/** What stops trading is counted apart from everything else. */
function counted({ routeOptions }: FastifyRequest, name: string): string {
  const { operation } = routeOptions.config;
  return operation !== undefined && (ROUTES[operation] as RouteFacts).urgent ? `${name} ${operation}` : name;
}

/** A store in memory answers at once, and then nothing waits. */
function settle(verdict: LimitVerdict | Promise<LimitVerdict>, reply: FastifyReply, whose: string, done: (error?: Error) => void): void {
  const judge = ({ allowed, remaining, retryAfterMs }: LimitVerdict) => {
    if (!allowed) return done(new ApiError('too-many-requests', `this ${whose} has asked too often; each time that it goes on, the wait gets longer`, { retryAfterMs }));
    void reply.header('x-ratelimit-remaining', remaining);
    done();
  };
  if (verdict instanceof Promise) verdict.then(judge, done);
  else judge(verdict);
}
