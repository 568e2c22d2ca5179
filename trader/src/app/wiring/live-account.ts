import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { VenueError } from '../../domain/venue-error.ts';
import type { CourierNote } from '../../pipeline/courier-note.ts';
import type { Margin, VenueGateway, VenueListing } from '../../ports/venue.ts';
import { Refusal } from '../refusal.ts';
import { liveSetup, type LiveConfig } from './live-setup.ts';
import type { LiveConsent } from './live-consent.ts';
import type { PaperSetup } from './paper-setup.ts';
import { liveFeedOf, type PaperSource } from './paper-source.ts';
import type { Surroundings } from './surroundings.ts';
import { connectVenue } from './venue-connection.ts';

/** A run at a venue's account, as asked for. */
export interface AccountRequest {
  readonly config: LiveConfig;
  readonly access: 'sandbox' | LiveConsent;
  readonly around: Surroundings;
  /** Hears what a person should see of the account. */
  readonly onNote: (note: CourierNote) => void;
  /** Hears why the venue cannot be reached yet. */
  readonly onTrouble: (message: string) => void;
  /** Given the account's door, once it is there. */
  readonly onGateway: (gateway: VenueGateway) => void;
}

/** A clock that differs from the venue's by more than this makes requests come too late. */
const MOST_SKEW_MS = 1_000;
const RETRY_FIRST_MS = 1_000;
const RETRY_LAST_MS = 30_000;

/**
 * The account at a venue, for a run that exists or for a new one. Refuses keys that can take money away,
 * or cannot trade, a clock that is off, and a configuration or instruments that are not those that the run began with.
 * Throws `VenueError` where the venue cannot be asked.
 */
export async function openAccount(existing: PaperSetup | undefined, { config, access, around, onNote, onTrouble, onGateway }: AccountRequest): Promise<PaperSource> {
  const { venue } = config;
  const { gateway, feed, unreadable, listings, accountCurrency } = await connectVenue(venue, access, config.instruments, around);
  try {
    if (access !== 'sandbox' && access.money !== `${config.capital} ${accountCurrency}`) throw new Refusal('usage', `${access.money} was confirmed, and the run would trade with ${config.capital} ${accountCurrency}`);
    checkKeys(venue, await gateway.checkKeys());
    const setup = liveSetup(config, existing?.live?.id ?? randomUUID(), listings, gateway.capabilities.margin === true);
    if (existing !== undefined && JSON.stringify(existing) !== JSON.stringify(setup)) {
      throw new Refusal('usage', `the run here was begun with another configuration, or ${venue} lists its instruments otherwise than then: ${firstDifference(existing, setup)}`, {
        hint: 'Set it as it was to go on with it, or give --fresh to put it aside and begin a new one; close what it holds first.',
      });
    }
    if (existing === undefined) await checkCapital(gateway, config.capital, accountCurrency);
    await setMargin(gateway, config, listings);
    onGateway(gateway);
    return {
      setup, link: { gateway, clock: around.clock, onNote, ...(config.margin && { margin: config.margin }) },
      feed: (run, hears) => liveFeedOf({ feed, venue, unreadable }, run, around.clock, hears),
      async start({ live }) {
        for (let waitMs = RETRY_FIRST_MS; ; waitMs = Math.min(RETRY_LAST_MS, 2 * waitMs)) {
          try {
            await live?.courier.start();
            return;
          } catch (error) {
            if (!(error instanceof VenueError)) throw error;
            onTrouble(error.message);
            await sleep(Math.max(waitMs, error.retryAfterMs ?? 0));
          }
        }
      },
      close() {
        void feed.close();
        void gateway.close();
      },
    };
  } catch (error) {
    await gateway.close();
    throw error;
  }
}

function checkKeys(venue: string, { canTrade, canWithdraw, clockSkewMs }: Awaited<ReturnType<Awaited<ReturnType<typeof connectVenue>>['gateway']['checkKeys']>>): void {
  if (canWithdraw === true) throw new Refusal('usage', `the keys for ${venue} can take money away; nothing was started`, { hint: 'Make keys at the venue that may trade and not withdraw.' });
  if (canTrade === false) throw new Refusal('usage', `the keys for ${venue} may not trade`, { hint: 'Allow it at the venue, for these keys.' });
  if (Math.abs(clockSkewMs) > MOST_SKEW_MS) throw new Refusal('usage', `this machine's clock is ${Math.round(Math.abs(clockSkewMs))} ms ${clockSkewMs > 0 ? 'behind' : 'ahead of'} that of ${venue}`, { hint: 'Run a time service (NTP).' });
}

/** Has positions held as the configuration says, and asks whether they are: nothing is traded where the venue says otherwise. */
async function setMargin(gateway: VenueGateway, { venue, margin }: LiveConfig, listings: readonly VenueListing[]): Promise<void> {
  if (gateway.setMargin === undefined || gateway.margin === undefined) {
    if (margin !== undefined) throw new Refusal('usage', `${venue} has no margin to choose`, { where: 'margin' });
    return;
  }
  if (margin === undefined) throw new Refusal('usage', `${venue} holds positions on margin, and the configuration does not say how`, { where: 'margin', hint: 'Say it: "margin": { "isolated": true, "leverage": 1 }' });
  for (const [instrument, { instrument: { id } }] of listings.entries()) {
    const asAsked = (told: Margin) => told.isolated === margin.isolated && told.leverage === margin.leverage;
    if (asAsked(await gateway.margin(instrument))) continue;
    const words = await gateway.setMargin(instrument, margin).then(() => '', (error: unknown) => {
      if (!(error instanceof VenueError)) throw error;
      return `: ${error.message}`;
    });
    const told = await gateway.margin(instrument);
    if (!asAsked(told)) throw new Refusal('usage', `${venue} holds ${id} ${textOf(told)}, not ${textOf(margin)}${words}`, { where: 'margin', hint: 'It can be changed where no position and no order is open.' });
  }
}

function textOf({ isolated, leverage }: Margin): string {
  return `${isolated ? 'isolated' : 'cross'} at ${leverage}`;
}

/** More than the account has cannot be traded with. */
async function checkCapital(gateway: VenueGateway, capital: string, currency: string): Promise<void> {
  const { balances } = await gateway.snapshot();
  const there = balances[currency] ?? '0';
  if (Number(there) < Number(capital)) throw new Refusal('usage', `the configuration gives the run ${capital} ${currency}, and the account has ${there}`, { hint: 'Set "capital" to what the run may use.' });
}

/** Where two setups part, as a path and what stands there. */
function firstDifference(before: unknown, now: unknown, path = ''): string {
  if (typeof before !== 'object' || typeof now !== 'object' || before === null || now === null) return `${path} was ${JSON.stringify(before)} and is ${JSON.stringify(now)}`;
  const [a, b] = [before as Readonly<Record<string, unknown>>, now as Readonly<Record<string, unknown>>];
  const name = [...Object.keys(a), ...Object.keys(b)].find((key) => JSON.stringify(a[key]) !== JSON.stringify(b[key]));
  return name === undefined ? path : firstDifference(a[name], b[name], path === '' ? name : `${path}.${name}`);
}
