'use client';
import { personName, type TradingFact } from 'trader/contract';
import { useState, type ReactNode } from 'react';
import { usePart } from '../../data/stream.ts';
import { Button } from '../button.tsx';
import { Time } from '../numbers.tsx';
import { Panel } from '../panel.tsx';
import { Skeleton } from '../placeholders.tsx';
import { HaltPanel } from '../shell/halt-panel.tsx';
import { StatusChip, type Tone } from '../status-chip.tsx';
import css from './risk.module.css';

const TONES: Readonly<Record<TradingFact['state'], Tone>> = { active: 'ok', 'catching-up': 'busy', paused: 'warn', halted: 'critical', liquidated: 'critical', ended: 'neutral' };
const MEANINGS: Readonly<Record<TradingFact['state'], string>> = {
  active: 'Strategies may add risk, within the limits.',
  'catching-up': 'What is heard is of the past, as after a start or a gap: no new risk until it is of now. Then trading goes on by itself.', paused: 'The feed is held: no bar comes, no order goes.', halted: 'No new risk. Stops and take-profits of what is held stay.',
  liquidated: 'The venue has closed the account; nothing can be traded.', ended: 'The data has ended; nothing more will be traded.',
};

/** Whether trading goes on, who said so last, and the way to stop it. */
export function TradingPanel(): ReactNode {
  const trading = usePart('state', ({ trading }) => trading);
  const [open, setOpen] = useState(false);
  if (trading === undefined) return <Panel title="State"><Skeleton lines={3} /></Panel>;
  const halted = trading.state === 'halted';
  return (
    <Panel title="State" aside={<StatusChip tone={TONES[trading.state]}>{trading.state.replace('-', ' ')}</StatusChip>}>
      <div className={css.stack}>
        <p>{MEANINGS[trading.state]}{trading.flat ? ' Everything is being closed.' : ''}</p>
        {trading.by === null || trading.state === 'catching-up' ? null : (
          <dl className={css.facts}>
            <dt>{halted ? 'Halted by' : 'Last changed by'}</dt><dd>{personName(trading.by)}</dd>
            <dt>Market time</dt><dd><Time at={trading.since} detail="day-minute" /></dd>
            {trading.reason === null ? null : <><dt>Reason</dt><dd>{trading.reason}</dd></>}
          </dl>
        )}
        <Button look="danger" aria-haspopup="dialog" onClick={() => setOpen(true)}>{halted ? 'Resume or flatten…' : 'Halt…'}</Button>
        {open ? <HaltPanel onClose={() => setOpen(false)} /> : null}
      </div>
    </Panel>
  );
}
