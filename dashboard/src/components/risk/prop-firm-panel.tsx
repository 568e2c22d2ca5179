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
  const { daily, afterMidnight, total, target, tradingDays, bestDay } = gauge;
  return (
    <Panel title={`Rules of ${gauge.rules}`} aside={<StatusChip tone={TONES[gauge.state]}>{gauge.state}</StatusChip>}>
      <div className={css.stack}>
        {gauge.breach === null ? null : <p>Broken: {gauge.breach.rule} on <Time at={gauge.breach.tsEvent} detail="day-minute" />.</p>}
        <Room label="Daily loss" room={daily} currency={currency} />
        <Room label="Loss after midnight" room={afterMidnight} currency={currency} />
        <Room label="Overall loss" room={total} currency={currency} />
        <dl className={css.facts}>
          {target === null ? null : <><dt>Profit target</dt><dd><Pct ratio={target.share} /> reached, <Money value={target.missing} currency={currency} /> missing</dd></>}
          <dt>Trading days</dt><dd><Num value={tradingDays.counted} /> of at least <Num value={tradingDays.needed} /></dd>
          {bestDay === null ? null : <><dt>Best day of all profit</dt><dd><Pct ratio={bestDay.share} why="no profit yet" />, at most <Pct ratio={bestDay.most} /></dd></>}
        </dl>
      </div>
    </Panel>
  );
}

/** How much of what may be lost is lost; a gauge tells how much of it is left. */
function Room({ label, room: { share, room }, currency }: { readonly label: string; readonly room: PropFirmGauge['daily']; readonly currency: string }): ReactNode {
  const lost = Math.max(0, 1 - share);
  return <LimitBar label={label} share={lost} used={<Pct ratio={lost} />} limit="what may be lost" headroom={<Money value={room} currency={currency} />} atBreach="the challenge fails" />;
}
