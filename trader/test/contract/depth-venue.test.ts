import { noFee } from '../../src/simulation/fees.ts';
import { DepthVenue } from '../../src/simulation/depth/depth-venue.ts';
import { ConstantLatency } from '../../src/simulation/latency.ts';
import { riskAverse } from '../../src/simulation/depth/queue-model.ts';
import { testInstrument } from '../markets.ts';
import { TickFeed } from '../tick-feed.ts';
import { executionClientContract } from './execution-client.ts';

const STEP = 10;

for (const [entryMs, responseMs] of [[0, 0], [5, 3]] as const) {
  executionClientContract(`the venue of ticks (${entryMs} ms there, ${responseMs} ms back)`, () => {
    const instrument = testInstrument({ lotSize: 5 });
    const feed = new TickFeed();
    const client = new DepthVenue({ markets: [{ instrument, ticks: feed }], fees: noFee, moneyScale: 2, queue: () => riskAverse, entry: new ConstantLatency(entryMs), response: new ConstantLatency(responseMs) });
    let now = 0;
    let bid = 0;
    let ask = 0;
    /** Both sides stand a cent around a price, with much to trade with; a trade at the price is printed. */
    const quote = (price: number) => {
      now += STEP;
      feed.add(
        ['bid', now, bid || price - 1, 0], ['ask', now, ask || price + 1, 0], ['bid', now, price - 1, 1000], ['ask', now, price + 1, 1000],
        ['sell', now, price, 1000], ['buy', now, price, 1000],
      );
      [bid, ask] = [price - 1, price + 1];
      client.advance(0, now);
    };
    const moveTo = (price: number) => {
      const from = bid === 0 ? price * 100 : bid + 1;
      const steps = Math.max(1, Math.abs(price * 100 - from) / 50);
      for (let i = 1; i <= steps; i++) quote(Math.round(from + ((price * 100 - from) * i) / steps));
      quote(price * 100);
      return Promise.resolve();
    };
    return moveTo(100).then(() => ({ client, instrument, now: () => now, moveTo, close: () => Promise.resolve() }));
  });
}
