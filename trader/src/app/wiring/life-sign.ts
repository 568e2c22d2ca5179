import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Clock } from '../../ports/clock.ts';
import type { VenueGateway } from '../../ports/venue.ts';
import type { VenueName, World } from './venue-hosts.ts';

/** What a loop that trades a venue's account leaves about itself, again and again. */
export interface LifeSignText {
  readonly pid: number;
  readonly venue: VenueName;
  readonly world: World;
  /** Each sign has another. */
  readonly count: number;
}

const SIGN_EVERY_MS = 1_000;

function signFile(home: string): string {
  return join(home, 'live', 'alive.json');
}

/** The last sign that was left, as text: it differs from sign to sign. Undefined where nothing trades; throws where the disk does not say. */
export function readLifeSign(home: string): string | undefined {
  try {
    return readFileSync(signFile(home), 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * The sign of life of a loop that trades real orders: a file that the watchdog reads, and, where the
 * venue has one, its own dead man's switch, armed anew before it runs out. It has no timer of its own:
 * a loop that hangs gives no sign.
 */
export class LifeSign {
  readonly #file: string;
  readonly #account: Pick<LifeSignText, 'venue' | 'world'>;
  readonly #gateway: Pick<VenueGateway, 'venue' | 'armDeadMansSwitch'>;
  readonly #clock: Clock;
  readonly #afterMs: number;
  readonly #onTrouble: (error: unknown) => void;
  #count = 0;
  #signed = -Infinity;
  #armed = -Infinity;
  #arming: Promise<void> = Promise.resolve();

  /** `afterMs`: after so long without a sign the venue cancels everything; what goes wrong in telling it so is heard by `onTrouble`, and tried again. */
  constructor(home: string, account: Pick<LifeSignText, 'venue' | 'world'>, gateway: Pick<VenueGateway, 'venue' | 'armDeadMansSwitch'>, clock: Clock, afterMs: number, onTrouble: (error: unknown) => void) {
    this.#file = signFile(home);
    this.#account = account;
    this.#gateway = gateway;
    this.#clock = clock;
    this.#afterMs = afterMs;
    this.#onTrouble = onTrouble;
  }

  /** Called at every turn of the loop; does something when it is time. Throws where the file cannot be written. */
  give(): void {
    const now = this.#clock.now();
    if (now - this.#signed >= SIGN_EVERY_MS || now < this.#signed) {
      this.#signed = now;
      this.#count += 1;
      const draft = `${this.#file}.${process.pid}`;
      mkdirSync(dirname(this.#file), { recursive: true });
      writeFileSync(draft, JSON.stringify({ pid: process.pid, ...this.#account, count: this.#count } satisfies LifeSignText));
      renameSync(draft, this.#file);
    }
    if (now - this.#armed < this.#afterMs / 3 && now >= this.#armed) return;
    this.#armed = now;
    this.#arm(this.#afterMs);
  }

  /** The loop ends of its own accord: nothing is left to watch over. Resolves when the venue knows. */
  end(): Promise<void> {
    rmSync(this.#file, { force: true });
    this.#arm(0);
    return this.#arming;
  }

  /** One request at a time, so that none overtakes the one that takes it back. */
  #arm(afterMs: number): void {
    this.#arming = this.#arming.then(() => this.#gateway.armDeadMansSwitch?.(afterMs)).catch(this.#onTrouble);
  }
}
