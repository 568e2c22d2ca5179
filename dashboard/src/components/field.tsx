'use client';
import { useId, type ComponentProps, type ReactNode } from 'react';
import { typedNumber } from '../format/decimal.ts';
import css from './field.module.css';

/** What every field takes. */
interface FieldProps {
  readonly label: ReactNode;
  /** Range, unit, what it means. */
  readonly help?: ReactNode;
  /** What is wrong with it, in words; ties itself to the field. */
  readonly error?: ReactNode;
  /** Behind the field: a unit. */
  readonly unit?: ReactNode;
}

interface Ties {
  readonly id: string;
  readonly 'aria-describedby': string | undefined;
  readonly 'aria-invalid': true | undefined;
}

function Field({ label, help, error, unit, children }: FieldProps & { readonly children: (ties: Ties) => ReactNode }): ReactNode {
  const id = useId();
  const described = [help === undefined ? '' : `${id}-help`, error === undefined ? '' : `${id}-error`].filter((name) => name !== '').join(' ');
  return (
    <div className={css.field}>
      <label htmlFor={id} className={css.label}>{label}</label>
      <div className={css.line}>
        {children({ id, 'aria-describedby': described === '' ? undefined : described, 'aria-invalid': error === undefined ? undefined : true })}
        {unit === undefined ? null : <span className={css.unit}>{unit}</span>}
      </div>
      {help === undefined ? null : <p id={`${id}-help`} className={css.help}>{help}</p>}
      {error === undefined ? null : <p id={`${id}-error`} className={css.error}><span aria-hidden="true">✕ </span>{error}</p>}
    </div>
  );
}

/** Fields that only some may fill in: to others they show what stands there, and why it stays so. */
export function Fields({ missing, children }: { readonly missing: string | undefined; readonly children: ReactNode }): ReactNode {
  return <fieldset className={css.fields} disabled={missing !== undefined} title={missing}>{children}</fieldset>;
}

/** A line of text, a password, an address. */
export function TextField({ label, help, error, unit, value, onChange, ...rest }: FieldProps & Omit<ComponentProps<'input'>, 'onChange' | 'value'> & { readonly value: string; readonly onChange: (value: string) => void }): ReactNode {
  return (
    <Field label={label} help={help} error={error} unit={unit}>
      {(ties) => <input {...rest} {...ties} className={css.input} value={value} onChange={(event) => onChange(event.target.value)} />}
    </Field>
  );
}

/** A number as text, so that no digit is lost; the keyboard of a phone shows figures. */
export function NumberField({ label, help, error, unit, value, onChange, ...rest }: FieldProps & Omit<ComponentProps<'input'>, 'onChange' | 'value' | 'type'> & { readonly value: string; readonly onChange: (value: string) => void }): ReactNode {
  return (
    <Field label={label} help={help} error={error} unit={unit}>
      {(ties) => <input {...rest} {...ties} inputMode="decimal" autoComplete="off" className={`${css.input} ${css.number}`} value={value} onChange={(event) => onChange(typedNumber(event.target.value))} />}
    </Field>
  );
}

/** One of a few; the system's own list, which every phone shows well. */
export function SelectField<Value extends string>({ label, help, error, unit, value, onChange, options, ...rest }: FieldProps & Omit<ComponentProps<'select'>, 'onChange' | 'value'> & {
  readonly value: Value;
  readonly onChange: (value: Value) => void;
  readonly options: readonly { readonly value: Value; readonly label: string }[];
}): ReactNode {
  return (
    <Field label={label} help={help} error={error} unit={unit}>
      {(ties) => (
        <select {...rest} {...ties} className={css.input} value={value} onChange={(event) => onChange(event.target.value as Value)}>
          {options.map((option) => <option key={option.value} value={option.value}>{option.label}</option>)}
        </select>
      )}
    </Field>
  );
}

/** Yes or no. */
export function CheckField({ label, help, checked, onChange }: { readonly label: ReactNode; readonly help?: ReactNode; readonly checked: boolean; readonly onChange: (checked: boolean) => void }): ReactNode {
  const id = useId();
  return (
    <div className={css.check}>
      <input id={id} type="checkbox" checked={checked} aria-describedby={help === undefined ? undefined : `${id}-help`} onChange={(event) => onChange(event.target.checked)} />
      <label htmlFor={id}>{label}</label>
      {help === undefined ? null : <p id={`${id}-help`} className={css.help}>{help}</p>}
    </div>
  );
}

/** One of a few that are all in sight, as a row of buttons. */
export function ChoiceField<Value extends string>({ label, value, onChange, options }: {
  readonly label: string;
  readonly value: Value;
  readonly onChange: (value: Value) => void;
  readonly options: readonly { readonly value: Value; readonly label: ReactNode }[];
}): ReactNode {
  const name = useId();
  return (
    <fieldset className={css.choice}>
      <legend className="spoken">{label}</legend>
      {options.map((option) => (
        <label key={option.value} className={css.option}>
          <input type="radio" className="spoken" name={name} checked={option.value === value} onChange={() => onChange(option.value)} />
          {option.label}
        </label>
      ))}
    </fieldset>
  );
}
