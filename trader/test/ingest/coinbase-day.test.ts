import { coinbaseFeed } from '../venues/coinbase/feed-harness.ts';
import { dayContract } from './day-contract.ts';

const frame = (sequence: number) => `{"channel":"market_trades","client_id":"","timestamp":"2026-03-02T00:00:00Z","sequence_num":${sequence},"events":[]}`;

// Numbers that jump ahead, that go back to the first, and that are none. One product, since each of its bars takes two questions.
dayContract(coinbaseFeed(['BTC-USD']), 3, [frame(999_999_999), frame(0), frame(-7), frame(1.5)]);
