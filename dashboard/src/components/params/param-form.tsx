'use client';

import type { ReactNode } from 'react';
import type { ParameterSpecs } from 'trader/contract';
import { NumberField, SelectField } from '../field.tsx';
import { rangeText } from './param-draft.ts';
import type { ParameterChange, ParameterDraft, ParameterValues } from './param-draft.ts';
import css from './params.module.css';

/** Parameters as fields, made from the strategy's own schema. A field that differs from what runs says what runs. */
export function ParamForm({ schema, current, draft, errors, readOnly, onChange }: {
  readonly schema: ParameterSpecs;
  readonly current: ParameterValues;
  readonly draft: ParameterDraft;
  readonly errors: Readonly<Record<string, string>>;
  /** Why nothing can be changed; the values stay in sight. */
  readonly readOnly?: string | undefined;
  readonly onChange: (name: string, text: string) => void;
}): ReactNode {
  return (
    <div className={css.grid}>
      {Object.entries(schema).map(([name, spec]) => {
        const running = current[name];
        const value = draft[name] ?? String(running ?? spec.default);
        const changed = draft[name] !== undefined && String(running) !== value;
        const help = <>{spec.help}<br />{rangeText(spec)}{changed && running !== undefined ? <strong className={css.running}> · runs with {running}</strong> : null}</>;
        const label = <span className={changed ? css.changed : undefined}>{name}{changed ? ' •' : ''}</span>;
        const rest = { help, label, value, error: errors[name], disabled: readOnly !== undefined, title: readOnly };
        return spec.kind === 'choice'
          ? <SelectField key={name} {...rest} onChange={(text) => onChange(name, text)} options={spec.choices.map((choice) => ({ value: choice, label: choice }))} />
          : <NumberField key={name} {...rest} onChange={(text) => onChange(name, text)} />;
      })}
    </div>
  );
}

/** What is to change, value by value. */
export function ParamDiff({ changes }: { readonly changes: readonly ParameterChange[] }): ReactNode {
  return (
    <table className={css.diff}>
      <caption className="spoken">Changes of parameters</caption>
      <thead><tr><th scope="col">Parameter</th><th scope="col">Now</th><th scope="col">After</th></tr></thead>
      <tbody>
        {changes.map(({ name, from, to }) => (
          <tr key={name}><th scope="row">{name}</th><td><del>{from ?? '—'}</del></td><td><ins>{to}</ins></td></tr>
        ))}
      </tbody>
    </table>
  );
}
