import { setTimeout as sleep } from 'node:timers/promises';
import type { CourierNote } from '../pipeline/courier-note.ts';
import { noteText } from './terminal/courier-note-text.ts';
import { feedWords, FEED_WORDS_EVERY_MS } from './wiring/feed-words.ts';
import { LifeSign } from './wiring/life-sign.ts';
import type { AccountRequest } from './wiring/live-account.ts';
import type { PaperFeed } from './wiring/paper-source.ts';
import type { PaperState, PaperTrader } from './wiring/paper.ts';

// What the loop of paper does besides where it trades an account at a venue.

/** After so long without a sign of life the venue itself cancels everything, where it can. */
const SWITCH_AFTER_MS = 60_000;
/** How long positions are given to be closed before a run stops. */
const FLATTEN_MS = 30_000;
const LOOK_EVERY_MS = 50;

/** An account to trade, as asked for. */
export type AccountChoice = Omit<AccountRequest, 'onNote' | 'onTrouble' | 'onGateway'>;

/** A line of JSON: a note of an account, or whatever its kind says. */
export interface ToldLine {
  readonly kind: string;
  readonly note?: CourierNote;
  readonly [more: string]: unknown;
}

/** Tells a person: a sentence, and the same as a line of JSON. */
export type Tell = (text: string, line: ToldLine) => void;

/** Hears what is found of an account, and gives its signs of life. */
export class AccountWatch {
  /** What is to be opened. */
  readonly market: AccountRequest;
  #sign: LifeSign | undefined;

  constructor(choice: AccountChoice, home: string, tell: Tell) {
    const { venue, mode } = choice.config;
    const trouble = (text: string, message: string) => { tell(`${text}: ${message}`, { kind: 'trouble', message }); };
    this.market = {
      ...choice,
      onNote: (note) => { tell(noteText(note), { kind: 'note', note }); },
      onTrouble: (message) => { trouble(`${venue} cannot be reached yet`, message); },
      onGateway: (gateway) => {
        this.#sign = new LifeSign(home, { venue, world: mode }, gateway, choice.around.clock, SWITCH_AFTER_MS, (error) => {
          trouble('the venue\'s own switch could not be set', error instanceof Error ? error.message : String(error));
        });
      },
    };
  }

  /** Called at every turn of the loop. */
  giveSign(): void {
    this.#sign?.give();
  }

  /** The run ends of its own accord: nothing is left to watch over. */
  async end(): Promise<void> {
    await this.#sign?.end();
  }
}

/** Closes everything, and waits for the venue's word that it is done, as long as is bearable; calls `giveSign` all the while, or a watchdog would cancel what closes. */
export async function flattenAll(trader: PaperTrader, giveSign: () => void): Promise<void> {
  trader.command({ kind: 'flatten', reason: 'stopping' });
  const { engine } = trader.run;
  const end = performance.now() + FLATTEN_MS;
  while (engine.books.some(({ quantity, working }) => quantity !== 0 || working.length > 0) && performance.now() < end) {
    giveSign();
    await sleep(LOOK_EVERY_MS);
  }
}

/** What a run leaves at its venue when it stops. */
export function staysText({ positions, openOrders }: PaperState): string {
  const held = Object.entries(positions).map(([id, quantity]) => `${quantity} ${id}`);
  if (held.length === 0 && openOrders.length === 0) return 'Nothing of it stays open at the venue.';
  const orders = openOrders.length === 0 ? 'no order' : `${openOrders.length} order${openOrders.length === 1 ? '' : 's'} (${openOrders.map(({ leg, side, quantity }) => `${leg} ${side} ${quantity}`).join(', ')})`;
  return `At the venue stay ${held.length === 0 ? 'no position' : held.join(', ')} and ${orders}. To close them first, stop with --flatten, or: ./algotrendy flatten`;
}

/** What is to be told of a live feed where no screen shows it: when it goes down or comes back, and once a minute how it fares. */
export class FeedNews {
  #connection: string | undefined;
  #toldAt = 0;

  /** In a sentence, and as a line of JSON; undefined while there is nothing new, and of bars that are replayed. */
  due(feed: PaperFeed, now: number): { readonly words: string; readonly line: object } | undefined {
    if (feed.kind !== 'live') return undefined;
    const { state } = feed.live;
    const connection = `The feed of ${feed.venue} is ${state.connection}${state.catchingUp ? ', fetching what was missed' : ''}.`;
    if (connection === this.#connection && now - this.#toldAt < FEED_WORDS_EVERY_MS) return undefined;
    const words = connection === this.#connection ? `${feedWords(feed.venue, state)}.` : connection;
    this.#connection = connection;
    this.#toldAt = now;
    return { words, line: { kind: 'feed', venue: feed.venue, ...state } };
  }
}
