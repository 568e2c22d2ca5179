'use client';

import { useEffect, useState, type ReactNode } from 'react';
import type { Answer } from 'trader/contract';
import { useQuery } from '../../data/query.ts';
import { Answered } from '../answered.tsx';
import { Button } from '../button.tsx';
import { DataTable, type Column } from '../data-table.tsx';
import { Num, Pct, Time } from '../numbers.tsx';
import { Panel } from '../panel.tsx';
import { EmptyState } from '../placeholders.tsx';
import { StatusChip } from '../status-chip.tsx';
import { daysBetween, Yearly, YEARLY_DAYS } from '../yearly.tsx';
import css from './runs.module.css';

type Summary = Answer<'listRuns'>['items'][number];

/** The backtests that were kept, newest first; two of them can be compared. */
export function RunTable({ turn, onOpen, onCompare }: { /** Changes when there may be a new one. */ readonly turn: number; readonly onOpen: (id: string) => void; readonly onCompare: (a: string, b: string) => void }): ReactNode {
  const asked = useQuery('listRuns', { query: { limit: 100 } });
  const [picked, setPicked] = useState<readonly string[]>([]);
  const { reload } = asked;
  useEffect(() => { if (turn > 0) reload(); }, [turn, reload]);
  const pick = (id: string): void => setPicked((was) => (was.includes(id) ? was.filter((each) => each !== id) : [...was, id].slice(-2)));
  const [a, b] = picked;
  const columns: readonly Column<Summary>[] = [
    { key: 'run', head: 'Run', cell: ({ id, strategy, instrument, interval }) => <span className={css.name}><span><strong>{strategy}</strong> <code>{id}</code></span><span className={css.quiet}>{instrument} · {interval}</span></span>, sortBy: ({ strategy }) => strategy },
    { key: 'return', head: 'Net return', figures: true, cell: ({ netReturn }) => <Pct ratio={netReturn} change />, sortBy: ({ netReturn }) => netReturn },
    { key: 'drawdown', head: 'Drawdown', figures: true, cell: ({ maxDrawdown }) => <Pct ratio={-Math.abs(maxDrawdown)} />, sortBy: ({ maxDrawdown }) => maxDrawdown },
    { key: 'sharpe', head: 'Sharpe', figures: true, cell: ({ sharpe, from, to }) => <Yearly value={sharpe} days={daysBetween(from, to)} />, sortBy: ({ sharpe, from, to }) => (daysBetween(from, to) < YEARLY_DAYS ? -Infinity : sharpe ?? -Infinity) },
    { key: 'trades', head: 'Trades', figures: true, cell: ({ trades }) => <Num value={trades} />, sortBy: ({ trades }) => trades },
    { key: 'warnings', head: 'Warnings', priority: 3, cell: ({ warnings }) => (warnings === 0 ? 'none' : <StatusChip tone="warn">{warnings}</StatusChip>) },
    { key: 'kept', head: 'Kept', priority: 3, cell: ({ keptAt }) => <Time at={keptAt} detail="day-minute" />, sortBy: ({ keptAt }) => keptAt },
    { key: 'pick', head: 'Compare', cell: ({ id, strategy }) => <label className={css.pick}><input type="checkbox" checked={picked.includes(id)} onChange={() => pick(id)} /><span className="spoken">Compare {strategy} {id}</span></label> },
  ];
  return (
    <Panel title="Kept runs" flush aside={a === undefined ? undefined : <Button small blocked={b === undefined ? 'choose a second run' : undefined} onClick={() => { if (b !== undefined) onCompare(a, b); }}>Compare {picked.length} of 2</Button>}>
      <Answered asked={asked} what="the kept runs">
        {({ items }) => <DataTable caption="Kept runs" columns={columns} rows={items} rowKey={({ id }) => id} onOpen={({ id }) => onOpen(id)} empty={<EmptyState>No run is kept yet. A backtest of the card on this page is kept when it ends.</EmptyState>} />}
      </Answered>
    </Panel>
  );
}
