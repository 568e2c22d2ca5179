'use client';
import { personName, type HaltFact } from 'trader/contract';
import { useState, type ReactNode } from 'react';
import { useQuery } from '../../data/query.ts';
import { usePart, useTopic } from '../../data/stream.ts';
import { formatSpan } from '../../format/time.ts';
import { Answered } from '../answered.tsx';
import { Button } from '../button.tsx';
import { Panel } from '../panel.tsx';
import { EmptyState, Skeleton } from '../placeholders.tsx';
import { Timeline } from '../timeline.tsx';
import css from './risk.module.css';

const SHOWN = 20;
/** By whom a run that catches up with its market holds itself back. */
const FEED = 'feed';

/** When trading was halted and let go on, newest first: since the run began, whatever was started anew since. */
export function HaltHistory(): ReactNode {
  const trading = usePart('state', ({ trading }) => trading);
  const [cursor, setCursor] = useState<string | undefined>(undefined);
  // Asked again when trading is halted or goes on.
  const asked = useQuery('listHalts', { query: { limit: SHOWN, ...(cursor === undefined ? {} : { cursor }) } }, { mark: `${trading?.state} ${trading?.since} ${trading?.reason}` });
  return (
    <Panel title="Halts">
      <Answered asked={asked} what="the halts" size="line" lines={1}>
        {({ items, next }) => (items.length === 0 && cursor === undefined ? <EmptyState>Trading was not halted since this run began.</EmptyState> : (
          <>
            <Timeline
              label="Halts and resumptions, newest first"
              entries={items.map((halt, at) => ({ id: halt.id, at: halt.tsWall ?? halt.tsEvent, tone: toneOf(halt, at === 0 && cursor === undefined), title: titleOf(halt), detail: halt.by === FEED ? undefined : halt.reason ?? undefined }))}
            />
            {next === null && cursor === undefined ? null : (
              <div className={css.pages}>
                {cursor === undefined ? null : <Button small onClick={() => setCursor(undefined)}>Newest</Button>}
                {next === null ? null : <Button small onClick={() => setCursor(next)}>Older</Button>}
              </div>
            )}
          </>
        ))}
      </Answered>
    </Panel>
  );
}

function toneOf({ kind, by }: HaltFact, newest: boolean): 'ok' | 'critical' | 'neutral' {
  if (by === FEED) return newest && kind === 'resume' ? 'ok' : 'neutral';
  if (kind === 'resume') return newest ? 'ok' : 'neutral';
  return newest ? 'critical' : 'neutral';
}

function titleOf({ kind, orders, by }: HaltFact): string {
  if (by === FEED) return kind === 'resume' ? 'Caught up with the market' : 'Catching up with what was missed';
  const who = by === null ? 'somebody' : personName(by);
  // A person's name is written as they write it.
  const said = by?.startsWith('user:') ? who : `${who.slice(0, 1).toUpperCase()}${who.slice(1)}`;
  switch (kind) {
    case 'resume': return `${said} let trading go on`;
    case 'flatten': return `${said} halted trading and closed everything`;
    case 'halt': return `${said} halted trading${orders ? ' and canceled orders' : ''}`;
  }
}

/** What limits were near or reached, newest first. */
export function LimitsReached(): ReactNode {
  const alerts = useTopic('alerts');
  if (alerts === undefined) return <Panel title="Limits reached"><Skeleton lines={1} /></Panel>;
  const past = [...alerts.values()].filter(({ kind }) => kind === 'limit').sort((a, b) => b.tsWall - a.tsWall);
  return (
    <Panel title="Limits reached">
      {past.length === 0 ? <EmptyState>No limit was near since the product was started.</EmptyState> : (
        <Timeline
          label="Limits that were near or reached, newest first"
          entries={past.slice(0, 30).map(({ id, tsWall, severity, text, resolvedAt, acknowledged }) => ({
            id,
            at: tsWall,
            tone: resolvedAt !== null ? 'neutral' as const : severity === 'critical' ? 'critical' as const : 'warn' as const,
            title: text,
            detail: [resolvedAt === null ? 'still so' : `over after ${formatSpan(resolvedAt - tsWall)}`, acknowledged === null ? '' : `seen by ${personName(acknowledged.by)}`].filter((word) => word !== '').join(' · '),
          }))}
        />
      )}
    </Panel>
  );
}
