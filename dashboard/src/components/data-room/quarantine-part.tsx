'use client';

import { Fragment, useState, type ReactNode } from 'react';
import type { Answer } from 'trader/contract';
import { useQuery } from '../../data/query.ts';
import { placesOf } from '../../format/decimal.ts';
import { Answered } from '../answered.tsx';
import { Button } from '../button.tsx';
import { Num, Time } from '../numbers.tsx';
import { Panel } from '../panel.tsx';
import { EmptyState } from '../placeholders.tsx';
import { StatusChip } from '../status-chip.tsx';
import css from './data-room.module.css';

type Bar = Answer<'dataQuarantine'>['items'][number];

/** Bars on which nobody may trade, each with what every source said of it. */
export function QuarantinePart(): ReactNode {
  const [cursor, setCursor] = useState<string>();
  const asked = useQuery('dataQuarantine', { query: { limit: 50, ...(cursor !== undefined && { cursor }) } });
  return (
    <Panel title="Bars in quarantine" note="No strategy sees them and no backtest uses them until a source confirms one side.">
      <Answered asked={asked} what="the quarantine" lines={5}>
        {({ items, next }) => (items.length === 0 ? <EmptyState>No bar is in quarantine: where two sources were compared, they agreed.</EmptyState> : (
          <>
            <ul className={css.bars}>{items.map((bar) => <Quarantined key={`${bar.instrument}|${bar.interval}|${bar.time}`} bar={bar} />)}</ul>
            {next === null && cursor === undefined ? null : <div className={css.tools}>{cursor === undefined ? null : <Button small onClick={() => setCursor(undefined)}>Newest</Button>}{next === null ? null : <Button small onClick={() => setCursor(next)}>Next 50</Button>}</div>}
          </>
        ))}
      </Answered>
    </Panel>
  );
}

const FIELDS = ['open', 'high', 'low', 'close', 'volume'] as const;

/** The states of a bar, without those in which a source only repeats itself. */
function distinct(states: Bar['states']): Bar['states'] {
  const saying = (state: Bar['states'][number]): string => [state.source, ...FIELDS.map((field) => state[field])].join('|');
  return states.filter((state, place) => states.findIndex((other) => saying(other) === saying(state)) === place);
}

function Quarantined({ bar }: { readonly bar: Bar }): ReactNode {
  const prices = placesOf(bar.states.flatMap(({ open, high, low, close }) => [open, high, low, close].map(Number)), 4);
  const differs = (field: (typeof FIELDS)[number]): boolean => new Set(bar.states.map((state) => state[field])).size > 1;
  return (
    <li className={css.quarantine}>
      <p><strong>{bar.instrument} {bar.interval}</strong> <Time at={bar.time} detail="day-minute" /> <StatusChip tone="warn">in quarantine</StatusChip></p>
      <p className={css.quiet}>{bar.reason}</p>
      <div className={css.scroll} tabIndex={0} role="region" aria-label={`What the sources say of ${bar.instrument}`}>
        <table className={css.sources}>
          <caption className="spoken">What each source says</caption>
          <thead><tr><th scope="col">Source</th>{FIELDS.map((field) => <th key={field} scope="col">{field}</th>)}<th scope="col">Known since</th></tr></thead>
          <tbody>
            {distinct(bar.states).map((state, place) => (
              <Fragment key={`${state.source}|${state.knownAt}|${place}`}>
                <tr><th scope="row">{state.source}</th>{FIELDS.map((field) => <td key={field} className={differs(field) ? css.differs : undefined}><Num value={state[field]} places={field === 'volume' ? undefined : prices} />{differs(field) ? <span className="spoken"> differs</span> : null}</td>)}<td><Time at={state.knownAt} detail="day-minute" /></td></tr>
              </Fragment>
            ))}
          </tbody>
        </table>
      </div>
    </li>
  );
}
