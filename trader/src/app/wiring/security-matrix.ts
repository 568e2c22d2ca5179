import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from 'otplib';
import { WebSocket } from 'ws';
import { AlertBook } from '../../api/alerts.ts';
import { holds, ROLES } from '../../api/auth/access.ts';
import { API_BASE } from '../../api/client.ts';
import { MemoryLimits } from '../../api/memory-limits.ts';
import { EngineReplica } from '../../api/replica.ts';
import { ROUTES, type Access, type Role, type RouteFacts, type RouteName } from '../../api/routes.ts';
import { createServer } from '../../api/server.ts';
import { StreamHub } from '../../api/stream/hub.ts';
import { TOPICS, type Topic } from '../../api/stream/messages.ts';
import { attachStream, STREAM_PATH } from '../../api/stream/server.ts';
import type { EngineControl } from '../../ports/engine-control.ts';
import type { EngineFeed } from '../../ports/engine-feed.ts';
import type { JobBoard } from '../../ports/jobs.ts';
import { NO_CONFIG } from '../config.ts';
import { openAccounts, openAuth } from './api-auth.ts';
import { openApiStores } from './api-stores.ts';
import { WALL_CLOCK } from './wall-clock.ts';

/** Who tries: nobody, a person of a role by browser, one who was not asked lately whether it is them, and a program with a token of a role. */
export interface MatrixCaller {
  readonly name: string;
  readonly role: Role | undefined;
  readonly kind: 'nobody' | 'session' | 'stale session' | 'token';
}

/** One route or topic, and who gets in there: `allowed`, `refused`, or what came where the table says otherwise. */
export interface MatrixRow {
  readonly kind: 'route' | 'topic';
  readonly name: string;
  readonly what: string;
  readonly access: Access;
  /** By caller's name. */
  readonly verdicts: Readonly<Record<string, 'allowed' | 'refused'>>;
  /** Callers for whom the server did not do what the table says. */
  readonly wrong: readonly string[];
}

/** What was tried and what came of it. */
export interface SecurityMatrix {
  readonly routes: number;
  readonly topics: number;
  readonly callers: readonly string[];
  readonly tries: number;
  readonly mismatches: number;
  readonly rows: readonly MatrixRow[];
}

const PASSWORD = 'correct horse battery staple';
/** Not the table's own word for it: what the server says when it refuses somebody for who they are. */
const REFUSALS: ReadonlySet<string> = new Set(['not-signed-in', 'session-expired', 'role-too-low', 'step-up-needed', 'csrf', 'second-factor-needed', 'address-banned']);
/** Routes that are for nobody in particular also say these, of the session that they lack. */
const OWN_WORDS: ReadonlySet<string> = new Set(['not-signed-in', 'session-expired']);
/** What is needed for the others ends by these, so they are tried last. */
const LAST: readonly RouteName[] = ['authTotpRemove', 'authSignOut'];
const PATIENCE_MS = 5_000;

/** A run that tells nothing, and takes nothing: only who is let through to it is looked at. */
const SILENT_FEED: EngineFeed = { listen: () => () => undefined };
const NO_CONTROL: EngineControl = { request: async () => ({ ok: false, error: { kind: 'gone', message: 'nothing trades here' } }) };
const NO_JOBS: JobBoard = {
  start: async () => ({ ok: false, error: { kind: 'invalid', message: 'nothing runs here' } }), cancel: async () => ({ ok: false, error: { kind: 'not-found', message: 'nothing runs here' } }),
  list: () => [], get: () => undefined, result: async () => undefined, listen: () => () => undefined,
};

interface Door {
  readonly url: string;
  readonly headersOf: ReadonlyMap<string, Readonly<Record<string, string>>>;
  close(): Promise<void>;
}

/** All callers that try. */
export const MATRIX_CALLERS: readonly MatrixCaller[] = [
  { name: 'nobody', role: undefined, kind: 'nobody' },
  ...ROLES.map((role): MatrixCaller => ({ name: role, role, kind: 'session' })),
  { name: 'admin, not confirmed', role: 'admin', kind: 'stale session' },
  ...ROLES.map((role): MatrixCaller => ({ name: `token ${role}`, role, kind: 'token' })),
];

/** Starts a server of the API on an empty state folder of its own, and has every caller try every route and every topic. Trades nothing and dials nobody. */
export async function tryEverything(): Promise<SecurityMatrix> {
  const door = await openDoor();
  try {
    const rows: MatrixRow[] = [];
    const tryRoutes = async (names: readonly RouteName[]) => {
      for (const name of names) {
        const route: RouteFacts = ROUTES[name];
        rows.push(await rowOf('route', name, `${route.method} ${route.path}`, route.access, (caller) => tryRoute(door, route, caller)));
      }
    };
    await tryRoutes((Object.keys(ROUTES) as RouteName[]).filter((name) => !LAST.includes(name)));
    for (const [topic, { role }] of Object.entries(TOPICS)) rows.push(await rowOf('topic', topic, topic, { role }, (caller) => tryTopic(door, topic as Topic, caller)));
    await tryRoutes(LAST);
    return {
      routes: rows.filter(({ kind }) => kind === 'route').length, topics: rows.filter(({ kind }) => kind === 'topic').length, callers: MATRIX_CALLERS.map(({ name }) => name),
      tries: rows.length * MATRIX_CALLERS.length, mismatches: rows.reduce((sum, { wrong }) => sum + wrong.length, 0), rows,
    };
  } finally {
    await door.close();
  }
}

/** Whether the table lets somebody in. */
function isAllowed({ role, liveRole, stepUp, person }: Access, caller: MatrixCaller): boolean {
  if (role === 'public') return true;
  // The server of the walk says that real money is at stake, so that `live` is asked for too.
  if (caller.role === undefined || !holds(caller.role, liveRole ?? role)) return false;
  if (stepUp !== undefined && caller.kind === 'stale session') return false;
  return caller.kind !== 'token' || !(person || stepUp === 'always');
}

async function rowOf(kind: MatrixRow['kind'], name: string, what: string, access: Access, attempt: (caller: MatrixCaller) => Promise<boolean>): Promise<MatrixRow> {
  const verdicts: Record<string, 'allowed' | 'refused'> = {};
  const wrong: string[] = [];
  for (const caller of MATRIX_CALLERS) {
    const letIn = await attempt(caller);
    verdicts[caller.name] = letIn ? 'allowed' : 'refused';
    if (letIn !== isAllowed(access, caller)) wrong.push(caller.name);
  }
  return { kind, name, what, access, verdicts, wrong };
}

async function tryRoute({ url, headersOf }: Door, route: RouteFacts, caller: MatrixCaller): Promise<boolean> {
  const asked = route.method !== 'GET';
  const response = await fetch(`${url}${API_BASE}${route.path.replaceAll(/:\w+/g, 'none')}`, {
    method: route.method, headers: { ...headersOf.get(caller.name), 'x-algotrendy': '1', 'idempotency-key': crypto.randomUUID(), ...(asked && { 'content-type': 'application/json' }) },
    ...(asked && { body: '{}' }),
  });
  const text = await response.text();
  if (response.ok || !(response.headers.get('content-type') ?? '').includes('json')) return true;
  const { code } = JSON.parse(text) as { readonly code?: string };
  return code === undefined || !REFUSALS.has(code) || (route.access.role === 'public' && OWN_WORDS.has(code));
}

function tryTopic({ url, headersOf }: Door, topic: Topic, caller: MatrixCaller): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`${url.replace('http', 'ws')}${STREAM_PATH}`, { headers: { ...headersOf.get(caller.name), origin: url } });
    const timer = setTimeout(() => { socket.terminate(); reject(new Error(`${topic} was not answered for ${caller.name}`)); }, PATIENCE_MS);
    const finish = (letIn: boolean) => {
      clearTimeout(timer);
      socket.terminate();
      resolve(letIn);
    };
    socket.on('error', () => { finish(false); });
    socket.on('open', () => { socket.send(JSON.stringify({ type: 'subscribe', id: 1, channel: TOPICS[topic].byInstrument ? `${topic}:NONE-USD.NOWHERE` : topic })); });
    socket.on('message', (data: Buffer) => {
      const { type, code } = JSON.parse(data.toString()) as { readonly type: string; readonly code?: string };
      if (type === 'error') finish(code !== 'forbidden');
      else if (type === 'subscribed' || type === 'snapshot') finish(true);
    });
  });
}

/** A server with somebody of each role, signed in and with a token. */
async function openDoor(): Promise<Door> {
  const home = mkdtempSync(join(tmpdir(), 'algotrendy-matrix-'));
  const config = { ...NO_CONFIG, home };
  const onTrouble = (message: string, error: unknown) => { throw new Error(message, { cause: error }); };
  const [stores, auth] = [openApiStores(config), await openAuth(config, { hostNames: [], secure: false, realMoney: () => true, onTrouble })];
  const replica = new EngineReplica(SILENT_FEED, WALL_CLOCK);
  const alerts = new AlertBook(replica);
  const app = await createServer({
    ...stores, replica, alerts, control: NO_CONTROL, jobs: NO_JOBS, gate: auth, limits: new MemoryLimits(), clock: WALL_CLOCK, onFault: onTrouble,
    apiLimits: { perAddress: { count: 100_000, windowMs: 60_000 }, perUser: { count: 100_000, windowMs: 60_000 } },
  });
  const hub = new StreamHub({ replica, alerts, jobs: NO_JOBS, clock: WALL_CLOCK });
  const detach = attachStream(app.server, { hub, gate: auth.sockets, origins: [], limit: () => undefined });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  const firstRun = await auth.firstRunPath();
  return {
    url, headersOf: await admitAll(url, firstRun?.split('#')[1] ?? '', home),
    async close() {
      detach();
      hub.close();
      await app.close();
      auth.close();
      stores.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** Signs somebody of each kind in over the wire, as people do; what each of them sends from then on. */
async function admitAll(url: string, firstRun: string, home: string): Promise<Door['headersOf']> {
  const headersOf = new Map<string, Readonly<Record<string, string>>>();
  const admin = await send(url, 'authFirstRun', { token: firstRun, name: 'admin', password: PASSWORD }, {});
  const asAdmin = { cookie: admin.cookie };
  await enrol(url, asAdmin);
  for (const caller of MATRIX_CALLERS) {
    if (caller.role === undefined) continue;
    const { answer } = await send(url, 'createUser', { name: `${caller.name} of the matrix`, role: caller.role }, asAdmin);
    const token = (answer as { readonly invitation: { readonly path: string } }).invitation.path.split('#')[1];
    const { cookie } = await send(url, 'authSetPassword', { token, password: PASSWORD }, {});
    await enrol(url, { cookie });
    if (caller.kind !== 'token') {
      headersOf.set(caller.name, { cookie });
      continue;
    }
    const made = await send(url, 'createToken', { name: 'matrix', role: caller.role }, { cookie });
    headersOf.set(caller.name, { authorization: `Bearer ${(made.answer as { readonly secret: string }).secret}` });
  }
  const accounts = openAccounts({ home });
  const stale = await accounts.userByName('admin, not confirmed of the matrix');
  for (const { id } of await accounts.sessions(stale?.id ?? '')) await accounts.stepUp(id, 0);
  await accounts.close();
  return headersOf;
}

/** Sets a second factor up: where real money is at stake, who trades needs one. */
async function enrol(url: string, headers: Readonly<Record<string, string>>): Promise<void> {
  const { secret } = (await send(url, 'authTotpBegin', undefined, headers)).answer as { readonly secret: string };
  await send(url, 'authTotpConfirm', { code: await generate({ secret }) }, headers);
}

async function send(url: string, name: RouteName, body: unknown, headers: Readonly<Record<string, string>>): Promise<{ readonly answer: unknown; readonly cookie: string }> {
  const route: RouteFacts = ROUTES[name];
  const response = await fetch(`${url}${API_BASE}${route.path}`, {
    method: route.method, ...(body !== undefined && { body: JSON.stringify(body) }),
    headers: { ...headers, 'x-algotrendy': '1', ...(body !== undefined && { 'content-type': 'application/json' }), 'idempotency-key': crypto.randomUUID() },
  });
  const answer: unknown = await response.json();
  if (!response.ok) throw new Error(`${name} was answered with ${response.status}: ${JSON.stringify(answer)}`);
  return { answer, cookie: response.headers.getSetCookie().map((line) => line.split(';')[0] ?? '').filter((pair) => !pair.endsWith('=')).join('; ') };
}
