import { OKX_FEED } from '../venues/okx/feed-harness.ts';
import { dayContract } from './day-contract.ts';

const candle = (symbol: string, open: string, low: string) => `{"arg":{"channel":"candle1m","instId":"${symbol}"},"data":[["@MINUTE@","${open}","${open}","${low}","${open}","1","1","1","1"]]}`;

// A bar that cannot be, one that is over before its time at a hundred times the price, and one of the far past.
dayContract(OKX_FEED, 1, [candle('BTC-USDT', '5', '6'), candle('ETH-USDT', '990000', '990000'), candle('SOL-USDT', '5', '5').replace('@MINUTE@', '1600000020000')]);
