import { BINANCE_SPOT_FEED } from '../venues/binance/feed-harness.ts';
import { FEED_CASES } from './market-feed-cases.ts';
import { marketFeedContract } from './market-feed.ts';

marketFeedContract(BINANCE_SPOT_FEED, FEED_CASES);
