'use client';

import type { TradingFact } from 'trader/contract';
import { useMissingRole } from '../../data/session.ts';
import { usePart } from '../../data/stream.ts';
import { useFreshness, useSilentFeed } from '../shell/freshness-clock.tsx';

/**
 * Why nothing may be traded by hand now, in words: a missing role, a lost connection, old figures or prices, a
 * halt. `reducing` is for what only takes risk off, which a halt and a silent feed allow. Undefined where nothing forbids it.
 */
export function useTradeBlock({ reducing = false }: { readonly reducing?: boolean } = {}): string | undefined {
  const role = useMissingRole('trader');
  const { reason } = useFreshness();
  const state = usePart('state', ({ trading }) => trading?.state);
  // A price that stands still looks as if it had not moved since the review.
  const silent = useSilentFeed() !== undefined && !reducing ? 'the feed of prices is down' : undefined;
  return role ?? reason ?? silent ?? stateBlock(state, reducing);
}

function stateBlock(state: TradingFact['state'] | undefined, reducing: boolean): string | undefined {
  switch (state) {
    case undefined: return 'waiting for the state of the run';
    case 'catching-up': return reducing ? undefined : 'catching up with the market, which ends by itself';
    case 'halted': return reducing ? undefined : 'trading is halted';
    case 'liquidated': return 'the account was liquidated';
    case 'ended': return 'the data has ended';
    case 'active': return undefined;
    case 'paused': return undefined;
  }
}
