import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FeedHarness } from '../contract/market-feed.ts';
import { liveDay } from './market-day.ts';

/** A day with cuts, silence, garbage, lost frames and lies: no bar is lost, none is wrong, and nearly all come live. */
export function dayContract(harness: FeedHarness, seed: number, lies: readonly string[]): void {
  test(`a day of ${harness.name} with a mishap an hour: every bar comes once, in order and as the venue has it, and no trade is missing`, async () => {
    const { handedOut, truth, state, mishaps } = await liveDay(harness, seed, lies);
    const { expected, live, lost, differingBars, checkedBars, missingTrades, fetchedTrades, tradeGaps } = state.quality;
    handedOut.forEach((bars, instrument) => { assert.deepEqual(bars, truth[instrument]); });
    assert.ok([...mishaps.values()].reduce((sum, count) => sum + count, 0) > 15 && mishaps.size >= 5, JSON.stringify([...mishaps]));
    assert.equal(lost, 0);
    assert.ok(live / expected > 0.99, `${live} of ${expected} live`);
    assert.ok(missingTrades === 0 && fetchedTrades > 0 && tradeGaps > 0, `${missingTrades} trades are missing, ${fetchedTrades} were fetched, of ${tradeGaps} holes`);
    assert.ok(differingBars === 0 && checkedBars > 0.5 * expected, `${differingBars} of ${checkedBars} differ`);
  });
}
