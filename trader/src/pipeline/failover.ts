import type { Random } from '../domain/random.ts';
import type { Result } from '../domain/result.ts';
import type { BarProvider, BarRequest, ProvidedBars, ProvidedQuote, ProviderFailure, ProviderFailureKind } from '../ports/bar-provider.ts';
import type { Clock } from '../ports/clock.ts';
import { Breaker } from './breaker.ts';

/** A provider did not answer, and the next of the chain is asked. */
export interface FallBack {
  readonly symbol: string;
  readonly failure: ProviderFailure;
  /** Who is asked next; undefined where nobody is left. */
  readonly next: string | undefined;
}

/** What a chain of providers works with. */
export interface FailoverSpec {
  readonly clock: Clock;
  readonly random: Random;
  /** Hears of every failure, also of those that another provider made good; not of what a provider does not have at all. */
  readonly onFallBack: (event: FallBack) => void;
}

/** Failures that say nothing about a provider's health: it answered well, or was not asked. */
const HEALTHY: ReadonlySet<ProviderFailureKind> = new Set(['quota', 'not-found', 'delisted', 'unsupported', 'breaker-open']);
/** Failures of those who were not asked. */
const UNASKED: ReadonlySet<ProviderFailureKind> = new Set(['quota', 'unsupported', 'breaker-open']);

/** Failures that may be over in a moment, unless the provider names a longer time. */
const PASSING: ReadonlySet<ProviderFailureKind> = new Set(['empty', 'wrong-shape', 'stale', 'timed-out', 'unreachable', 'server-error', 'rate-limited']);
/** How often the chain is gone through, and the wait before the second time; doubled before each further one. */
const ROUNDS = 3;
const FIRST_WAIT_MS = 500;
/** The same where somebody was asked too often, and does not say how long to wait. */
const LIMITED_WAIT_MS = 5_000;

type Answer<T> = Result<T, ProviderFailure>;
/** What is asked of a provider; undefined where it cannot be. */
type Ask<T> = (provider: BarProvider) => Promise<Answer<T>> | undefined;

/**
 * Asks the providers in this order, and no others, until one answers; each is behind a breaker of its
 * own. Where none does and the fault may pass, the chain is gone through again, up to three times in
 * all, after waits that double and that chance shortens by up to a half; longer ones where somebody was asked too often. In the end the failure tells of
 * them all, and its kind is that of the first that was asked.
 */
export function failover(providers: readonly BarProvider[], { clock, random, onFallBack }: FailoverSpec): BarProvider & Required<Pick<BarProvider, 'quote'>> {
  const links = providers.map((provider) => ({ provider, breaker: new Breaker(random) }));
  const name = providers.map((provider) => provider.name).join('→');

  async function first<T>(symbol: string, ask: Ask<T>): Promise<Answer<T>> {
    let outcome = await round(symbol, ask);
    for (let again = 0; again < ROUNDS - 1 && !outcome.answer.ok && outcome.passing.size > 0; again++) {
      const waitMs = (outcome.passing.has('rate-limited') ? LIMITED_WAIT_MS : FIRST_WAIT_MS) * 2 ** again * (1 - random.next() / 2);
      await new Promise<void>((resolve) => { clock.after(waitMs, resolve); });
      outcome = await round(symbol, ask);
    }
    return outcome.answer;
  }

  /** Goes through the chain once; where nobody answers, also with the kinds of failure that may be over in a moment. */
  async function round<T>(symbol: string, ask: Ask<T>): Promise<{ readonly answer: Answer<T>; readonly passing: ReadonlySet<ProviderFailureKind> }> {
    const failures: ProviderFailure[] = [];
    for (const [at, { provider, breaker }] of links.entries()) {
      const answer = await through(breaker, provider, ask);
      if (answer.ok) return { answer, passing: new Set() };
      failures.push(answer.error);
      // Who never had such bars has not failed.
      if (answer.error.kind !== 'unsupported') onFallBack({ symbol, failure: answer.error, next: links[at + 1]?.provider.name });
    }
    const passing = failures.filter(({ kind, retryAfterMs }) => PASSING.has(kind) && retryAfterMs === undefined);
    return { answer: { ok: false, error: summary(name, failures) }, passing: new Set(passing.map(({ kind }) => kind)) };
  }

  async function through<T>(breaker: Breaker, provider: BarProvider, ask: Ask<T>): Promise<Answer<T>> {
    const refuse = (kind: ProviderFailureKind, words: string): ProviderFailure => ({ kind, provider: provider.name, message: `${provider.name}: ${words}` });
    if (!breaker.admits(clock.now())) return { ok: false, error: { ...refuse('breaker-open', 'it failed too often just now and is left alone'), retryAfterMs: breaker.restMs(clock.now()) } };
    const answer = await ask(provider);
    if (answer === undefined || (!answer.ok && HEALTHY.has(answer.error.kind))) breaker.passed();
    else if (answer.ok) breaker.succeeded();
    else breaker.failed(clock.now(), answer.error.retryAfterMs);
    return answer ?? { ok: false, error: refuse('unsupported', 'it has no quotes') };
  }

  return {
    name,
    bars: (request: BarRequest): Promise<Answer<ProvidedBars>> => first(request.symbol, (provider) => provider.bars(request)),
    quote: (symbol: string): Promise<Answer<ProvidedQuote>> => first(symbol, (provider) => provider.quote?.(symbol)),
  };
}

/** One failure for those of a whole chain. */
function summary(chain: string, failures: readonly ProviderFailure[]): ProviderFailure {
  const telling = failures.find(({ kind }) => !UNASKED.has(kind)) ?? failures[0];
  const retryAfterMs = Math.min(...failures.map((failure) => failure.retryAfterMs ?? Infinity));
  return {
    kind: telling?.kind ?? 'unsupported', provider: chain, message: failures.map(({ message }) => message).join('; ') || 'no provider is configured',
    ...(Number.isFinite(retryAfterMs) ? { retryAfterMs } : {}),
  };
}
