import { spawn, type ChildProcess } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import type { IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { AlertBook } from '../../api/alerts.ts';
import { API_LIMITS } from '../../api/rate-limits.ts';
import { ApiError } from '../../api/problem.ts';
import { EngineReplica } from '../../api/replica.ts';
import { createServer } from '../../api/server.ts';
import { StreamHub } from '../../api/stream/hub.ts';
import { attachStream } from '../../api/stream/server.ts';
import type { EngineControl } from '../../ports/engine-control.ts';
import type { EngineFeed } from '../../ports/engine-feed.ts';
import type { ApiWorkerData } from '../api-messages.ts';
import { readConfig } from '../config.ts';
import { openAuth } from './api-auth.ts';
import { openShared } from './api-shared.ts';
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

/** Serves a run's API, stream and dashboard. Throws where it cannot listen, and what the stores throw. */
export async function openApi(data: ApiWorkerData, feed: EngineFeed, control: EngineControl, log: Log): Promise<OpenApi> {
  const config = { ...await readConfig(), home: data.home };
  const trouble = (text: string, error: unknown) => { log('error', `${text}: ${error instanceof Error ? error.message : String(error)}`); };
  const replica = new EngineReplica(feed, WALL_CLOCK);
  const alerts = new AlertBook(replica);
  const jobs = new ChildJobs(data.home);
  const stores = openApiStores(config);
  const shared = openShared(config.secrets.get('REDIS_URL'), trouble);
  const { limits } = shared;
  const stopRelay = shared.relay(replica);
  const outside = data.origin === undefined ? undefined : new URL(data.origin);
  const tls = outside?.protocol === 'https:';
  if (outside === undefined && !LOOPBACK.test(data.host)) log('warning', 'others can reach this without TLS: passwords can be read on the way. Put a proxy with TLS before it, and say --api-origin.');
  const auth = await openAuth(config, { hostNames: [data.host, ...(outside === undefined ? [] : [outside.hostname])], secure: tls, realMoney: () => data.realMoney, onTrouble: trouble });
  const app = await createServer({ ...stores, replica, alerts, control, jobs, gate: auth, limits, clock: WALL_CLOCK, dashboard: DASHBOARD, onFault: trouble, tls, trustedProxies: outside === undefined ? [] : ['127.0.0.1', '::1'] });
  const hub = new StreamHub({ replica, alerts, jobs, clock: WALL_CLOCK });
  const detach = attachStream(app.server, {
    hub, gate: shared.gate(auth.sockets), origins: outside === undefined ? [] : [outside.origin],
    async limit(request) {
      const { allowed, retryAfterMs } = await limits.take(`address:${addressOf(request, outside !== undefined)}`, API_LIMITS.perAddress, WALL_CLOCK.now());
      if (!allowed) throw new ApiError('too-many-requests', 'too many requests from this address', { retryAfterMs });
    },
  });
  const port = await listen(data, (at) => app.listen({ host: data.host, port: at }));
  const stopBuild = buildDashboard(log);
  const url = data.origin ?? `http://${data.host === '0.0.0.0' || data.host === '::' ? 'localhost' : data.host}:${port}`;
  const path = await auth.firstRunPath();
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

/** Who connects; what a proxy says of it is believed where one was named. */
function addressOf({ socket, headers }: IncomingMessage, proxied: boolean): string {
  const told = proxied ? String(headers['x-forwarded-for'] ?? '').split(',').at(-1)?.trim() : undefined;
  return told === undefined || told === '' ? socket.remoteAddress ?? '' : told;
}

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
