'use client';

import { useEffect, useState, type ReactNode } from 'react';
import type { Answer, ParameterSpecs } from 'trader/contract';
import { useCommand, useQuery } from '../../data/query.ts';
import { useMissingRole } from '../../data/session.ts';
import { Answered, Problem } from '../answered.tsx';
import { Button } from '../button.tsx';
import { ChoiceField, Fields, NumberField, SelectField, TextField } from '../field.tsx';
import { Panel } from '../panel.tsx';
import { ParamForm } from '../params/param-form.tsx';
import { NEW_RUN, readRun } from './run-draft.ts';
import { RunTerms } from './run-terms.tsx';
import type { Job, RunDraft } from './run-draft.ts';
import css from './runs.module.css';

type Catalog = Answer<'strategyCatalog'>['items'];
type Sources = Answer<'jobSources'>['items'];

/** Where the last run's settings are kept, so that the next one takes two clicks. */
const KEY = 'algotrendy.new-run';

/** The card of a new run: what, on which bars, with which parameters. */
export function NewRunCard({ onStarted }: { readonly onStarted: (job: Job) => void }): ReactNode {
  const catalog = useQuery('strategyCatalog', undefined);
  const sources = useQuery('jobSources', undefined);
  return (
    <Panel title="New run">
      <Answered asked={catalog} what="the strategies on offer" lines={6}>
        {({ items }) => <Answered asked={sources} what="the bars on offer" lines={6}>{(bars) => <Card catalog={items} sources={bars.items} venues={bars.venues} onStarted={onStarted} />}</Answered>}
      </Answered>
    </Panel>
  );
}

function Card({ catalog, sources, venues, onStarted }: { readonly catalog: Catalog; readonly sources: Sources; readonly venues: readonly string[]; readonly onStarted: (job: Job) => void }): ReactNode {
  const [draft, setDraft] = useState<RunDraft>(() => firstDraft(catalog, sources));
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({});
  const [custom, setCustom] = useState(false);
  const start = useCommand('startJob');
  const missing = useMissingRole('trader');
  const entry = catalog.find(({ name }) => name === draft.strategy);
  const source = sources.find(({ bars }) => bars === draft.bars);
  const schema: ParameterSpecs = entry?.parameters ?? {};
  const reads = entry?.series ?? [];
  useEffect(() => { keep(draft); }, [draft]);
  const change = (next: Partial<RunDraft>): void => { setDraft((was) => ({ ...was, ...next })); setErrors({}); };
  const run = (): void => {
    const outcome = readRun(draft, schema, reads);
    setErrors(outcome.ok ? {} : outcome.errors);
    if (!outcome.ok) { setCustom(true); return; }
    void start.send({ body: outcome.request }).then((job) => { if (job !== undefined) onStarted(job); });
  };
  const outcome = readRun(draft, schema, reads);
  const changed = Object.entries(draft.parameters).filter(([name, text]) => String(schema[name]?.default) !== text).length;
  return (
    <form className={css.form} onSubmit={(event) => { event.preventDefault(); run(); }} aria-label="New run">
      <Fields missing={missing}>
        <ChoiceField label="Kind of run" value={draft.kind} onChange={(kind) => change({ kind })} options={[{ value: 'backtest', label: 'Backtest' }, { value: 'sweep', label: 'Sweep' }, { value: 'verdict', label: 'Verdict' }]} />
        <SelectField label="Strategy" value={draft.strategy} help={entry?.summary} error={errors['strategy']} onChange={(strategy) => change({ strategy, parameters: {}, grid: {}, series: {} })} options={catalog.map(({ name }) => ({ value: name, label: name }))} />
        <SelectField label="Bars" value={draft.bars} help={source === undefined ? undefined : sourceHelp(source)} error={errors['bars']} onChange={(bars) => change({ bars, interval: '', from: '', to: '' })} options={sources.map(({ bars, title }) => ({ value: bars, label: title }))} />
        <div className={css.pair}>
          <SelectField label="Decide on" value={draft.interval} onChange={(interval) => change({ interval })} options={[{ value: '', label: 'as stored' }, ...(source?.intervals ?? []).map((value) => ({ value, label: value }))]} />
          <NumberField label="Fee" unit="bp" error={errors['feeBps']} placeholder={draft.venue === '' ? '10' : 'venue’s'} value={draft.feeBps} onChange={(feeBps) => change({ feeBps })} />
        </div>
        <Period draft={draft} source={source} error={errors['to']} onChange={change} />
        {draft.kind === 'sweep' ? <GridFields {...{ draft, schema, errors, change }} /> : null}
        <details className={css.more} open={custom} onToggle={(event) => setCustom(event.currentTarget.open)}>
          <summary>Parameters{changed === 0 ? ': defaults' : `: ${changed} changed`}</summary>
          <div className={css.params}>
            <ParamForm schema={schema} current={{}} draft={draft.parameters} errors={errors} onChange={(name, text) => change({ parameters: { ...draft.parameters, [name]: text } })} />
          </div>
        </details>
        {reads.map((name) => <TextField key={name} label={`Series: ${name}`} help="Id of a stored series; Data, Economy lists and finds them" error={errors[`series.${name}`]} value={draft.series[name] ?? ''} onChange={(text) => change({ series: { ...draft.series, [name]: text.trim() } })} />)}
        <RunTerms draft={draft} venues={venues} errors={errors} onChange={change} />
      </Fields>
      {start.problem === undefined ? null : <Problem what="the run" verb="was not started" problem={start.problem} />}
      <Button submit look="primary" className={css.wide} busy={start.state === 'sending'} blocked={missing}>{draft.kind === 'sweep' && outcome.ok ? `Run ${outcome.combinations} combinations` : `Run ${draft.kind}`}</Button>
      <p className={css.quiet}>It runs beside trading at a lower priority, and goes on when this page is closed.</p>
    </form>
  );
}

function GridFields({ draft, schema, errors, change }: { readonly draft: RunDraft; readonly schema: ParameterSpecs; readonly errors: Readonly<Record<string, string>>; readonly change: (next: Partial<RunDraft>) => void }): ReactNode {
  return (
    <fieldset className={css.grid}>
      <legend>Values to try</legend>
      <p className={css.quiet}>From, to and step as 5:30:5, or a list as 5,10,20. What is empty keeps its value. Two varied parameters give a heat map.</p>
      {errors['grid'] === undefined ? null : <p className={css.wrong} role="alert">✕ {errors['grid']}</p>}
      <div className={css.params}>
        {Object.entries(schema).map(([name, spec]) => (
          <TextField key={name} label={name} error={errors[`grid.${name}`]} placeholder={spec.kind === 'choice' ? spec.choices.join(',') : String(spec.default)} value={draft.grid[name] ?? ''} onChange={(text) => change({ grid: { ...draft.grid, [name]: text } })} />
        ))}
      </div>
    </fieldset>
  );
}

function Period({ draft, source, error, onChange }: { readonly draft: RunDraft; readonly source: Sources[number] | undefined; readonly error: string | undefined; readonly onChange: (next: Partial<RunDraft>) => void }): ReactNode {
  const [first, last] = [source?.first ?? null, source?.last ?? null];
  const year = 365 * 86_400_000;
  const presets = first === null || last === null ? [] : [
    { label: 'All', from: '', to: '' },
    ...(last - first > 1.2 * year ? [{ label: 'Last year', from: day(last - year), to: '' }] : []),
    { label: 'First half', from: '', to: day((first + last) / 2) }, { label: 'Second half', from: day((first + last) / 2), to: '' },
  ];
  return (
    <div className={css.period}>
      <div className={css.pair}>
        <TextField label="From" type="date" value={draft.from} onChange={(from) => onChange({ from })} />
        <TextField label="To" type="date" error={error} value={draft.to} onChange={(to) => onChange({ to })} />
      </div>
      <div className={css.presets} role="group" aria-label="Periods">
        {presets.map(({ label, from, to }) => <Button key={label} small look="quiet" aria-pressed={draft.from === from && draft.to === to} onClick={() => onChange({ from, to })}>{label}</Button>)}
      </div>
    </div>
  );
}

function sourceHelp({ instrument, first, last, count }: Sources[number]): string {
  const span = first === null || last === null ? '' : ` · ${day(first)} to ${day(last)} UTC`;
  return `${instrument}${span}${count === null ? '' : ` · ${count.toLocaleString('en-GB')} bars`}`;
}

function day(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

/** The last run's settings, what the address asks for before them, and else the first of everything. */
function firstDraft(catalog: Catalog, sources: Sources): RunDraft {
  const kept = read();
  const asked = new URLSearchParams(location.search);
  const strategy = catalog.find(({ name }) => name === (asked.get('strategy') ?? kept.strategy)) ?? catalog[0];
  const bars = sources.find((source) => source.bars === kept.bars) ?? sources[0];
  const given = [...asked].flatMap(([name, value]) => (name.startsWith('p.') ? [[name.slice(2), value] as const] : []));
  const parameters = asked.has('strategy') ? Object.fromEntries(given) : kept.strategy === strategy?.name ? kept.parameters : {};
  return { ...NEW_RUN, ...kept, strategy: strategy?.name ?? '', bars: bars?.bars ?? '', parameters, ...(bars?.bars === kept.bars ? {} : { interval: '', from: '', to: '' }), ...(kept.strategy === strategy?.name ? {} : { grid: {} }) };
}

function read(): RunDraft {
  try {
    return { ...NEW_RUN, ...(JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<RunDraft>) };
  } catch {
    return NEW_RUN; // What is kept is not ours, or nothing can be kept: begin anew.
  }
}

function keep(draft: RunDraft): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(draft));
  } catch {
    // Without storage the settings hold until the page is closed.
  }
}
