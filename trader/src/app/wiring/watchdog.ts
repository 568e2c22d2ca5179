import { setTimeout as sleep } from 'node:timers/promises';
import { VenueError } from '../../domain/venue-error.ts';
import { Refusal } from '../refusal.ts';
import { readLifeSign, type LifeSignText } from './life-sign.ts';
import { accountText, type KeyedAccount } from './venue-keys.ts';
import type { VenueStopper } from './venue-connection.ts';

/** What a watchdog tells as it happens. */
export type WatchdogNews =
  | { readonly kind: 'waiting' }
  /** `pid` is null where the sign cannot be read. */
  | { readonly kind: 'watching'; readonly pid: number | null }
  /** No sign for so long: everything is canceled now. */
  | { readonly kind: 'silent'; readonly forMs: number }
  | { readonly kind: 'failed'; readonly reason: string }
  /** So many orders were open before, and none is now. */
  | { readonly kind: 'canceled'; readonly orders: number }
  | { readonly kind: 'stopped' };

const LOOK_EVERY_MS = 200;
const RETRY_FIRST_MS = 500;
const RETRY_LAST_MS = 10_000;

/**
 * Watches over a process that trades: when its sign of life stands still for `silentMs` of this process's
 * own clock, all open orders of the account are canceled at the venue, and looked for again after
 * `settleMs`, for one may have been on its way. It asks again for as long as the venue does not answer,
 * and never opens anything. Goes on until `signal`; refuses to watch the sign of another account.
 */
export async function watch(home: string, account: KeyedAccount, stopper: VenueStopper, spans: { readonly silentMs: number; readonly settleMs: number }, signal: AbortSignal, tell: (news: WatchdogNews) => void): Promise<void> {
  let last: string | undefined;
  let changed = performance.now();
  let state: 'unknown' | 'waiting' | 'watching' | 'done' = 'unknown';
  while (!signal.aborted) {
    const sign = lookAt(home, last);
    const now = performance.now();
    if (sign === undefined) {
      if (state !== 'waiting') tell({ kind: 'waiting' });
      state = 'waiting';
    } else if (sign !== last || state === 'waiting') {
      const pid = checkSign(sign, account);
      if (state !== 'watching') tell({ kind: 'watching', pid });
      state = 'watching';
      changed = now;
    } else if (state === 'watching' && now - changed >= spans.silentMs) {
      tell({ kind: 'silent', forMs: Math.round(now - changed) });
      const orders = await endAll(stopper, spans.settleMs, () => signal.aborted || lookAt(home, sign) !== sign, tell);
      if (orders !== undefined) tell({ kind: 'canceled', orders });
      if (orders !== undefined) state = 'done';
    }
    last = sign;
    await sleep(LOOK_EVERY_MS);
  }
  tell({ kind: 'stopped' });
}

/** The sign as it stands; where the disk does not say, as it was: silence is the safe thing to hear. */
function lookAt(home: string, before: string | undefined): string | undefined {
  try {
    return readLifeSign(home);
  } catch {
    return before;
  }
}

/** Cancels until two looks in a row find nothing open; how many orders were open at first, undefined where the process came back meanwhile. Whatever goes wrong is told, and it is done again. */
async function endAll(stopper: VenueStopper, settleMs: number, isOver: () => boolean, tell: (news: WatchdogNews) => void): Promise<number | undefined> {
  let orders: number | undefined;
  let waitMs = RETRY_FIRST_MS;
  const attempt = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      tell({ kind: 'failed', reason: error instanceof Error ? error.message : String(error) });
      const asked = error instanceof VenueError ? error.retryAfterMs ?? 0 : 0;
      await sleep(Math.max(waitMs, Math.min(asked, RETRY_LAST_MS)));
      waitMs = Math.min(RETRY_LAST_MS, waitMs * 2);
      return undefined;
    }
  };
  const countOpen = async () => (await stopper.snapshot()).openOrders.length;
  for (let clean = 0; clean < 2;) {
    if (isOver()) return undefined;
    // Only to tell; what cannot be counted is canceled all the same.
    orders ??= await attempt(countOpen);
    const left = await attempt(async () => {
      await stopper.cancelAll();
      return countOpen();
    });
    clean = left === 0 ? clean + 1 : 0;
    if (clean === 1) await sleep(settleMs);
    else if (left !== undefined && left > 0) await sleep(RETRY_FIRST_MS);
  }
  return orders ?? 0;
}

/** The process that left a sign; null where it cannot be read, as after a power cut: then it is taken for one of this account. */
function checkSign(text: string, account: KeyedAccount): number | null {
  let sign: LifeSignText;
  try {
    sign = JSON.parse(text) as LifeSignText;
  } catch {
    return null;
  }
  if (sign.venue === account.venue && sign.world === account.world) return sign.pid;
  throw new Refusal('usage', `what trades here trades ${accountText(sign)}, not ${accountText(account)}`, { hint: 'Start a watchdog for that account.' });
}
