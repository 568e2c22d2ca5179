'use client';

import { useState, type ReactNode } from 'react';
import { NumberField, SelectField, TextField } from '../field.tsx';
import { NEW_RUN } from './run-draft.ts';
import type { RunDraft } from './run-draft.ts';
import css from './runs.module.css';

const SIZES: Readonly<Record<RunDraft['sizing'], { readonly label: string; readonly help: string; readonly usual: string }>> = {
  fraction: { label: 'share of equity', help: 'A full position is worth this share of equity', usual: '0.9975' },
  units: { label: 'units', help: 'A full position is so many units', usual: '' },
  kelly: { label: 'Kelly', help: 'This share of what Kelly’s formula says of its own trades', usual: '0.10' },
  volatility: { label: 'volatility', help: 'As large as moves by this much a year: 0.2 is 20 %', usual: '' },
};
const TERMS = ['cash', 'sizing', 'size', 'instrument', 'venue', 'leverage', 'fill', 'slippage', 'latency', 'volumeShare'] as const;

/** Money, size, venue and what it does to orders: what the command line can be told as well. */
export function RunTerms({ draft, venues, errors, onChange }: {
  readonly draft: RunDraft;
  readonly venues: readonly string[];
  readonly errors: Readonly<Record<string, string>>;
  readonly onChange: (next: Partial<RunDraft>) => void;
}): ReactNode {
  const [open, setOpen] = useState(false);
  const changed = TERMS.filter((name) => draft[name] !== NEW_RUN[name]).length;
  const wrong = TERMS.some((name) => errors[name] !== undefined);
  const { help, usual } = SIZES[draft.sizing];
  return (
    <details className={css.more} open={open || wrong} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Cash, size and venue{changed === 0 ? ': defaults' : `: ${changed} changed`}</summary>
      <div className={css.params}>
        <NumberField label="Starting cash" error={errors['cash']} value={draft.cash} onChange={(cash) => onChange({ cash })} />
        <SelectField label="Sized by" value={draft.sizing} onChange={(sizing) => onChange({ sizing, size: '' })} options={(Object.keys(SIZES) as RunDraft['sizing'][]).map((value) => ({ value, label: SIZES[value].label }))} />
        <NumberField label="Size" help={help} placeholder={usual} error={errors['size']} value={draft.size} onChange={(size) => onChange({ size })} />
        <SelectField label="Venue" help="Whose fees, steps, margin and funding count; without one there are no rules" value={draft.venue} onChange={(venue) => onChange({ venue, ...(venue === '' ? { leverage: '', feeBps: NEW_RUN.feeBps } : { feeBps: '' }) })} options={[{ value: '', label: 'none' }, ...venues.map((value) => ({ value, label: value }))]} />
        <NumberField label="Leverage" placeholder="1" error={errors['leverage']} value={draft.leverage} onChange={(leverage) => onChange({ leverage })} />
        <SelectField label="Filled at" value={draft.fill} onChange={(fill) => onChange({ fill })} options={[{ value: 'next-open', label: 'the next bar’s open' }, { value: 'close', label: 'the close that decided' }]} />
        <TextField label="Slippage" placeholder="none" help="bps:5, spread:10, volume-share:0.1 or impact:1" error={errors['slippage']} value={draft.slippage} onChange={(slippage) => onChange({ slippage: slippage.trim() })} />
        <TextField label="Latency" placeholder="none" help="250 (ms) or lognormal:80,0.5" error={errors['latency']} value={draft.latency} onChange={(latency) => onChange({ latency: latency.trim() })} />
        <TextField label="Share of volume" placeholder="all" help="Fill at most this share of each bar’s volume, as 10%" error={errors['volumeShare']} value={draft.volumeShare} onChange={(volumeShare) => onChange({ volumeShare: volumeShare.trim() })} />
        <TextField label="Instrument" placeholder="as the bars say" help="What the bars are of, where their name does not say it" error={errors['instrument']} value={draft.instrument} onChange={(instrument) => onChange({ instrument: instrument.trim() })} />
      </div>
    </details>
  );
}
