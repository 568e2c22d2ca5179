import { spawn, type ChildProcess } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { AlertBook } from '../../api/alerts.ts';
import { askerOf, OWN_PROXIES } from '../../api/asker.ts';
import { addressKey } from '../../api/auth/sign-in-throttle.ts';
import { API_LIMITS } from '../../api/rate-limits.ts';
import { ApiError } from '../../api/problem.ts';
import { EngineReplica } from '../../api/replica.ts';
import { createServer } from '../../api/server.ts';
import { StreamHub } from '../../api/stream/hub.ts';
import { attachStream } from '../../api/stream/server.ts';
import type { EngineControl } from '../../ports/engine-control.ts';
import type { EngineFeed } from '../../ports/engine-feed.ts';
import type { JobBoard } from '../../ports/jobs.ts';
import type { ApiWorkerData } from '../api-messages.ts';
import { readConfig } from '../config.ts';
import { Refusal } from '../refusal.ts';
import { openAuth } from './api-auth.ts';
import { openShared, type SharedParts } from './api-shared.ts';
import { openApiStores } from './api-stores.ts';
import { ChildJobs } from './job-board.ts';
import { WALL_CLOCK } from './wall-clock.ts';

/** An API that serves. */
export interface OpenApi {
  /** Where a browser on this machine finds it. */
  readonly url: string;
  /** The one-time link of the first person; undefined where somebody has an account. */
  readonly firstRun: string | undefined;
  /** Ends what is served, and what was started. */
  close(): Promise<void>;
}

/** Hears what the log should say. */
type Log = (level: 'info' | 'warning' | 'error', text: string) => void;

const DASHBOARD = fileURLToPath(new URL('../../../../dashboard/out', import.meta.url));
const BUILD = fileURLToPath(new URL('../../../../scripts/dashboard.mjs', import.meta.url));
/** A run that is over at once needs no dashboard. */
const BUILD_AFTER_MS = 2_000;
/** How many ports are tried where none was asked for. */
const PORTS = 50;
/** Addresses that this machine alone reaches. */
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|::1)$/;

/** What is served: a run, and who takes orders for it. */
interface Served {
  readonly feed: EngineFeed;
  readonly control: EngineControl;
  readonly jobs: JobBoard & { close(): Promise<void> };
  /** Whether other processes hear of the run from this one, and the dashboard is built here. */
  readonly leads: boolean;
}

/** Serves the API, stream and dashboard of a run that this process trades. Throws where it cannot listen, and what the stores throw. */
export function openApi(data: ApiWorkerData, feed: EngineFeed, control: EngineControl, log: Log): Promise<OpenApi> {
  return open(data, log, () => ({ feed, control, jobs: new ChildJobs(data.home), leads: true }));
}

/** The same of a run that another process trades, and tells of through Redis: for reading alone. Refuses where no Redis is named. */
export function openFollowingApi(data: ApiWorkerData, log: Log): Promise<OpenApi> {
  return open(data, log, ({ feed }) => {
    if (feed === undefined) throw new Refusal('usage', 'no Redis is named, and without one nothing is heard of a run', { hint: 'Set ALGOTRENDY_SECRET_REDIS_URL here and where the run trades.' });
    return { feed, control: NO_CONTROL, jobs: NO_JOBS, leads: false };
  });
}

async function open(data: ApiWorkerData, log: Log, servedFrom: (shared: SharedParts) => Served): Promise<OpenApi> {
  const config = { ...await readConfig(), home: data.home };
  const trouble = (text: string, error: unknown) => { log('error', `${text}: ${error instanceof Error ? error.message : String(error)}`); };
  const shared = await openShared(config.secrets.get('REDIS_URL'), trouble);
  const { limits } = shared;
  const { feed, control, jobs, leads } = servedFrom(shared);
  const replica = new EngineReplica(feed, WALL_CLOCK);
  const stores = openApiStores(config, leads);
  const alerts = new AlertBook(replica, shared.seen(stores.seen));
  const stopRelay = leads ? shared.relay(replica) : () => undefined;
  const outside = data.origin === undefined ? undefined : new URL(data.origin);
  const tls = outside?.protocol === 'https:';
  const trustedProxies = outside === undefined ? [] : OWN_PROXIES;
  if (outside === undefined && !LOOPBACK.test(data.host)) log('warning', 'others can reach this without TLS: passwords can be read on the way. Put a proxy with TLS before it, and say --api-origin.');
  const auth = await openAuth(config, { hostNames: [data.host.toLowerCase(), ...(outside === undefined ? [] : [outside.hostname])], trustedProxies, secure: tls, realMoney: () => data.realMoney || replica.facts?.run.mode === 'live', onTrouble: trouble });
  const app = await createServer({ ...stores, replica, alerts, control, jobs, gate: auth, limits, clock: WALL_CLOCK, dashboard: DASHBOARD, onFault: trouble, tls, trustedProxies });
  const hub = new StreamHub({ replica, alerts, jobs, clock: WALL_CLOCK });
  const detach = attachStream(app.server, {
    hub, gate: shared.gate(auth.sockets), origins: outside === undefined ? [] : [outside.origin],
    async limit(request) {
      const { allowed, retryAfterMs } = await limits.take(`stream ${addressKey(askerOf(request, trustedProxies))}`, API_LIMITS.perAddress, WALL_CLOCK.now());
      if (!allowed) throw new ApiError('too-many-requests', 'too many requests from this address', { retryAfterMs });
    },
  });
  const port = await listen(data, (at) => app.listen({ host: data.host, port: at }));
  const stopBuild = leads ? buildDashboard(log) : () => undefined;
  const url = data.origin ?? `http://${data.host === '0.0.0.0' || data.host === '::' ? 'localhost' : data.host}:${port}`;
  // A new link makes the one before it useless: the process that trades gives it out.
  const path = leads ? await auth.firstRunPath() : undefined;
  return {
    url, firstRun: path === undefined ? undefined : url + path,
    async close() {
      stopBuild();
      detach();
      stopRelay();
      await Promise.all([app.close(), jobs.close()]);
      auth.close();
      stores.close();
      shared.close();
      replica.close();
    },
  };
}

const ELSEWHERE = 'this process only tells of the run: ask the one that trades';
const NO_CONTROL: EngineControl = { request: () => Promise.resolve({ ok: false, error: { kind: 'unsupported', message: ELSEWHERE } }) };
const NO_JOBS: Served['jobs'] = {
  start: () => Promise.resolve({ ok: false, error: { kind: 'conflict', message: ELSEWHERE } }),
  cancel: () => Promise.resolve({ ok: false, error: { kind: 'not-found', message: ELSEWHERE } }),
  list: () => [], get: () => undefined, result: () => Promise.resolve(undefined), listen: () => () => undefined, close: () => Promise.resolve(),
};

/** Listens at the port that was asked for, or at the next one that is free. */
async function listen({ port, orNext }: ApiWorkerData, at: (port: number) => Promise<string>): Promise<number> {
  for (let tried = port; ; tried++) {
    try {
      const address = await at(tried);
      return Number(new URL(address).port);
    } catch (error) {
      if (!orNext || tried >= port + PORTS || !(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error;
    }
  }
}

/** Builds the dashboard beside trading where its sources are newer than what is there, once the run has gone on for a little; the result ends that. */
function buildDashboard(log: Log): () => void {
  let child: ChildProcess | undefined;
  const timer = setTimeout(() => { child = startBuild(log); }, BUILD_AFTER_MS);
  return () => {
    clearTimeout(timer);
    child?.kill();
  };
}

function startBuild(log: Log): ChildProcess {
  const child = spawn(process.execPath, [BUILD, '--if-stale'], { stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW);
  } catch {
    // It builds at the priority of all then.
  }
  child.on('error', (error) => { log('error', `the dashboard is not built: ${error.message}`); });
  createInterface({ input: child.stdout }).on('line', (line) => {
    const said = JSON.parse(line) as { readonly step?: string; readonly ready?: boolean; readonly failed?: string };
    if (said.failed !== undefined) log('error', `the dashboard could not be built: ${said.failed}`);
    else if (said.step !== undefined) log('info', `building the dashboard: ${said.step}`);
  });
  return child;
}
