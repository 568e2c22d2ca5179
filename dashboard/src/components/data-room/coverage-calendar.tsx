'use client';

import { useState, type ReactNode } from 'react';
import type { Answer } from 'trader/contract';
import { useQuery } from '../../data/query.ts';
import { formatSpan, formatUtc } from '../../format/time.ts';
import { Answered } from '../answered.tsx';
import { Button } from '../button.tsx';
import { EmptyState } from '../placeholders.tsx';
import { calendarMonths, dayState } from './calendar-days.ts';
import type { CalendarMonth, CoverageDay, DayState } from './calendar-days.ts';
import css from './data-room.module.css';

const DAY_MS = 86_400_000;
const SHOWN_DAYS = 183;
const WORDS: Readonly<Record<DayState, string>> = { whole: 'whole', partial: 'with gaps', empty: 'asked, no bars', unasked: 'never asked', quarantined: 'in quarantine' };
const MARKS: Readonly<Record<DayState, string>> = { whole: '●', partial: '◐', empty: '○', unasked: '·', quarantined: '✕' };
const MONTH = new Intl.DateTimeFormat('en-GB', { month: 'long', year: 'numeric', timeZone: 'UTC' });

type Series = Answer<'dataStatus'>['series'][number];

/** Which days of a series there are, as a calendar of half a year, and its longest holes in words. */
export function CoverageCalendar({ series }: { readonly series: Series }): ReactNode {
  const { instrument, interval, first, last } = series;
  const end = Math.floor(last / DAY_MS) * DAY_MS + DAY_MS;
  const [to, setTo] = useState(end);
  const from = to - SHOWN_DAYS * DAY_MS;
  const asked = useQuery('dataCoverage', { query: { instrument, interval, from, to } });
  const gaps = useQuery('dataGaps', { query: { instrument, interval, limit: 20 } });
  return (
    <>
      <div className={css.tools}>
        <Button small blocked={from <= first ? 'nothing is stored before' : undefined} onClick={() => setTo(from)}>‹ Earlier</Button>
        <Button small blocked={to >= end ? 'this is the newest' : undefined} onClick={() => setTo(Math.min(end, to + SHOWN_DAYS * DAY_MS))}>Later ›</Button>
        <ul className={css.legend} aria-label="Legend">{(Object.keys(WORDS) as DayState[]).map((state) => <li key={state}><span className={`${css.day} ${css[state]}`} aria-hidden="true">{MARKS[state]}</span> {WORDS[state]}</li>)}</ul>
      </div>
      <Answered asked={asked} what="the coverage" size="chart">
        {({ days }) => (days.length === 0 ? <EmptyState>Nothing is known of these days.</EmptyState> : <div className={css.months}>{calendarMonths(days).map((month) => <Month key={`${month.year}-${month.month}`} month={month} />)}</div>)}
      </Answered>
      <Answered asked={gaps} what="the gaps" lines={2}>
        {({ items, next }) => (
          <details className={css.gaps}>
            <summary>{items.length === 0 ? 'No gap between the first and the last bar' : `${items.length}${next === null ? '' : ' and more'} gap${items.length === 1 ? '' : 's'}`}</summary>
            <ul>{items.map((gap) => <li key={gap.from}>{formatUtc(gap.from)} for {formatSpan(gap.to - gap.from)}</li>)}</ul>
          </details>
        )}
      </Answered>
    </>
  );
}

function Month({ month }: { readonly month: CalendarMonth }): ReactNode {
  const title = MONTH.format(Date.UTC(month.year, month.month, 1));
  return (
    <table className={css.month}>
      <caption>{title}</caption>
      <thead><tr>{['Mo', 'Tu', 'We', 'Th', 'Fr', 'Sa', 'Su'].map((name) => <th key={name} scope="col">{name}</th>)}</tr></thead>
      <tbody>
        {month.weeks.map((week, place) => <tr key={place}>{week.map((day, at) => <td key={day?.day ?? `${place}-${at}`}>{day === undefined ? null : <Day day={day} />}</td>)}</tr>)}
      </tbody>
    </table>
  );
}

function Day({ day }: { readonly day: CoverageDay }): ReactNode {
  const state = dayState(day);
  const said = `${formatUtc(day.day).slice(0, 10)}: ${day.expected === 0 ? WORDS[state] : `${day.bars} of ${day.expected} bars, ${WORDS[state]}`}`;
  return <span className={`${css.day} ${css[state]}`} title={said}><span aria-hidden="true">{new Date(day.day).getUTCDate()}</span><span className="spoken">{said}</span></span>;
}
