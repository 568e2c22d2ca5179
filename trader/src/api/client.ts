import type { Problem, ProblemCode, ProblemField } from './problems.ts';
import { ROUTES, type RouteFacts, type RouteName } from './routes.ts';
import type { Answer, Body, Params, Query } from './schema/table.ts';

/** Where every route begins. */
export const API_BASE = '/api/v1';

/** The API said no, or could not be reached: then `code` is `unreachable` and the status 0. */
export class ApiProblem extends Error {
  readonly code: ProblemCode | 'unreachable';
  readonly status: number;
  readonly fields: readonly ProblemField[];
  /** Seconds to wait before it is asked again. */
  readonly retryAfter: number | undefined;
  readonly requestId: string | undefined;
  /** The whole answer: some problems tell more, as `approval`. */
  readonly problem: Partial<Problem> & Readonly<Record<string, unknown>>;

  constructor(problem: Partial<Problem> & Readonly<Record<string, unknown>>) {
    super(problem.detail ?? problem.title ?? 'The server cannot be reached');
    this.name = 'ApiProblem';
    this.code = problem.code ?? 'unreachable';
    this.status = problem.status ?? 0;
    this.fields = problem.fields ?? [];
    this.retryAfter = problem.retryAfter;
    this.requestId = problem.requestId;
    this.problem = problem;
  }
}

type Given<K extends string, T> = T extends undefined ? { readonly [P in K]?: never } : Record<never, never> extends T ? { readonly [P in K]?: T } : { readonly [P in K]: T };

/** What a call of a route is given besides its name. */
export type CallInput<R extends RouteName> = Given<'params', Params<R>> & Given<'query', Query<R>> & Given<'body', Body<R>> & {
  /** Of a change; one is made up where it is absent. The same key again is the same change, so keep it for a repetition. */
  readonly key?: string;
  readonly signal?: AbortSignal;
  /** The approval of a second administrator, where a first answer asked for one. */
  readonly approval?: string;
};

/** The API as a function: routes by name, typed by their schemas. */
export interface ApiClient {
  /** Asks once; where the access has just ended, refreshes it and asks once more. Throws `ApiProblem`. */
  call<R extends RouteName>(route: R, ...input: Record<never, never> extends CallInput<R> ? [input?: CallInput<R>] : [input: CallInput<R>]): Promise<Answer<R>>;
}

/** What a client needs of its surroundings. */
export interface ClientOptions {
  /** Scheme, host and port; the page's own where empty. */
  readonly origin?: string;
  /** An API token, for programs; a browser has its cookies. */
  readonly token?: string;
  readonly fetch?: typeof fetch;
  /** Refreshes the access once for all that wait, true where that worked. A browser hands in one that holds a lock over its tabs. */
  readonly refresh?: (ask: () => Promise<boolean>) => Promise<boolean>;
}

interface LooseInput {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: unknown;
  readonly key?: string;
  readonly signal?: AbortSignal;
  readonly approval?: string;
}

/** A client of the API. It needs nothing but `fetch`, and brings no schema along. */
export function createClient({ origin = '', token, fetch: send = fetch, refresh = (ask) => ask() }: ClientOptions = {}): ApiClient {
  let refreshing: Promise<boolean> | undefined;
  const ask = async (name: RouteName, input: LooseInput): Promise<Response> => {
    const route: RouteFacts = ROUTES[name];
    try {
      return await send(origin + API_BASE + addressOf(route, input), requestOf(route, input, token));
    } catch (cause) {
      if (input.signal?.aborted === true) throw cause;
      throw new ApiProblem({});
    }
  };
  const refreshed = () => refreshing ??= refresh(async () => (await ask('authRefresh', {})).ok).finally(() => {
    refreshing = undefined;
  });
  return {
    async call<R extends RouteName>(name: R, ...rest: readonly unknown[]) {
      const given = rest[0] as LooseInput | undefined;
      const mutation = ROUTES[name].method !== 'GET';
      const input = mutation ? { ...given, key: given?.key ?? crypto.randomUUID() } : { ...given };
      let response = await ask(name, input);
      if (response.status === 401 && token === undefined && ROUTES[name].access.role !== 'public') {
        if (await refreshed()) response = await ask(name, input);
      }
      return await readAnswer(response) as Answer<R>;
    },
  };
}

function addressOf({ path }: RouteFacts, { params = {}, query = {} }: LooseInput): string {
  const filled = path.replaceAll(/:([a-z]+)/gi, (_, name: string) => encodeURIComponent(params[name]));
  const asked = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) asked.set(name, String(value));
  return asked.size === 0 ? filled : `${filled}?${asked.toString()}`;
}

function requestOf({ method, idempotency }: RouteFacts, { body, key, signal, approval }: LooseInput, token: string | undefined): RequestInit {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (token !== undefined) headers['authorization'] = `Bearer ${token}`;
  if (method !== 'GET') {
    headers['x-algotrendy'] = '1';
    if (key !== undefined && idempotency === undefined) headers['idempotency-key'] = key;
    if (body !== undefined) headers['content-type'] = 'application/json';
    if (approval !== undefined) headers['x-approval'] = approval;
  }
  return { method, headers, credentials: 'same-origin', cache: 'no-store', ...(body !== undefined && { body: JSON.stringify(body) }), ...(signal && { signal }) };
}

async function readAnswer(response: Response): Promise<unknown> {
  const type = response.headers.get('content-type') ?? '';
  if (response.ok) return type.startsWith('application/json') ? response.json() : response.text();
  const problem: unknown = type.includes('json') ? await response.json().catch(() => ({})) : {};
  throw new ApiProblem({ status: response.status, ...(typeof problem === 'object' ? problem : {}) });
}
