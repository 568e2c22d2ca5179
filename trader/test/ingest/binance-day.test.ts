import { BINANCE_SPOT_FEED } from '../venues/binance/feed-harness.ts';
import { dayContract } from './day-contract.ts';

const bar = (symbol: string, at: string, price: string, low: string) => `{"stream":"x","data":{"e":"kline","E":1,"s":"${symbol}","k":{"t":${at},"T":1,"s":"${symbol}","i":"1m","o":"${price}","h":"${price}","l":"${low}","c":"${price}","v":"1","x":true}}}`;

// A bar that cannot be, one at a hundred times the price, and one of the far past.
dayContract(BINANCE_SPOT_FEED, 4, [bar('BTCUSDT', '@MINUTE@', '5', '6'), bar('ETHUSDT', '@MINUTE@', '990000', '990000'), bar('BNBUSDT', '1600000020000', '5', '5')]);
