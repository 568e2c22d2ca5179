'use client';
import type { PropFirmGauge } from 'trader/contract';
import type { ReactNode } from 'react';
import { LimitBar } from '../limit-bar.tsx';
import { Money, Num, Pct, Time } from '../numbers.tsx';
import { Panel } from '../panel.tsx';
import { StatusChip } from '../status-chip.tsx';
import css from './risk.module.css';

const TONES = { running: 'ok', passed: 'ok', failed: 'critical' } as const;

/** Where the account stands under a prop firm's rules. */
export function PropFirmPanel({ gauge, currency }: { readonly gauge: PropFirmGauge; readonly currency: string }): ReactNode {
  const { daily, total, target, tradingDays, bestDay } = gauge;
  return (
    <Panel title={`Rules of ${gauge.rules}`} aside={<StatusChip tone={TONES[gauge.state]}>{gauge.state}</StatusChip>}>
      <div className={css.stack}>
        {gauge.breach === null ? null : <p>Broken: {gauge.breach.rule} on <Time at={gauge.breach.tsEvent} detail="day-minute" />.</p>}
        <LimitBar label="Daily loss" share={daily.share} used={<Pct ratio={daily.share} />} limit="the room" headroom={<Money value={daily.room} currency={currency} />} atBreach="the challenge fails" />
        <LimitBar label="Overall loss" share={total.share} used={<Pct ratio={total.share} />} limit="the room" headroom={<Money value={total.room} currency={currency} />} atBreach="the challenge fails" />
        <dl className={css.facts}>
          {target === null ? null : <><dt>Profit target</dt><dd><Pct ratio={target.share} /> reached, <Money value={target.missing} currency={currency} /> missing</dd></>}
          <dt>Trading days</dt><dd><Num value={tradingDays.counted} /> of at least <Num value={tradingDays.needed} /></dd>
          {bestDay === null ? null : <><dt>Best day of all profit</dt><dd><Pct ratio={bestDay.share} why="no profit yet" />, at most <Pct ratio={bestDay.most} /></dd></>}
        </dl>
      </div>
    </Panel>
  );
}
