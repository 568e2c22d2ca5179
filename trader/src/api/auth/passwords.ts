import { hash, parseOptions, verify } from '@node-rs/argon2';
import { ApiError } from '../problem.ts';
import type { Keyring } from './keyring.ts';

/** Argon2id as OWASP's Password Storage Cheat Sheet gives it: 19 MiB, 2 passes, 1 lane. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
/** Hashes computed at once: they share Node's few threads with everything else that reads files. */
const ABREAST = 2;
/** Beyond these, who waits is sent away: a flood of sign-ins must not pile up memory. */
const WAITING_MOST = 32;
const LENGTH_LEAST = 12;
/** Letters beyond a well-known word that a password must bring. */
const OWN_LEAST = 6;
/** What passwords are made of that are guessed first: words, names of this product and its trade, walks over the keyboard, and the two of the 4 000 commonest that are neither. */
const WORN = /algotrendy|mailcreated5240|sojdlg123aljg|1qaz2wsx3edc|q1w2e3r4t5y6|1q2w3e4r5t6y|qazwsxedcrfv|qweasdzxc|password|passwort|qwertyuiop|qwertz|qwerty|asdfghjkl|zxcvbnm|letmein|welcome|admin|trader|trading|bitcoin|ethereum|iloveyou|football|baseball|dragon|monkey|sunshine|princess|changeme|secret|123456789|12345678|1234567|123456|12345|1234|123123|abcdefgh|abcdef|abc123|1q2w3e4r|1qaz2wsx/g;

/** Why a password is too easy to guess, as a sentence; undefined where nothing speaks against it. */
export function weaknessOf(password: string, name: string): string | undefined {
  const text = password.normalize('NFKC').toLowerCase();
  if (text.length < LENGTH_LEAST) return `A password needs at least ${LENGTH_LEAST} characters; three or four words do.`;
  const own = text.replaceAll(name.normalize('NFKC').toLowerCase(), '').replace(WORN, '');
  if (new Set(own).size < OWN_LEAST) return 'This is one of those that are guessed first: it is your name, a well-known word or a repetition. Take three or four words that do not belong together.';
  return undefined;
}

/** Hashes passwords and checks them, always with the same work. */
export class Passwords {
  readonly #keys: Keyring;
  #decoy: Promise<string> | undefined;
  #busy = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(keys: Keyring) {
    this.#keys = keys;
  }

  /** The hash to keep. Throws `too-many-requests` where too many wait. */
  hash(password: string): Promise<string> {
    return this.#inTurn(() => hash(password.normalize('NFKC'), COST));
  }

  /** Whether it is the password. Without a hash, since there is no such user, the same work is done, and the answer is no. */
  async verify(kept: string | undefined, password: string): Promise<boolean> {
    const decoy = await (this.#decoy ??= this.hash(this.#keys.randomText()).catch((error: unknown) => {
      // Too many waited: the next one makes it, or nobody could sign in any more.
      this.#decoy = undefined;
      throw error;
    }));
    const right = await this.#inTurn(() => verify(kept ?? decoy, password.normalize('NFKC')));
    return right && kept !== undefined;
  }

  /** Whether a hash was made with less work than is asked for today. */
  isDated(kept: string): boolean {
    const { memoryCost, timeCost } = parseOptions(kept);
    return memoryCost < COST.memoryCost || timeCost < COST.timeCost;
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#busy < ABREAST) this.#busy += 1;
    else if (this.#waiting.length >= WAITING_MOST) throw new ApiError('too-many-requests', 'Too many people are signing in. Try again in a moment.', { retryAfterMs: 2_000 });
    else await new Promise<void>((resolve) => void this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      // Who waits takes this place over; else it is free.
      const next = this.#waiting.shift();
      if (next === undefined) this.#busy -= 1;
      else next();
    }
  }
}
