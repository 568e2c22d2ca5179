import { parentPort, workerData } from 'node:worker_threads';
import type { ApiWorkerData } from './api-messages.ts';
import { openApi } from './wiring/api-service.ts';
import { WorkerRun } from './worker-run.ts';

const port = parentPort;
if (!port) throw new Error('api-worker.ts is started by a run that trades, as a thread');
const data = workerData as ApiWorkerData;

const run = new WorkerRun(port);
const api = await openApi(data, run, run, (level, text) => { run.say({ kind: 'log', level, text }); });
run.say({ kind: 'up', url: api.url, firstRun: api.firstRun });
await run.ended;
await api.close();
run.say({ kind: 'stopped' });
port.close();
