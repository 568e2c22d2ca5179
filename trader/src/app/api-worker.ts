import { parentPort, workerData } from 'node:worker_threads';
import type { ApiWorkerData } from './api-messages.ts';
import { openApi, type OpenApi } from './wiring/api-service.ts';
import { WorkerRun } from './worker-run.ts';

const port = parentPort;
if (!port) throw new Error('api-worker.ts is started by a run that trades, as a thread');
const data = workerData as ApiWorkerData;

let opened: Promise<OpenApi> | undefined;
const run = new WorkerRun(port, () => {
  void Promise.resolve(opened).then((api) => api?.close()).catch(() => undefined).then(() => {
    run.say({ kind: 'stopped' });
    port.close();
  });
});

opened = openApi(data, run, run, (level, text) => { run.say({ kind: 'log', level, text }); });
const { url, firstRun } = await opened;
run.say({ kind: 'up', url, firstRun });
