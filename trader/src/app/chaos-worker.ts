import { parentPort } from 'node:worker_threads';
import { runSeeds, type SeedRange } from './wiring/chaos-seeds.ts';

const port = parentPort;
if (!port) throw new Error('chaos-worker.ts is started by a chaos run, as a thread');
port.on('message', (range: SeedRange) => {
  void runSeeds(range).then((tally) => port.postMessage(tally));
});
