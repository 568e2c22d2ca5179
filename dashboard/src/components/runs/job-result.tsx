'use client';

import { useEffect, type ReactNode } from 'react';
import { useQuery } from '../../data/query.ts';
import { useTopic } from '../../data/stream.ts';
import { Answered } from '../answered.tsx';
import { Button } from '../button.tsx';
import { DataTable, type Column } from '../data-table.tsx';
import { Money, Num, Pct } from '../numbers.tsx';
import { Panel } from '../panel.tsx';
import { EmptyState } from '../placeholders.tsx';
import { StatusChip, type Tone } from '../status-chip.tsx';
import { HeatMap } from './heat-map.tsx';
import { asSweep, asVerdict } from './job-results.ts';
import type { SweepResult, SweepRow, VerdictLine, VerdictResult } from './job-results.ts';
import { requestTitle } from './run-draft.ts';
import { Cautions } from './run-result.tsx';
import { daysBetween, Yearly } from '../yearly.tsx';
import css from './runs.module.css';

/** What came of a sweep or a verdict. */
export function JobResultView({ id, onRun }: { readonly id: string; readonly onRun: (run: string) => void }): ReactNode {
  const asked = useQuery('jobResult', { params: { id } });
  const state = useTopic('jobs')?.get(id)?.state;
  const { reload } = asked;
  // Opened before it ended, it has its result when it has.
  useEffect(() => { if (state === 'done') reload(); }, [state, reload]);
  return (
    <Answered asked={asked} what="the result" lines={6}>
      {({ job, result }) => {
        const title = requestTitle(job.request);
        const sweep = asSweep(result);
        const verdict = asVerdict(result);
        if (sweep !== undefined) return <Sweep title={title} sweep={sweep} />;
        if (verdict !== undefined) return <Verdict title={title} verdict={verdict} run={job.runId} onRun={onRun} />;
        const { runId } = job;
        return <EmptyState action={runId === null ? undefined : <Button onClick={() => onRun(runId)}>Open the kept run</Button>}>{job.state === 'done' ? 'This job has no table of its own.' : `This job is ${job.state}: it has no result.`}</EmptyState>;
      }}
    </Answered>
  );
}

function Sweep({ title, sweep }: { readonly title: string; readonly sweep: SweepResult }): ReactNode {
  const names = sweep.grid.map(({ name }) => name);
  const columns: readonly Column<SweepRow>[] = [
    ...names.map((name): Column<SweepRow> => ({ key: name, head: name, figures: true, cell: ({ parameters }) => String(parameters[name] ?? '—'), sortBy: ({ parameters }) => parameters[name] ?? '' })),
    { key: 'return', head: 'Net return', figures: true, cell: ({ netReturn }) => <Pct ratio={netReturn} change />, sortBy: ({ netReturn }) => netReturn },
    { key: 'drawdown', head: 'Drawdown', figures: true, cell: ({ maxDrawdown }) => <Pct ratio={-Math.abs(maxDrawdown)} />, sortBy: ({ maxDrawdown }) => maxDrawdown },
    { key: 'sharpe', head: 'Sharpe', figures: true, cell: ({ sharpe }) => <Yearly value={sharpe} days={daysBetween(sweep.from, sweep.to)} />, sortBy: ({ sharpe }) => sharpe ?? -Infinity },
    { key: 'trades', head: 'Trades', figures: true, cell: ({ trades }) => <Num value={trades} />, sortBy: ({ trades }) => trades },
    { key: 'fees', head: 'Fees', figures: true, priority: 3, cell: ({ fees }) => <Money value={fees} /> },
  ];
  const winners = sweep.map?.netReturns.filter((value) => value !== null && value > 0).length;
  const caution = `The best of ${sweep.combos} tries on the same bars flatters by having been chosen: judge it on bars that it was not chosen on, with a verdict.`;
  return (
    <div className={css.stack}>
      <Panel title={`Sweep of ${title}`} note={`${sweep.combos} combinations tried${sweep.skipped === 0 ? '' : `, ${sweep.skipped} left out as not possible`}`}>
        <p className={css.verdict}>{sweep.best[0] === undefined ? 'Nothing came of it.' : `The best made ${percent(sweep.best[0].netReturn)}${winners === undefined ? '' : `; ${winners} of ${sweep.combos} combinations ended with a gain`}.`}</p>
        <Cautions cautions={[...sweep.warnings, caution]} />
      </Panel>
      {sweep.map === null ? null : <Panel title="Heat map" note="Net return by two parameters: a plateau can be trusted more than a peak"><HeatMap map={sweep.map} grid={sweep.grid} /></Panel>}
      <Panel title="Best combinations" flush><DataTable caption="Best combinations" columns={columns} rows={sweep.best} rowKey={({ parameters }) => JSON.stringify(parameters)} empty={<EmptyState>No combination could be run.</EmptyState>} /></Panel>
    </div>
  );
}

const TONES: Readonly<Record<VerdictLine['state'], Tone>> = { pass: 'ok', warn: 'warn', fail: 'critical', 'not-measurable': 'neutral' };
const WORDS: Readonly<Record<VerdictLine['state'], string>> = { pass: 'pass', warn: 'warning', fail: 'fail', 'not-measurable': 'not measurable' };

function Verdict({ title, verdict, run, onRun }: { readonly title: string; readonly verdict: VerdictResult; /** The backtest that was kept on the way; null for none. */ readonly run: string | null; readonly onRun: (run: string) => void }): ReactNode {
  const groups = [...new Set(verdict.lines.map(({ group }) => group))];
  return (
    <div className={css.stack}>
      <Panel title={`Verdict on ${title}`} aside={<StatusChip tone={verdict.ready ? 'ok' : 'critical'}>{verdict.ready ? 'ready' : 'not ready'}</StatusChip>}>
        <p className={css.verdict}>{verdict.headline}</p>
        {run === null ? null : <Button small onClick={() => onRun(run)}>Open its backtest</Button>}
      </Panel>
      {groups.map((group) => (
        <Panel key={group} title={group}>
          <ul className={css.lines}>
            {verdict.lines.filter((line) => line.group === group).map((line) => (
              <li key={line.name}><StatusChip tone={TONES[line.state]}>{WORDS[line.state]}</StatusChip><div><strong>{line.name}</strong><p className={css.quiet}>{line.reason}</p></div></li>
            ))}
          </ul>
        </Panel>
      ))}
    </div>
  );
}

function percent(share: number): string {
  return `${share < 0 ? '−' : '+'}${Math.abs(share * 100).toFixed(2)}%`;
}
