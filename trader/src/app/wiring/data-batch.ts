import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Span } from '../../domain/span.ts';
import type { ProviderFailure } from '../../ports/bar-provider.ts';
import { Refusal } from '../refusal.ts';
import { tradesOnWeekends, type MarketData } from './market-data.ts';
import { DATA_FOLDER } from './venue-rules.ts';
import { WALL_CLOCK } from './wall-clock.ts';

/** What is fetched, and who hears of it. */
export interface BatchRequest {
  readonly symbols: readonly string[];
  readonly intervalMs: number;
  readonly span: Span;
  /** Ends it after the symbol in hand. */
  readonly stop: AbortSignal;
  readonly onProgress: (done: number, etaMs: number | undefined, symbol: string) => void;
}

/** What a batch did; printed as JSON as it is. */
export interface BatchReport {
  readonly symbols: number;
  /** Symbols of which nothing had to be asked, and those that were fetched. */
  readonly stored: number;
  readonly fetched: number;
  readonly requests: number;
  readonly added: number;
  readonly revised: number;
  readonly failed: readonly { readonly symbol: string; readonly kind: string; readonly message: string }[];
  /** Not reached, since it was stopped or the quota is used up for longer than is worth waiting. */
  readonly remaining: number;
  readonly stopped: 'interrupted' | 'quota' | null;
}

/** A quota or a breaker that lets go within so long is waited for. */
const WORTH_WAITING_MS = 5 * 60_000;

/** The universe that ships, by its name. */
const SHIPPED_UNIVERSE = 'sp500';

/** Reads a universe, the shipped one by its name or a file: a symbol a line, or the first column of a CSV; a header `symbol` and what follows `#` do not count. Refuses what is not there or no symbol. */
export function readUniverse(name: string): readonly string[] {
  const file = name === SHIPPED_UNIVERSE && !existsSync(name) ? join(DATA_FOLDER, `${name}.txt`) : name;
  if (!existsSync(file)) throw new Refusal('bad-data', `there is no file ${file}`, { hint: `Give a file with a symbol a line, or ${SHIPPED_UNIVERSE}, which ships.` });
  const lines = readFileSync(file, 'utf8').split('\n').map((line) => line.replace(/#.*/, '').split(',')[0]?.trim() ?? '');
  const symbols = lines.filter((line, i) => line !== '' && !(i === 0 && /^(symbol|ticker)$/i.test(line)));
  const wrong = symbols.find((symbol) => !/^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/.test(symbol));
  if (wrong !== undefined) throw new Refusal('bad-data', `${file}: "${wrong.slice(0, 80)}" is no symbol`, { hint: 'One symbol a line, as AAPL or BRK.B.' });
  if (symbols.length === 0) throw new Refusal('bad-data', `${file}: holds no symbol`);
  return [...new Set(symbols)];
}

/**
 * Fetches a universe, symbol by symbol. What the store covers is not asked for, so a batch that was
 * stopped goes on where it was when it is started again. A quota that lets go soon is waited for.
 */
export async function fetchUniverse({ cache }: Pick<MarketData, 'cache'>, { symbols, intervalMs, span, stop, onProgress }: BatchRequest): Promise<BatchReport> {
  const failed: BatchReport['failed'][number][] = [];
  let [stored, fetched, requests, added, revised, done] = [0, 0, 0, 0, 0, 0];
  let stopped: BatchReport['stopped'] = null;
  const began = WALL_CLOCK.now();
  for (const symbol of symbols) {
    let answer = await cache.bars({ instrument: symbol, intervalMs }, symbol, span, tradesOnWeekends(symbol));
    for (let tries = 0; tries < 20 && isPassing(answer.failure) && !stop.aborted; tries++) {
      await pause(answer.failure?.retryAfterMs ?? 0, stop);
      answer = await cache.bars({ instrument: symbol, intervalMs }, symbol, span, tradesOnWeekends(symbol));
    }
    requests += answer.asked;
    added += answer.added;
    revised += answer.revised;
    if (answer.failure?.kind === 'quota' || stop.aborted) {
      stopped = stop.aborted ? 'interrupted' : 'quota';
      break;
    }
    if (answer.failure !== undefined) failed.push({ symbol, kind: answer.failure.kind, message: answer.failure.message });
    else if (answer.asked === 0) stored += 1;
    else fetched += 1;
    done += 1;
    const asked = done - stored;
    onProgress(done, asked === 0 ? undefined : ((WALL_CLOCK.now() - began) / asked) * (symbols.length - done), symbol);
  }
  return { symbols: symbols.length, stored, fetched, requests, added, revised, failed, remaining: symbols.length - done, stopped };
}

function isPassing(failure: ProviderFailure | undefined): boolean {
  return (failure?.kind === 'quota' || failure?.kind === 'breaker-open') && (failure.retryAfterMs ?? Infinity) <= WORTH_WAITING_MS;
}

function pause(delayMs: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const calm = WALL_CLOCK.after(delayMs, resolve);
    stop.addEventListener('abort', () => {
      calm();
      resolve();
    }, { once: true });
  });
}
