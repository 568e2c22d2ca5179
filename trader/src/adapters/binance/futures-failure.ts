import type { RejectReason, VenueError, VenueFailure } from '../../domain/venue-error.ts';
import { failureOf, refused, type Refusal } from './failure.ts';

/** Codes of USD-M futures that say why an order is refused ("Error Codes", 20xx, 40xx, 50xx). */
const REASONS: Readonly<Record<number, RejectReason>> = {
  [-2018]: 'insufficient-balance', [-2019]: 'insufficient-balance', [-2028]: 'insufficient-balance', [-4051]: 'insufficient-balance',
  [-4003]: 'below-minimum', [-4004]: 'below-minimum', [-4164]: 'below-minimum', [-5029]: 'below-minimum',
  [-4005]: 'above-maximum',
  [-2021]: 'would-trigger', [-4001]: 'bad-price', [-4002]: 'bad-price', [-4006]: 'bad-price', [-4007]: 'bad-price', [-4013]: 'bad-price', [-4014]: 'bad-price', [-4016]: 'bad-price',
  [-4024]: 'bad-price', [-4029]: 'bad-price', [-4131]: 'bad-price', [-4142]: 'bad-price', [-4183]: 'bad-price', [-4184]: 'bad-price', [-4210]: 'bad-price', [-4211]: 'bad-price',
  [-4023]: 'bad-quantity', [-4030]: 'bad-quantity',
  [-5022]: 'would-take',
  [-2022]: 'would-not-reduce', [-2024]: 'would-not-reduce', [-4118]: 'would-not-reduce',
  [-4141]: 'market-closed',
  [-4140]: 'instrument-halted', [-5024]: 'instrument-halted',
  [-2025]: 'too-many-orders', [-4045]: 'too-many-orders',
  [-2023]: 'not-permitted', [-2026]: 'not-permitted', [-4061]: 'not-permitted', [-4087]: 'not-permitted', [-4088]: 'not-permitted', [-4120]: 'not-permitted',
  [-4192]: 'not-permitted', [-4400]: 'not-permitted', [-4402]: 'not-permitted', [-5025]: 'not-permitted',
  [-2027]: 'position-limit', [-4401]: 'position-limit',
};

/**
 * What an answer that is no success means on USD-M futures. A 503 has three meanings there ("General
 * Info", HTTP Return Codes), told apart by their words: `Service Unavailable.` and `Internal error; …`
 * were surely not carried out, `Request throttled by system-level protection…` (-1008) neither, and
 * `Unknown error, …` leaves it open, as does everything that says nothing we know.
 */
export function futuresFailureOf(refusal: Refusal): VenueError {
  const { status, code, message } = refusal;
  if (status === 503 && code !== undefined) return told503(refusal);
  if (status < 500 && status !== 418 && status !== 429 && code !== undefined) {
    if (code === -4116 || code === -4115) return refused(refusal, 'duplicate-id');
    // The matching engine's own receive window: it came too late to be carried out.
    if (code === -5028) return refused(refusal, 'clock-skew');
    if (code === -1008 && message.startsWith('Request throttled')) return refused(refusal, 'rate-limited');
    const reason = REASONS[code];
    if (reason !== undefined) return refused(refusal, 'rejected', reason);
  }
  return failureOf(refusal);
}

function told503(refusal: Refusal): VenueError {
  const { message, acts } = refusal;
  const meaning: VenueFailure = message.startsWith('Request throttled') ? 'rate-limited'
    : /^(Service Unavailable|Internal error; unable to process)/.test(message) ? 'maintenance'
      : acts ? 'unknown-outcome' : 'maintenance';
  return refused(refusal, meaning);
}
