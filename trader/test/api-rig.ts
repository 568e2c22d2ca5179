import { createServer, type ServerParts } from '../src/api/server.ts';
import { SqliteAccounts } from '../src/adapters/accounts/sqlite-accounts.ts';
import { SqliteAnswers } from '../src/adapters/api-record/sqlite-answers.ts';
import { SqliteNotes } from '../src/adapters/api-record/sqlite-notes.ts';
import { AlertBook } from '../src/api/alerts.ts';
import { createAuth } from '../src/api/auth/auth.ts';
import { createClient, type ApiClient } from '../src/api/client.ts';
import { MemoryLimits } from '../src/api/memory-limits.ts';
import { EngineReplica } from '../src/api/replica.ts';
import type { Role } from '../src/api/routes.ts';
import { WALL_CLOCK } from '../src/app/wiring/wall-clock.ts';
import type { Result } from '../src/domain/result.ts';
import type { ControlError, EngineAnswer, EngineCommand, EngineControl, OrderPreview, OrderTicket } from '../src/ports/engine-control.ts';
import type { JobBoard, JobFact } from '../src/ports/jobs.ts';
import type { KeptRun } from '../src/ports/run-shelf.ts';
import { STRATEGIES } from '../src/strategies/catalog.ts';
import { randomBytes } from 'node:crypto';
import { MemorySecrets } from './auth-house.ts';
import { HAND_START, HandFeed } from './hand-feed.ts';

/** A run that is told what to answer, and keeps what it was told. */
export class HandControl implements EngineControl {
  readonly commands: EngineCommand[] = [];
  readonly #feed: HandFeed;
  /** Instead of doing as it was told. */
  refusal: ControlError | undefined;

  constructor(feed: HandFeed) {
    this.#feed = feed;
  }

  request(command: EngineCommand): Promise<Result<EngineAnswer, ControlError>> {
    const repeated = this.commands.some(({ id }) => id === command.id);
    this.commands.push(command);
    if (this.refusal !== undefined) return Promise.resolve({ ok: false, error: this.refusal });
    return Promise.resolve({ ok: true, value: { id: command.id, repeated, trading: this.#feed.snapshot.trading, orders: [], book: null, preview: command.kind === 'preview' ? handPreview(command.ticket) : null, notes: [] } });
  }
}

function handPreview({ instrument, side, type }: OrderTicket): OrderPreview {
  return {
    instrument, side, type, quantity: '1', price: '100', notional: '100', fee: '0.1', currency: 'USDT', exposureAfter: 0.01, cashAfter: '9899.9', margin: '100', leverage: null, slippage: { expected: { price: '100', cost: '0.01' }, worst: { price: '101', cost: '1' }, from: 'bars' },
    positionAfter: '1', lossAtStop: { money: '5', share: 0.0005 }, gainAtTakeProfit: null, addsRisk: true,
    guards: [{ rule: 'exposure', verdict: 'ok', used: 0.01, limit: 1, message: 'exposure 0.01 of 1' }], allowed: true, notes: [], tsEvent: HAND_START,
  };
}

/** A board of jobs that never end by themselves. */
class HandJobs implements JobBoard {
  readonly #jobs = new Map<string, JobFact>();

  start(id: string, request: JobFact['request'], by: string) {
    const job = this.#jobs.get(id) ?? { id, request, state: 'running' as const, phase: 'simulate', done: 1, total: 2, by, createdAt: 0, startedAt: 0, endedAt: null, etaMs: 1000, error: null, runId: null };
    this.#jobs.set(id, job);
    return Promise.resolve({ ok: true as const, value: job });
  }

  list() {
    return [...this.#jobs.values()].toReversed();
  }

  get(id: string) {
    return this.#jobs.get(id);
  }

  cancel(id: string) {
    const job = this.#jobs.get(id);
    if (job === undefined) return Promise.resolve({ ok: false as const, error: { kind: 'not-found' as const, message: `there is no job ${id}` } });
    const canceled = { ...job, state: 'canceled' as const };
    this.#jobs.set(id, canceled);
    return Promise.resolve({ ok: true as const, value: canceled });
  }

  result() {
    return Promise.resolve(undefined);
  }

  listen() {
    return () => undefined;
  }
}

/** A whole API over a run told by hand: real server, real accounts, real stores in memory. */
export interface ApiRig {
  readonly url: string;
  readonly feed: HandFeed;
  readonly control: HandControl;
  readonly faults: string[];
  readonly accounts: SqliteAccounts;
  /** The first administrator's cookies. */
  readonly cookie: string;
  readonly server: Awaited<ReturnType<typeof createServer>>;
  /** An API token of a role. */
  token(role: Role): Promise<string>;
  client(role: Role): Promise<ApiClient>;
  close(): Promise<void>;
}

/** Limits that no test reaches unless it means to. */
export const NO_LIMITS = { perAddress: { count: 1_000_000, windowMs: 1 }, perUser: { count: 1_000_000, windowMs: 1 } };
const RIG_PASSWORD = 'correct horse battery staple';

/** Starts one on a free port of loopback. */
export async function startApi(more: Partial<ServerParts> = {}, feed = new HandFeed()): Promise<ApiRig> {
  const accounts = new SqliteAccounts(':memory:');
  const faults: string[] = [];
  const auth = await createAuth({
    accounts, clock: WALL_CLOCK, random: (count) => randomBytes(count), hostNames: [], secure: false, realMoney: () => false,
    onTrouble: (message) => { faults.push(message); },
    secrets: new MemorySecrets(),
    venueKeys: { venues: [], list: () => Promise.resolve([]), put: () => Promise.resolve({ ok: false, error: { kind: 'unknown-venue', message: 'no venue here' } }), remove: () => Promise.resolve(false) },
  });
  const replica = new EngineReplica(feed, WALL_CLOCK);
  const control = new HandControl(feed);
  const server = await createServer({
    replica, control, alerts: new AlertBook(feed), jobs: new HandJobs(), gate: auth, clock: WALL_CLOCK, catalog: STRATEGIES, version: '0.1.0',
    answers: new SqliteAnswers(':memory:'), notes: new SqliteNotes(':memory:'), limits: new MemoryLimits(), apiLimits: NO_LIMITS,
    marketStore: () => Promise.resolve(undefined), seriesStore: () => undefined, runs: emptyShelf(),
    desk: {
      status: () => Promise.resolve({ series: [], providers: [], today: { hits: 0, misses: 0, hitRate: null, failures: {} }, cost: { paid: 0, paidFeeds: [1, 2] } }),
      sources: () => Promise.resolve([]), venues: () => ['binance'], findSeries: () => Promise.resolve({ found: [], note: 'nobody is asked here' }),
    },
    onFault: (message, error) => { faults.push(`${message}: ${error.stack ?? error.message}`); },
    ...more,
  });
  await server.listen({ host: '127.0.0.1', port: 0 });
  const address = server.server.address();
  const url = `http://127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}`;
  const cookie = await firstAdministrator(url, await auth.firstRunPath() ?? '');
  const tokens = new Map<Role, Promise<string>>();
  const token = (role: Role) => {
    const known = tokens.get(role) ?? makeToken(url, cookie, role);
    tokens.set(role, known);
    return known;
  };
  return {
    url, feed, control, faults, accounts, cookie, server, token,
    client: async (role) => createClient({ origin: url, token: await token(role) }),
    async close() {
      await server.close();
      auth.close();
      replica.close();
      await accounts.close();
    },
  };
}

async function firstAdministrator(url: string, path: string): Promise<string> {
  const response = await fetch(`${url}/api/v1/auth/first-run`, {
    method: 'POST', headers: { 'content-type': 'application/json', 'x-algotrendy': '1' },
    body: JSON.stringify({ token: path.slice(path.indexOf('#') + 1), name: 'ana', password: RIG_PASSWORD }),
  });
  if (!response.ok) throw new Error(`first run: ${await response.text()}`);
  return response.headers.getSetCookie().map((line) => line.slice(0, line.indexOf(';'))).join('; ');
}

async function makeToken(url: string, cookie: string, role: Role): Promise<string> {
  const response = await fetch(`${url}/api/v1/tokens`, {
    method: 'POST', headers: { 'content-type': 'application/json', 'x-algotrendy': '1', 'idempotency-key': `token-${role}`, cookie },
    body: JSON.stringify({ name: role, role, expiresInDays: 1 }),
  });
  if (!response.ok) throw new Error(`token: ${await response.text()}`);
  return (await response.json() as { secret: string }).secret;
}

function emptyShelf(): ServerParts['runs'] {
  const runs: readonly KeptRun[] = [];
  return {
    list: () => runs, get: () => undefined, remove: () => false,
    trades: () => Promise.resolve({ ok: false, error: { kind: 'not-found', message: 'nothing is kept here' } }),
    tearSheet: () => Promise.resolve({ ok: false, error: { kind: 'not-found', message: 'nothing is kept here' } }),
  };
}
