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
  /** Hears of every failure, also of those that another provider made good. */
  readonly onFallBack: (event: FallBack) => void;
}

/** Failures that say nothing about a provider's health: it answered well, or was not asked. */
const HEALTHY: ReadonlySet<ProviderFailureKind> = new Set(['quota', 'not-found', 'delisted', 'unsupported', 'breaker-open']);
/** Failures of those who were not asked. */
const UNASKED: ReadonlySet<ProviderFailureKind> = new Set(['quota', 'unsupported', 'breaker-open']);

type Answer<T> = Result<T, ProviderFailure>;

/**
 * Asks the providers in this order, and no others, until one answers; each is behind a breaker of its
 * own. Where none does, the failure tells of them all, and its kind is that of the first that was asked.
 */
export function failover(providers: readonly BarProvider[], { clock, random, onFallBack }: FailoverSpec): BarProvider & Required<Pick<BarProvider, 'quote'>> {
  const links = providers.map((provider) => ({ provider, breaker: new Breaker(random) }));
  const name = providers.map((provider) => provider.name).join('→');

  async function first<T>(symbol: string, ask: (provider: BarProvider) => Promise<Answer<T>> | undefined): Promise<Answer<T>> {
    const failures: ProviderFailure[] = [];
    for (const [at, { provider, breaker }] of links.entries()) {
      const answer = await through(breaker, provider, ask);
      if (answer.ok) return answer;
      failures.push(answer.error);
      onFallBack({ symbol, failure: answer.error, next: links[at + 1]?.provider.name });
    }
    const telling = failures.find(({ kind }) => !UNASKED.has(kind)) ?? failures[0];
    const retryAfterMs = Math.min(...failures.map((failure) => failure.retryAfterMs ?? Infinity));
    return { ok: false, error: {
      kind: telling?.kind ?? 'unsupported', provider: name, message: failures.map(({ message }) => message).join('; ') || 'no provider is configured',
      ...(Number.isFinite(retryAfterMs) ? { retryAfterMs } : {}),
    } };
  }

  async function through<T>(breaker: Breaker, provider: BarProvider, ask: (provider: BarProvider) => Promise<Answer<T>> | undefined): Promise<Answer<T>> {
    const refuse = (kind: ProviderFailureKind, words: string): Answer<T> => ({ ok: false, error: { kind, provider: provider.name, message: `${provider.name}: ${words}` } });
    if (!breaker.admits(clock.now())) return refuse('breaker-open', 'it failed too often just now and is left alone');
    const answer = await ask(provider);
    if (answer === undefined || (!answer.ok && HEALTHY.has(answer.error.kind))) breaker.passed();
    else if (answer.ok) breaker.succeeded();
    else breaker.failed(clock.now(), answer.error.retryAfterMs);
    return answer ?? refuse('unsupported', 'it has no quotes');
  }

  return {
    name,
    bars: (request: BarRequest): Promise<Answer<ProvidedBars>> => first(request.symbol, (provider) => provider.bars(request)),
    quote: (symbol: string): Promise<Answer<ProvidedQuote>> => first(symbol, (provider) => provider.quote?.(symbol)),
  };
}
