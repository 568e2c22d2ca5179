import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parentPort } from 'node:worker_threads';
import { AlertBook } from '../src/api/alerts.ts';
import { EngineReplica } from '../src/api/replica.ts';
import type { SocketGate } from '../src/api/stream/gate.ts';
import { StreamHub } from '../src/api/stream/hub.ts';
import { attachStream } from '../src/api/stream/server.ts';
import { WALL_CLOCK } from '../src/app/wiring/wall-clock.ts';
import type { EngineEvent, EngineFeed, EngineListener, EngineSnapshot } from '../src/ports/engine-feed.ts';

// The API's side of the stream's bench: a thread that is told of a run and serves its clients, as a run's worker does.

/** What the loop says. */
export type StreamWorkerMessage =
  | { readonly kind: 'snapshot'; readonly snapshot: EngineSnapshot }
  | { readonly kind: 'events'; readonly events: readonly EngineEvent[] }
  | { readonly kind: 'stats' };

const port = parentPort;
if (!port) throw new Error('stream-worker.ts is started by the bench, as a thread');

let listener: EngineListener | undefined;
const feed: EngineFeed = {
  listen(heard) {
    listener = heard;
    return () => undefined;
  },
};
/** Who they are, is what they say: sign-in is not what is measured. */
const gate: SocketGate = {
  authenticate: ({ headers }) => Promise.resolve({ ok: true, value: { user: headers['user-agent'] ?? '', session: 'bench', role: 'admin', expiresAt: Number.MAX_SAFE_INTEGER } }),
  watch: () => () => undefined,
};

const replica = new EngineReplica(feed, WALL_CLOCK);
const hub = new StreamHub({ replica, alerts: new AlertBook(replica), jobs: undefined, clock: WALL_CLOCK, limits: { connectionsPerUser: 10_000 } });
const server = createServer();
attachStream(server, { hub, gate, origins: [], limit: () => undefined });

port.on('message', (message: StreamWorkerMessage) => {
  if (message.kind === 'snapshot') listener?.onSnapshot(message.snapshot);
  else if (message.kind === 'events') listener?.onEvents(message.events);
  else port.postMessage({ kind: 'stats', stats: hub.stats, memory: process.memoryUsage(), cpu: process.threadCpuUsage() });
});
server.listen(0, '127.0.0.1', () => { port.postMessage({ kind: 'up', port: (server.address() as AddressInfo).port }); });
