import type { RunSubject } from '../wiring/backtest-request.ts';
import { formatMoney } from './format.ts';
import type { Style } from './style.ts';
import { wrap } from './text.ts';

const MODEL_NAMES = { slippage: 'slippage', latency: 'latency', volumeShare: 'volume share', fillPolicy: 'fill policy' } as const;

/** How a run was filled, charged and sized, in half a sentence. */
export function conditionsText({ cash, sizing, fee, fill, venue, venueModels }: RunSubject): string {
  const models = venueModels === null ? [] : (['slippage', 'latency', 'volumeShare', 'fillPolicy'] as const).flatMap((name) => {
    const text = venueModels[name];
    return text === null ? [] : [`${MODEL_NAMES[name]} ${text}`];
  });
  return [`Cash ${formatMoney(cash)}`, `sizing ${sizing}`, `fee ${fee}`, `fill ${fill}`, venue === null ? 'plain profile' : `rules of ${venue}`, ...models].join(', ');
}

/** What is to be known about the venue's rules and the bars, a sentence after the other, set off from what follows. */
export function warningLines({ warnings }: RunSubject, width: number, style: Style): string[] {
  if (warnings.length === 0) return [];
  return [style.heading('To be known'), ...warnings.flatMap((text) => wrap(text, width - 2)).map((line) => `  ${style.warn(line)}`), ''];
}
