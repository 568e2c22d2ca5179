'use client';
import type { Answer } from 'trader/contract';
import { useState, type ReactNode } from 'react';
import { useQuery } from '../../data/query.ts';
import { Answered } from '../answered.tsx';
import { Button } from '../button.tsx';
import { DataTable } from '../data-table.tsx';
import { TextField } from '../field.tsx';
import { Time } from '../numbers.tsx';
import { Panel } from '../panel.tsx';
import { EmptyState } from '../placeholders.tsx';
import { StatusChip, type Tone } from '../status-chip.tsx';
import css from './admin.module.css';

type Entry = Answer<'listAudit'>['items'][number];

const TONES: Readonly<Record<Entry['outcome'], Tone>> = { done: 'ok', refused: 'warn', failed: 'critical' };

/** Who did what, when and from where; each entry is chained to the one before. */
export function AuditPanel(): ReactNode {
  const [actor, setActor] = useState('');
  const [cursor, setCursor] = useState<string>();
  const wanted = actor.trim();
  const log = useQuery('listAudit', { query: { limit: 50, ...(wanted === '' ? {} : { actor: wanted }), ...(cursor === undefined ? {} : { cursor }) } });
  const older = log.data?.next ?? undefined;
  return (
    <Panel title="Audit log" aside={<Chain />} flush>
      <div className={css.bar}>
        <TextField label="Only of" placeholder="name" value={actor} onChange={(next) => { setActor(next); setCursor(undefined); }} />
        {cursor === undefined ? null : <Button small onClick={() => setCursor(undefined)}>Newest</Button>}
        {older === undefined ? null : <Button small onClick={() => setCursor(older)}>Older</Button>}
      </div>
      <Answered asked={log} what="the audit log">
        {({ items }) => (
          <DataTable
            caption="Audit log, newest first"
            rows={items}
            rowKey={({ sequence }) => String(sequence)}
            empty={<EmptyState>{wanted === '' ? 'Nothing has been recorded yet.' : `Nothing recorded of ${wanted}.`}</EmptyState>}
            columns={[
              { key: 'action', head: 'What', cell: ({ action }) => <span title={action}>{actionText(action)}</span> },
              { key: 'at', head: 'When', cell: ({ at }) => <Time at={at} detail="day-second" /> },
              { key: 'actor', head: 'Who', cell: ({ actor: name }) => name },
              { key: 'subject', head: 'On', priority: 2, cell: (entry) => <span className={css.long} title={`${entry.subject} ${entry.detail}`.trim()}>{aboutText(entry)}</span> },
              { key: 'outcome', head: 'Outcome', cell: ({ outcome }) => <StatusChip tone={TONES[outcome]}>{outcome}</StatusChip> },
              { key: 'address', head: 'From', priority: 3, cell: ({ address, via }) => <span title={via}>{[address, shortened(via)].filter((part) => part !== '').join(' · ')}</span> },
              { key: 'hash', head: 'Hash', priority: 3, cell: ({ hash }) => <code title={hash}>{hash.slice(0, 8)}</code> },
            ]}
          />
        )}
      </Answered>
    </Panel>
  );
}

/** An operation of the API as words: `placeOrder` reads `Place order`. */
function actionText(action: string): string {
  const words = action.replace(/^auth(?=[A-Z])/, '').replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}

/** What an entry is about: long ids by their beginning, the body of a request as its values. */
function aboutText({ subject, detail }: Entry): string {
  return [shortened(subject), valuesText(detail)].filter((part) => part !== '').join(' · ');
}

function shortened(text: string): string {
  return text.replaceAll(/\b([0-9a-f]{8})[0-9a-f]{8,}\b/g, '$1…');
}

/** `{"side":"buy","size":{"quantity":"2"}}` as `side buy, size quantity 2`, also where its end was cut off. */
function valuesText(detail: string): string {
  return detail.startsWith('{') ? detail.replaceAll(/[{}[\]"]/g, '').replaceAll(',', ', ').replaceAll(':', ' ') : detail;
}

/** Whether the chain of the log is whole, recomputed by the server. */
function Chain(): ReactNode {
  const chain = useQuery('verifyAudit', undefined);
  if (chain.data === undefined) return null;
  return chain.data.whole ? <StatusChip tone="ok" title={chain.data.head}>chain of {chain.data.entries} whole</StatusChip> : <StatusChip tone="critical">chain broken at {chain.data.brokenAt}</StatusChip>;
}
