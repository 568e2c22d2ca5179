import { KRAKEN_FEED } from '../venues/kraken/feed-harness.ts';
import { FEED_CASES } from './market-feed-cases.ts';
import { marketFeedContract } from './market-feed.ts';

marketFeedContract(KRAKEN_FEED, FEED_CASES);
