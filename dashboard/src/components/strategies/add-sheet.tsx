'use client';

import { useState, type ReactNode } from 'react';
import type { Answer, MarketFact } from 'trader/contract';
import { useCommand, useQuery } from '../../data/query.ts';
import { useMode } from '../../data/run.ts';
import { usePart } from '../../data/stream.ts';
import { Answered, Problem } from '../answered.tsx';
import { Button } from '../button.tsx';
import { NumberField, SelectField } from '../field.tsx';
import { HoldButton } from '../hold-button.tsx';
import { ModeBand } from '../mode-band.tsx';
import { draftErrors, parameterValue } from '../params/param-draft.ts';
import type { ParameterDraft } from '../params/param-draft.ts';
import { ParamForm } from '../params/param-form.tsx';
import { Sheet } from '../sheet.tsx';
import { useTradeBlock } from '../ticket/trade-block.ts';
import { toast } from '../toast.tsx';
import css from './strategies.module.css';

/** Lets a strategy of the catalogue trade a market of the run. */
export function AddSheet({ onClose }: { readonly onClose: () => void }): ReactNode {
  const catalog = useQuery('strategyCatalog', undefined);
  const markets = usePart('state', ({ markets }) => markets);
  return (
    <Sheet open onClose={onClose} title="Add a strategy" description="It trades from the next bar on, within the limits of the run, warmed up on the bars that were seen." band={<ModeBand />}>
      <Answered asked={catalog} what="the strategies on offer">
        {({ items }) => <AddForm catalog={items} markets={markets === undefined ? [] : [...markets.values()]} onClose={onClose} />}
      </Answered>
    </Sheet>
  );
}

type Entry = Answer<'strategyCatalog'>['items'][number];
type Series = Answer<'searchSeries'>['items'][number];

function AddForm({ catalog, markets, onClose }: { readonly catalog: readonly Entry[]; readonly markets: readonly MarketFact[]; readonly onClose: () => void }): ReactNode {
  const [name, setName] = useState(catalog[0]?.name ?? '');
  const [instrument, setInstrument] = useState(markets[0]?.instrument ?? '');
  const [percent, setPercent] = useState('10');
  const [draft, setDraft] = useState<ParameterDraft>({});
  const [chosen, choose] = useState<Readonly<Record<string, string>>>({});
  const stored = useStored();
  const add = useCommand('addStrategy');
  const blocked = useTradeBlock();
  const { word } = useMode();
  const entry = catalog.find((each) => each.name === name);
  if (entry === undefined || markets.length === 0) return <p>There is no strategy or no market to choose from.</p>;
  const errors = draftErrors(entry.parameters, draft);
  const share = Number(percent) / 100;
  const shareError = share > 0 && share <= 1 ? undefined : 'Above 0 and up to 100';
  const series = entry.series.map((role) => chosen[role] ?? stored[0]?.id ?? '');
  const wrong = whyNot(Object.keys(errors).length > 0 || shareError !== undefined, series);
  const send = (): void => {
    const parameters = Object.fromEntries(Object.entries(draft).flatMap(([key, text]) => { const spec = entry.parameters[key]; return spec === undefined ? [] : [[key, parameterValue(spec, text)]]; }));
    void add.send({ body: { strategy: name, instrument, parameters, fraction: share.toFixed(8).replace(/\.?0+$/, ''), ...(series.length > 0 && { series }) } }).then((answer) => { if (answer !== undefined) { toast(`${name} trades ${instrument} from the next bar on`); onClose(); } });
  };
  return (
    <div className={css.stack}>
      <SelectField label="Strategy" value={name} help={entry.summary} onChange={(next) => { setName(next); setDraft({}); choose({}); }} options={catalog.map((each) => ({ value: each.name, label: each.name }))} />
      <SelectField label="Market" value={instrument} onChange={setInstrument} options={markets.map((market) => ({ value: market.instrument, label: market.instrument }))} />
      <NumberField label="A full position is" unit="% of equity" error={shareError} value={percent} onChange={setPercent} />
      {entry.series.map((role) => <SeriesField key={role} role={role} value={chosen[role] ?? stored[0]?.id ?? ''} stored={stored} onChange={(id) => choose((was) => ({ ...was, [role]: id }))} />)}
      <ParamForm schema={entry.parameters} current={{}} draft={draft} errors={errors} onChange={(key, text) => setDraft((was) => ({ ...was, [key]: text }))} />
      {add.problem === undefined ? null : <Problem what="the strategy" verb={add.state === 'unknown' ? 'may or may not have been added: no reply came' : 'was not added'} problem={add.problem} />}
      <div className={css.foot}>
        <Button look="quiet" onClick={onClose}>Leave</Button>
        <HoldButton ms={800} busy={add.state === 'sending'} blocked={blocked ?? wrong} onConfirm={send}>Add it — {word}</HoldButton>
      </div>
    </div>
  );
}

/** The economic series that are stored. */
function useStored(): readonly Series[] {
  return useQuery('searchSeries', { query: { limit: 100 } }).data?.items.filter((each) => each.stored) ?? [];
}

/** Why it cannot be sent as it is. */
function whyNot(wrong: boolean, series: readonly string[]): string | undefined {
  if (wrong) return 'mend what is wrong first';
  return series.includes('') ? 'no series is stored that it could read' : undefined;
}

/** Which stored series is what a strategy reads. */
function SeriesField({ role, value, stored, onChange }: { readonly role: string; readonly value: string; readonly stored: readonly Series[]; readonly onChange: (id: string) => void }): ReactNode {
  if (stored.length === 0) return <p role="note">It reads a series as {role}, and none is stored yet. On this machine: ./algotrendy economic search, then fetch.</p>;
  return <SelectField label={`Series: ${role}`} help="It is read as it was known at each moment; until it is known, the strategy stays flat" value={value} onChange={onChange} options={stored.map(({ id, title }) => ({ value: id, label: `${id} · ${title}` }))} />;
}
