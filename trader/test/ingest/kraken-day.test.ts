import { KRAKEN_FEED } from '../venues/kraken/feed-harness.ts';
import { dayContract } from './day-contract.ts';

const bar = (symbol: string, begin: string, price: string) => `{"channel":"ohlc","type":"update","timestamp":"${begin}","data":[{"symbol":"${symbol}","open":${price},"high":${price},"low":${price},"close":${price},"trades":1,"volume":1,"vwap":1,"interval_begin":"${begin}","interval":1,"timestamp":"${begin}"}]}`;

// A bar of the far past, one of no price, and trades of a symbol that nobody asked for.
dayContract(KRAKEN_FEED, 2, [bar('BTC/USD', '2020-01-01T00:00:00.000000000Z', '5'), bar('ETH/USD', '2020-01-01T00:00:00.000000000Z', '-1'), '{"channel":"trade","type":"update","data":[{"symbol":"DOGE/USD","side":"sell","price":1,"qty":1,"ord_type":"market","trade_id":1,"timestamp":"2020-01-01T00:00:00Z"}]}']);
