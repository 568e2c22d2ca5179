import { noFee } from '../../src/simulation/fees.ts';
import { PESSIMISTIC } from '../../src/simulation/fill-policy.ts';
import { ConstantLatency } from '../../src/simulation/latency.ts';
import { SimulatedVenue } from '../../src/simulation/venue.ts';
import { bar, MINUTE, testInstrument } from '../markets.ts';
import { executionClientContract } from './execution-client.ts';

for (const latencyMs of [0, 5]) {
  for (const marketFill of ['next-open', 'close'] as const) {
    executionClientContract(`the simulated venue (${latencyMs} ms, ${marketFill})`, () => {
      const instrument = testInstrument({ lotSize: 5 });
      const client = new SimulatedVenue({ instruments: [instrument], fees: noFee, moneyScale: 2, latency: new ConstantLatency(latencyMs), marketFill, policy: PESSIMISTIC });
      let minutes = 0;
      let last = 100;
      const moveTo = (price: number) => {
        // The way there, and a bar at rest, so that what was asked for on the way has arrived.
        for (const [open, close] of [[last, price], [price, price]] as const) {
          client.onBar(0, bar(minutes * MINUTE, open, Math.max(open, close), Math.min(open, close), close), MINUTE);
          minutes += 1;
        }
        last = price;
        return Promise.resolve();
      };
      return moveTo(100).then(() => ({ client, instrument, now: () => minutes * MINUTE, moveTo, close: () => Promise.resolve() }));
    });
  }
}
