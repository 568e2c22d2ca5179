import { COINBASE_FEED } from '../venues/coinbase/feed-harness.ts';
import { FEED_CASES } from './market-feed-cases.ts';
import { marketFeedContract } from './market-feed.ts';

marketFeedContract(COINBASE_FEED, FEED_CASES);
