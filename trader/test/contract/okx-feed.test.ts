import { OKX_FEED } from '../venues/okx/feed-harness.ts';
import { FEED_CASES } from './market-feed-cases.ts';
import { marketFeedContract } from './market-feed.ts';

marketFeedContract(OKX_FEED, FEED_CASES);
