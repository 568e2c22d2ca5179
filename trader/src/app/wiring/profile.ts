import { decimalPlaces, format, parseDecimal, type Exact } from '../../domain/exact.ts';
import type { Instrument } from '../../domain/instrument.ts';
import { SHARE_SCALE, type Sizing } from '../../pipeline/sizing.ts';
import type { FeeModel } from '../../ports/execution.ts';
import { BasisPointFee, noFee, PerShareFee } from '../../simulation/fees.ts';
import { Refusal } from '../refusal.ts';
import type { FeeRequest } from './backtest-request.ts';

/** What decides the units of an instrument that no venue's rules describe. */
export interface PlainProfile {
  readonly fee: FeeRequest;
  readonly sizing: Sizing;
  /** Decimals that the bars' prices have. */
  readonly priceDecimals: number;
  /** Whether the bars go on over weekends. */
  readonly weekends: boolean;
}

/** Decimals of a fraction-sized quantity, as crypto venues count it. */
const CRYPTO_QUANTITY_SCALE = 8;

/**
 * The plain profile: prices as the bars state them, no minimum, quantities as fine as the sizing
 * asks. What is charged by the share is traded in whole shares.
 */
export function plainInstrument(id: string, { fee, sizing, priceDecimals, weekends }: PlainProfile): Instrument {
  const equity = fee.kind === 'per-share' || !weekends;
  const quantityScale = sizing.kind === 'units' ? decimalPlaces(sizing.units) : fee.kind === 'per-share' ? 0 : CRYPTO_QUANTITY_SCALE;
  return {
    id, assetClass: equity ? 'equity' : 'crypto', quoteCurrency: 'USD', priceScale: priceDecimals, quantityScale,
    tickSize: 1, lotSize: 1, minNotional: 0,
  };
}

/** Refuses a sizing that is finer than the instrument trades in, or than a share of equity is kept. */
export function checkSizing(sizing: Sizing, { id, quantityScale, lotSize }: Instrument): void {
  if (sizing.kind === 'kelly' || sizing.kind === 'volatility') return;
  const [size, scale] = sizing.kind === 'units' ? [sizing.units, quantityScale] : [sizing.fraction, SHARE_SCALE];
  if (decimalPlaces(size) <= scale) return;
  throw new Refusal('usage', sizing.kind === 'units'
    ? `${size} units cannot be traded: ${id} trades in steps of ${format(lotSize, quantityScale)}`
    : `a fraction has at most ${SHARE_SCALE} decimals, not ${decimalPlaces(size)}`, { where: '--sizing' });
}

/** Makes the fee model that was asked for; that of a venue comes with its terms. */
export function createFees(fee: FeeRequest): FeeModel {
  if (fee.kind === 'venue') return noFee;
  return fee.kind === 'bps' ? new BasisPointFee(fee.bps) : new PerShareFee(fee.perShare, fee.min, fee.maxRate);
}

/** One instrument's trading rules as a venue publishes them; decimals as text. */
export interface VenueInstrument {
  readonly id: string;
  readonly assetClass: 'crypto' | 'equity' | 'fx';
  readonly quoteCurrency: string;
  readonly tickSize: string;
  readonly lotSize: string;
  readonly minNotional: string;
}

/** An instrument under a venue's rules. Prices of bars may be finer than a tick: the finer scale is kept, the tick is held. So it is with quantities, where a number of decimals is given. */
export function venueInstrument(rules: VenueInstrument, priceDecimals: number, quantityDecimals = 0): Instrument {
  const priceScale = Math.max(priceDecimals, decimalPlaces(rules.tickSize));
  const quantityScale = Math.max(quantityDecimals, decimalPlaces(rules.lotSize));
  return {
    id: rules.id, assetClass: rules.assetClass, quoteCurrency: rules.quoteCurrency, priceScale, quantityScale,
    tickSize: parseDecimal(rules.tickSize, priceScale), lotSize: parseDecimal(rules.lotSize, quantityScale),
    minNotional: parseDecimal(rules.minNotional, priceScale + quantityScale),
  };
}

/** The way back: an instrument's rules as decimals. */
export function rulesOf({ id, assetClass, quoteCurrency, priceScale, quantityScale, tickSize, lotSize, minNotional }: Instrument): VenueInstrument {
  const text = (units: Exact, scale: number) => trimmed(format(units, scale));
  return { id, assetClass, quoteCurrency, tickSize: text(tickSize, priceScale), lotSize: text(lotSize, quantityScale), minNotional: text(minNotional, priceScale + quantityScale) };
}

/** A decimal without zeros at its end, which would be taken for precision. */
function trimmed(text: string): string {
  return decimalPlaces(text) === 0 ? text : text.replace(/\.?0+$/, '');
}
