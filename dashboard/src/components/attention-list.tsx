'use client';
import { personName } from 'trader/contract';
import type { Alert } from 'trader/stream-client';
import type { ReactNode } from 'react';
import { useCommand } from '../data/query.ts';
import { useMissingRole } from '../data/session.ts';
import { useTopic } from '../data/stream.ts';
import { Problem } from './answered.tsx';
import { Button } from './button.tsx';
import { Time } from './numbers.tsx';
import { EmptyState, Skeleton } from './placeholders.tsx';
import { StatusChip, type Tone } from './status-chip.tsx';
import css from './attention-list.module.css';

const RANK: Readonly<Record<Alert['severity'], number>> = { critical: 0, warning: 1, info: 2 };
const TONE: Readonly<Record<Alert['severity'], Tone>> = { critical: 'critical', warning: 'warn', info: 'neutral' };

/** Kinds that last until they are over; others happened, and are done with once they were seen. */
const LASTING: ReadonlySet<string> = new Set(['halt', 'limit', 'feed', 'denial']);

/** Alerts that nobody has taken up and that have not ended by themselves, the gravest first. */
export function openAlerts(alerts: ReadonlyMap<string, Alert>): readonly Alert[] {
  return [...alerts.values()]
    .filter(({ resolvedAt, acknowledged }) => resolvedAt === null && acknowledged === null)
    .sort((a, b) => RANK[a.severity] - RANK[b.severity] || b.tsWall - a.tsWall);
}

/** Alerts that somebody has taken up and that still last, the newest first. */
function seenAlerts(alerts: ReadonlyMap<string, Alert>): readonly Alert[] {
  return [...alerts.values()].filter(({ resolvedAt, acknowledged, kind }) => resolvedAt === null && acknowledged !== null && LASTING.has(kind)).sort((a, b) => b.tsWall - a.tsWall);
}

/** What a person should look at now; what was seen is put aside for everybody, with a name. */
export function AttentionList({ most = 6 }: { readonly most?: number }): ReactNode {
  const alerts = useTopic('alerts');
  const acknowledge = useCommand('acknowledgeAlert');
  const blocked = useMissingRole('trader');
  if (alerts === undefined) return <Skeleton lines={2} size="row" label="Loading alerts" />;
  const open = openAlerts(alerts);
  const seen = seenAlerts(alerts).slice(0, most);
  if (open.length === 0 && seen.length === 0) return <EmptyState>Nothing needs attention: no limit is near, every feed is heard of, no order is in doubt.</EmptyState>;
  return (
    <>
      {open.length === 0 ? <EmptyState>Nothing new needs attention.</EmptyState> : null}
      <ul className={css.list}>
        {open.slice(0, most).map((alert) => (
          <li key={alert.id} className={css.alert}>
            <StatusChip tone={TONE[alert.severity]}>{alert.severity}</StatusChip>
            <p className={css.text}>{alert.text} <span className={css.time}><Time at={alert.tsWall} /></span></p>
            <Button small blocked={blocked} busy={acknowledge.state === 'sending'} onClick={() => void acknowledge.send({ params: { id: alert.id } })}>Seen</Button>
          </li>
        ))}
      </ul>
      {open.length > most ? <p className={css.time}>and {open.length - most} more</p> : null}
      {seen.length === 0 ? null : (
        <ul className={css.seen} aria-label="Seen, and still so">
          {seen.map(({ id, text, acknowledged }) => <li key={id}>{text} <span>seen by {personName(acknowledged?.by ?? '')} <Time at={acknowledged?.at ?? null} /></span></li>)}
        </ul>
      )}
      {acknowledge.problem === undefined ? null : <Problem what="the alert" verb="could not be marked as seen" problem={acknowledge.problem} />}
    </>
  );
}
