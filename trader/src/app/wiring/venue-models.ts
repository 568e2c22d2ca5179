import { Random } from '../../domain/random.ts';
import { OPTIMISTIC, PESSIMISTIC } from '../../simulation/fill-policy.ts';
import { ConstantLatency, LognormalLatency, RecordedLatency, type LatencyModel } from '../../simulation/latency.ts';
import { FixedSlippage, SpreadSlippage, SquareRootImpact, VolumeShareSlippage, type SlippageModel } from '../../simulation/slippage.ts';
import type { VenueModels } from '../../simulation/venue-rules.ts';
import { FixedVolume, VolumeShare } from '../../simulation/volume-limit.ts';

/** What those pay beyond the price who take what is offered. */
export type SlippageRequest =
  /** Hundredths of a percent of the price: all of it, or a spread of which a taker pays half. */
  | { readonly kind: 'bps' | 'spread'; readonly bps: number }
  /** Impact × share of the bar's volume squared, the share at most `most`. */
  | { readonly kind: 'volume-share'; readonly impact: number; readonly most: number }
  /** Coefficient of the square-root law. */
  | { readonly kind: 'impact'; readonly coefficient: number };

/** How long orders are on their way, in milliseconds. */
export type LatencyRequest =
  | { readonly kind: 'constant'; readonly ms: number }
  | { readonly kind: 'lognormal'; readonly medianMs: number; readonly spread: number; readonly seed: number }
  /** As they were measured, with the file that they were read from. */
  | { readonly kind: 'recorded'; readonly delaysMs: readonly number[]; readonly file: string };

/** How much of a bar all fills in it may come to: a share of its volume, or so many units whatever traded. */
export type VolumeRequest = { readonly kind: 'share'; readonly share: number } | { readonly kind: 'units'; readonly units: number };

/** What the simulated venue does to an order beyond the plain profile; undefined is the plain profile in that respect. */
export interface VenueModelRequest {
  readonly slippage: SlippageRequest | undefined;
  readonly latency: LatencyRequest | undefined;
  readonly volume: VolumeRequest | undefined;
  readonly fillPolicy: 'pessimistic' | 'optimistic';
}

/** The same in the words of the command line, for reports. */
export interface VenueModelTexts {
  readonly slippage: string | null;
  readonly latency: string | null;
  readonly volumeShare: string | null;
  readonly fillPolicy: string;
}

/** Makes the models that were asked for, with their randomness at its beginning: made again, they do the same again. */
export function createVenueModels({ slippage, latency, volume, fillPolicy }: VenueModelRequest): VenueModels {
  return {
    policy: fillPolicy === 'optimistic' ? OPTIMISTIC : PESSIMISTIC,
    ...(slippage && { slippage: createSlippage(slippage) }),
    ...(latency && { latency: createLatency(latency) }),
    ...(volume && { volumeLimit: volume.kind === 'share' ? new VolumeShare(volume.share) : new FixedVolume(volume.units) }),
  };
}

function createSlippage(slippage: SlippageRequest): SlippageModel {
  switch (slippage.kind) {
    case 'bps': return new FixedSlippage(slippage.bps);
    case 'spread': return new SpreadSlippage(slippage.bps);
    case 'volume-share': return new VolumeShareSlippage(slippage.impact, slippage.most);
    case 'impact': return new SquareRootImpact(slippage.coefficient);
  }
}

function createLatency(latency: LatencyRequest): LatencyModel {
  switch (latency.kind) {
    case 'constant': return new ConstantLatency(latency.ms);
    case 'lognormal': return new LognormalLatency(latency.medianMs, latency.spread, new Random(latency.seed));
    case 'recorded': return new RecordedLatency(latency.delaysMs);
  }
}

/** The models as one would ask for them. */
export function venueModelTexts({ slippage, latency, volume, fillPolicy }: VenueModelRequest): VenueModelTexts {
  return {
    slippage: slippage === undefined ? null : slippageText(slippage),
    latency: latency === undefined ? null : latencyText(latency),
    volumeShare: volume === undefined ? null : volume.kind === 'units' ? `units:${volume.units}` : `${Number((volume.share * 100).toPrecision(12))}%`,
    fillPolicy,
  };
}

function slippageText(slippage: SlippageRequest): string {
  switch (slippage.kind) {
    case 'bps': return `bps:${slippage.bps}`;
    case 'spread': return `spread:${slippage.bps}`;
    case 'volume-share': return `volume-share:${slippage.impact},most=${slippage.most}`;
    case 'impact': return `impact:${slippage.coefficient}`;
  }
}

function latencyText(latency: LatencyRequest): string {
  switch (latency.kind) {
    case 'constant': return `${latency.ms}ms`;
    case 'lognormal': return `lognormal:${latency.medianMs},${latency.spread},seed=${latency.seed}`;
    case 'recorded': return `recorded:${latency.file}`;
  }
}
