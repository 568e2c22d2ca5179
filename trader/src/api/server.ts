import { randomUUID } from 'node:crypto';
import { fastify, type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest, type HTTPMethods } from 'fastify';
import type { AnswerStore } from '../ports/answer-store.ts';
import type { Clock } from '../ports/clock.ts';
import type { EngineControl } from '../ports/engine-control.ts';
import type { FillArchive } from '../ports/fill-archive.ts';
import type { LimitStore } from '../ports/limit-store.ts';
import { API_BASE } from './client.ts';
import type { Call, HandledRoute, Handlers } from './call.ts';
import { docsPage } from './docs-page.ts';
import type { Gate } from './gate.ts';
import { barHandlers, type BarParts } from './handlers/bars.ts';
import { commandHandlers } from './handlers/commands.ts';
import { dataHandlers, type DataParts } from './handlers/data.ts';
import { exportHandlers } from './handlers/export.ts';
import { jobHandlers, type JobParts } from './handlers/jobs.ts';
import { performanceHandlers, type PerformanceParts } from './handlers/performance.ts';
import { runHandlers, type RunParts } from './handlers/run.ts';
import { shelfHandlers, type ShelfParts } from './handlers/runs.ts';
import { Idempotency } from './idempotency.ts';
import { openApiDocument } from './openapi.ts';
import { ApiError, problemOf, secondsOf } from './problem.ts';
import type { ProblemCode } from './problems.ts';
import { API_LIMITS, isOfApi, limitAddresses, limitUsers, type ApiLimits } from './rate-limits.ts';
import { ROUTES, type RouteFacts, type RouteName } from './routes.ts';
import { SCHEMAS, type RouteSchemas } from './schema/table.ts';
import { API_HEADERS, pagePolicy, STRICT_TRANSPORT } from './security-headers.ts';
import { Site, serveSite } from './site.ts';
import { TripHistory } from './trip-history.ts';
import { checkBySchema, NOTHING_ASKED, schemaProblem, SchemaRefusal, takeJson } from './validation.ts';

const BODY_BYTES_MAX = 64 * 1024;
/** Longer than any id or book. */
const PARAMETER_LENGTH_MAX = 200;
/** What the audit log keeps of a change's body. */
const NOTE_LENGTH_MAX = 300;
const REQUEST_TIMEOUT_MS = 30_000;
/** Above that of a proxy, which else sends into a connection that is just being closed. */
const KEEP_ALIVE_MS = 75_000;

/** What the server speaks for. */
export interface ServerParts extends RunParts, BarParts, DataParts, JobParts, Omit<PerformanceParts, 'history'>, ShelfParts {
  /** All fills of a run; absent where the newest that the replica holds are enough. */
  readonly fills?: FillArchive;
  readonly control: EngineControl;
  readonly gate: Gate;
  readonly answers: AnswerStore;
  readonly limits: LimitStore;
  readonly clock: Clock;
  /** Of the product. */
  readonly version: string;
  /** A fault of ours, for the log: never what a request held. */
  readonly onFault: (message: string, error: Error) => void;
  /** Folder of the dashboard's export, or where it will be; no dashboard is served where it is absent. */
  readonly dashboard?: string;
  /** Addresses of proxies that are believed when they say who asks. */
  readonly trustedProxies?: readonly string[];
  /** Whether people reach it by TLS: then browsers are told to stay with it. */
  readonly tls?: boolean;
  /** Other limits than `API_LIMITS`. */
  readonly apiLimits?: ApiLimits;
}

/** The API's server, not yet listening: `app.listen`, `app.close`. `app.server` takes WebSocket upgrades from others. */
export async function createServer(parts: ServerParts): Promise<FastifyInstance> {
  const { gate, limits, clock, trustedProxies = [], tls = false, apiLimits = API_LIMITS } = parts;
  const app = fastify({
    logger: false, genReqId: () => randomUUID(), bodyLimit: BODY_BYTES_MAX, requestTimeout: REQUEST_TIMEOUT_MS, keepAliveTimeout: KEEP_ALIVE_MS,
    trustProxy: trustedProxies.length === 0 ? false : [...trustedProxies], forceCloseConnections: 'idle', return503OnClosing: true,
    routerOptions: { maxParamLength: PARAMETER_LENGTH_MAX, ignoreTrailingSlash: false },
    frameworkErrors: (error, request, reply) => { sendProblem(new ApiError('bad-request', error.message), request, reply); },
  });
  checkBySchema(app);
  takeJson(app);
  answerProblems(app, parts.onFault);
  app.addHook('onRequest', (request, reply, done) => {
    if (isOfApi(request)) void reply.headers(API_HEADERS);
    if (tls) void reply.header('strict-transport-security', STRICT_TRANSPORT);
    done();
  });
  limitAddresses(app, limits, apiLimits.perAddress, clock);
  gate.install(app);
  limitUsers(app, limits, apiLimits.perUser, clock);
  addRoutes(app, parts);
  if (parts.dashboard !== undefined) serveSite(app, new Site(parts.dashboard, clock));
  await app.ready();
  return app;
}

function addRoutes(app: FastifyInstance, parts: ServerParts): void {
  const { gate, answers, clock } = parts;
  const idempotency = new Idempotency(answers, clock);
  const history = new TripHistory(parts.replica, parts.fills);
  const handlers: Handlers = {
    ...runHandlers(parts), ...commandHandlers(parts), ...barHandlers(parts), ...dataHandlers(parts), ...exportHandlers({ ...parts, history }), ...jobHandlers(parts),
    ...performanceHandlers({ ...parts, history }), ...shelfHandlers(parts), ...documentHandlers(parts.version),
  };
  const methods = new Map<string, HTTPMethods[]>();
  for (const [name, route] of Object.entries(ROUTES) as [RouteName, RouteFacts][]) {
    const url = API_BASE + route.path;
    methods.set(url, [...methods.get(url) ?? [], route.method]);
    app.route({
      method: route.method, url, config: { access: route.access, operation: name }, schema: requestSchema(SCHEMAS[name]),
      handler: handlerOf(name, route, gate, handlers, idempotency),
    });
  }
  for (const [url, known] of methods) refuseOtherMethods(app, url, known);
}

/** The document is made when it is first asked for: it takes some milliseconds, and never changes. */
function documentHandlers(version: string): Handlers<'openapi' | 'docs'> {
  let made: ReturnType<typeof openApiDocument> | undefined;
  const document = () => made ??= openApiDocument(version);
  return { openapi: () => document(), docs: () => docsPage(document()) };
}

/** What is not asked for is not taken either. */
function requestSchema({ params, query, body }: RouteSchemas) {
  return { params: params ?? NOTHING_ASKED, querystring: query ?? NOTHING_ASKED, ...(body && { body }) };
}

type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;

function handlerOf(name: RouteName, route: RouteFacts, gate: Gate, handlers: Handlers, idempotency: Idempotency): Handler {
  const carryOut = async (request: FastifyRequest, reply: FastifyReply, id: string): Promise<unknown> => {
    if (name in gate.handlers) return gate.handlers[name as keyof Gate['handlers']](request, reply);
    const { params, query, body, caller } = request;
    const handler = handlers[name as HandledRoute] as (call: Call<HandledRoute>) => unknown;
    if (route.method !== 'GET' && body !== undefined) request.auditNote = { detail: JSON.stringify(body).slice(0, NOTE_LENGTH_MAX) };
    return handler({ params, query, body, caller, id } as Call<HandledRoute>);
  };
  const mutation = route.method !== 'GET' && route.idempotency !== 'none';
  return async (request, reply) => {
    void reply.type(route.media === undefined ? 'application/json; charset=utf-8' : `${route.media}; charset=utf-8`);
    const { caller } = request;
    if (!mutation || caller === undefined) {
      const answer = await carryOut(request, reply, route.method === 'GET' ? '' : randomUUID());
      if (route.media === 'text/html') void reply.header('content-security-policy', pagePolicy(String(answer))).header('x-frame-options', 'SAMEORIGIN');
      return answer;
    }
    const { params, query, body } = request;
    const change = { caller, key: request.headers['idempotency-key'], request: JSON.stringify([name, params, query, body]), secret: route.secret === true };
    const answer = await idempotency.once(change, (id) => carryOut(request, reply, id));
    if (answer.repeated) void reply.header('idempotency-replayed', 'true');
    return answer.body;
  };
}

const METHODS: readonly HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'QUERY'];

/** A method that an address does not take is told as such, with those that it takes. */
function refuseOtherMethods(app: FastifyInstance, url: string, known: readonly HTTPMethods[]): void {
  const taken = known.includes('GET') ? [...known, 'HEAD' as const] : known;
  // As a hook, since a method may be refused for its body before a handler is reached.
  const onRequest = (request: FastifyRequest, reply: FastifyReply, done: (error: Error) => void) => {
    void reply.header('allow', taken.join(', '));
    done(new ApiError('method-not-allowed', `${request.method} is not for this address; it takes ${taken.join(', ')}`));
  };
  app.route({ method: METHODS.filter((method) => !taken.includes(method)), url, config: { access: { role: 'public' } }, onRequest, handler: (_, reply) => reply.callNotFound() });
}

const FASTIFY_CODES: Readonly<Record<string, ProblemCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'body-too-large', FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported-media-type',
};

/** Every no is a problem+json; what nobody foresaw is told to the log, and to the asker no more than that. */
function answerProblems(app: FastifyInstance, onFault: ServerParts['onFault']): void {
  app.setNotFoundHandler((request, reply) => { sendProblem(new ApiError('not-found', 'there is nothing at this address'), request, reply); });
  app.setErrorHandler((error: FastifyError | ApiError | SchemaRefusal, request, reply) => {
    if (error instanceof ApiError) return sendProblem(error, request, reply);
    if (error instanceof SchemaRefusal) return sendProblem(schemaProblem(error, (error as SchemaRefusal & FastifyError).validationContext ?? 'request'), request, reply);
    const { code, statusCode = 500, message } = error;
    if (statusCode < 500) return sendProblem(new ApiError(FASTIFY_CODES[code] ?? 'bad-request', message), request, reply);
    onFault(`request ${request.id} (${request.routeOptions.config.operation ?? 'unknown'}) failed`, error);
    return sendProblem(new ApiError('internal', 'this is a fault of ours; the log has it under the request id'), request, reply);
  });
}

function sendProblem(error: ApiError, request: FastifyRequest, reply: FastifyReply): void {
  if (error.retryAfterMs !== undefined) void reply.header('retry-after', secondsOf(error.retryAfterMs));
  void reply.code(error.statusCode).type('application/problem+json').send(JSON.stringify(problemOf(error, request.id)));
}
