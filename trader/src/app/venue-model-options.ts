import { readFileSync } from 'node:fs';
import { flag, readChoice, value, withDefault, type OptionValues } from './options.ts';
import { Refusal } from './refusal.ts';
import type { LatencyRequest, SlippageRequest, VenueModelRequest, VolumeRequest } from './wiring/venue-models.ts';

/** What makes a backtest's venue treat orders as a real one would. */
export const VENUE_MODEL_OPTIONS = {
  slippage: value('SPEC', 'what a taker pays beyond the price: bps:5, spread:10 (half of it), volume-share:0.1 or impact:1', readSlippage),
  latency: value('SPEC', 'time until an order arrives: 250 (ms), lognormal:80,0.5 (median, spread; ,seed=N) or recorded:FILE', readLatency),
  'volume-share': value('SHARE', 'fill at most this share of each bar\'s volume, such as 10% or 0.1; or units:N a bar', readVolume),
  'fill-policy': withDefault(value('WHICH', 'what to assume where a bar does not tell: pessimistic or optimistic', readChoice('pessimistic', 'optimistic')), 'pessimistic'),
  bounds: flag('show what the optimistic policy would have made of it beside the result'),
};

/** The same without what only a single backtest can show: what is run many times takes these. */
export const VENUE_MODELS = {
  slippage: VENUE_MODEL_OPTIONS.slippage, latency: VENUE_MODEL_OPTIONS.latency, 'volume-share': VENUE_MODEL_OPTIONS['volume-share'], 'fill-policy': VENUE_MODEL_OPTIONS['fill-policy'],
};

/** The options as a request; undefined where nothing but the plain profile was asked for. */
export function readVenueModels(options: Pick<OptionValues<typeof VENUE_MODEL_OPTIONS>, 'slippage' | 'latency' | 'volume-share' | 'fill-policy'>): VenueModelRequest | undefined {
  const { slippage, latency, 'volume-share': volume, 'fill-policy': fillPolicy } = options;
  if (slippage === undefined && latency === undefined && volume === undefined && fillPolicy === 'pessimistic') return undefined;
  return { slippage, latency, volume, fillPolicy };
}

const NUMBER = String.raw`\d+(?:\.\d+)?`;

/** `bps:5`, `spread:10`, `volume-share:0.1`, `volume-share:0.1,most=0.025` or `impact:1`. */
function readSlippage(text: string, name: string): SlippageRequest {
  const match = new RegExp(`^(bps|spread|volume-share|impact):(${NUMBER})(?:,most=(${NUMBER}))?$`).exec(text);
  const kind = match?.[1] as SlippageRequest['kind'] | undefined;
  const number = Number(match?.[2]);
  const most = match?.[3];
  if (kind === undefined || (most !== undefined && (kind !== 'volume-share' || !(Number(most) > 0 && Number(most) <= 1)))) {
    throw new Refusal('usage', `--${name} takes bps:5, spread:10, volume-share:0.1,most=0.025 or impact:1, not "${text}"`);
  }
  if (kind === 'volume-share') return { kind, impact: number, most: Number(most ?? 0.025) };
  return kind === 'impact' ? { kind, coefficient: number } : { kind, bps: number };
}

/** `250`, `250ms`, `lognormal:80,0.5`, `lognormal:80,0.5,seed=7` or `recorded:FILE`. */
function readLatency(text: string, name: string): LatencyRequest {
  const recorded = /^recorded:(.+)$/.exec(text)?.[1];
  if (recorded !== undefined) return { kind: 'recorded', delaysMs: readDelays(recorded, name), file: recorded };
  const constant = new RegExp(`^(${NUMBER})(?:ms)?$`).exec(text);
  if (constant) return { kind: 'constant', ms: Number(constant[1]) };
  const match = new RegExp(`^lognormal:(${NUMBER}),(${NUMBER})(?:,seed=(\\d{1,15}))?$`).exec(text);
  if (match === null) throw new Refusal('usage', `--${name} takes 250, lognormal:80,0.5,seed=1 or recorded:FILE, not "${text}"`);
  return { kind: 'lognormal', medianMs: Number(match[1]), spread: Number(match[2]), seed: Number(match[3] ?? 1) };
}

/** Most delays that a file may hold. */
const MOST_DELAYS = 1_000_000;

/** One delay in milliseconds a line; empty lines are none. */
function readDelays(file: string, name: string): number[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new Refusal('usage', `the recorded delays cannot be read: ${error instanceof Error ? error.message : String(error)}`, { where: `--${name}` });
  }
  const lines = text.split('\n').map((line) => line.trim()).filter((line) => line !== '');
  if (lines.length === 0 || lines.length > MOST_DELAYS) {
    throw new Refusal('usage', `there are ${lines.length} delays where 1 to ${MOST_DELAYS} are possible`, { where: file });
  }
  return lines.map((line, index) => {
    if (new RegExp(`^${NUMBER}$`).test(line)) return Number(line);
    throw new Refusal('usage', `line ${index + 1} is no delay in milliseconds: "${line.slice(0, 40)}"`, { where: file });
  });
}

/** `10%` or `0.1`, above 0 and at most everything, or `units:5`. */
function readVolume(text: string, name: string): VolumeRequest {
  const units = Number(new RegExp(`^units:(${NUMBER})$`).exec(text)?.[1]);
  if (units > 0) return { kind: 'units', units };
  const match = new RegExp(`^(${NUMBER})(%?)$`).exec(text);
  const share = match === null ? NaN : Number(match[1]) / (match[2] === '%' ? 100 : 1);
  if (share > 0 && share <= 1) return { kind: 'share', share };
  throw new Refusal('usage', `--${name} takes a share above 0 and at most 100%, such as 10% or 0.1, or units:5, not "${text}"`);
}
