'use client';

import { useId, type FormEvent, type ReactNode } from 'react';
import type { MarketFact } from 'trader/contract';
import { useMissingRole } from '../../data/session.ts';
import { formatDecimal } from '../../format/decimal.ts';
import { formatTime } from '../../format/time.ts';
import { Button } from '../button.tsx';
import { CheckField, ChoiceField, Fields, NumberField, SelectField, TextField } from '../field.tsx';
import { fieldsOf, priceLabel } from './draft.ts';
import type { Draft, DraftField, SizeKind } from './draft.ts';
import css from './ticket.module.css';

const TYPES: Readonly<Record<Draft['type'], string>> = { market: 'Market', limit: 'Limit', stop: 'Stop', 'stop-limit': 'Stop-limit', 'trailing-stop': 'Trailing stop' };
const TERMS: Readonly<Record<Draft['timeInForce'], string>> = { gtc: 'Until canceled', ioc: 'At once, rest canceled', fok: 'Whole and at once', gtd: 'Until a date', day: 'For the day' };
/** Shares of equity that are offered to be risked, in percent. */
const RISKS = [0.25, 0.5, 1] as const;

/** The form of an order: what may be asked of the market decides which fields there are. */
export function TicketForm({ market, draft, errors, equity, currency, busy, blocked, onChange, onReview }: {
  readonly market: MarketFact;
  readonly draft: Draft;
  readonly errors: Readonly<Partial<Record<DraftField, string>>>;
  /** Of the account; absent while it is not known. */
  readonly equity: string | undefined;
  readonly currency: string;
  readonly busy: boolean;
  readonly blocked: string | undefined;
  readonly onChange: (change: Partial<Draft>) => void;
  readonly onReview: () => void;
}): ReactNode {
  const fields = fieldsOf(draft.type);
  const missing = useMissingRole('trader');
  const quote = market.quoteCurrency;
  const price = (name: 'price' | 'trigger' | 'stop' | 'takeProfit', label: string, help?: string): ReactNode => (
    <NumberField label={label} unit={quote} help={help} error={errors[name]} value={draft[name]} onChange={(value) => onChange({ [name]: value })} />
  );
  const submit = (event: FormEvent): void => { event.preventDefault(); onReview(); };
  return (
    <form className={css.form} onSubmit={submit} aria-label={`Order for ${market.instrument}`}>
      <Fields missing={missing}>
        <div className={css.sides} data-side={draft.side}>
          <ChoiceField label="Side" value={draft.side} onChange={(side) => onChange({ side })} options={[{ value: 'buy', label: 'Buy' }, { value: 'sell', label: 'Sell' }]} />
        </div>
        <SelectField label="Type" value={draft.type} onChange={(type) => onChange({ type })} options={market.orderTypes.map((type) => ({ value: type, label: TYPES[type] }))} />
        <SizeField {...{ market, draft, errors, equity, currency, onChange }} />
        {fields.trigger ? price('trigger', 'Trigger price', 'The touch of it makes this a limit order') : null}
        {fields.price ? price('price', priceLabel(draft.type), market.last === null ? undefined : `Last ${formatDecimal(market.last, { places: market.priceDecimals })}`) : null}
        {fields.trail ? <NumberField label="Stays behind by" unit="%" help="Follows the best price and never goes back" error={errors.trail} value={draft.trail} onChange={(trail) => onChange({ trail })} /> : null}
        <div className={css.pair}>
          {price('stop', 'Stop-loss')}
          {price('takeProfit', 'Take-profit')}
        </div>
        {fields.lasting ? (
          <SelectField label="Lasts" value={draft.timeInForce} onChange={(timeInForce) => onChange({ timeInForce })} options={market.timesInForce.map((term) => ({ value: term, label: TERMS[term] }))} />
        ) : null}
        {fields.lasting && draft.timeInForce === 'gtd' ? <TextField label="Ends" type="datetime-local" help={`Your local time${market.tsLast === null ? '' : `; the market’s clock stands at ${formatTime(market.tsLast, 'day-minute')}`}`} error={errors.expires} value={draft.expires} onChange={(expires) => onChange({ expires })} /> : null}
        {fields.postOnly && market.postOnly ? <CheckField label="Post only" help="Rejected where it would trade at once" checked={draft.postOnly} onChange={(postOnly) => onChange({ postOnly })} /> : null}
        {market.reduceOnly ? <CheckField label="Reduce only" help="Never opens or turns over a position" checked={draft.reduceOnly} onChange={(reduceOnly) => onChange({ reduceOnly })} /> : null}
      </Fields>
      <Button submit look="primary" className={css.wide} busy={busy} blocked={blocked}>Review {draft.side === 'buy' ? 'buy' : 'sell'}</Button>
      {blocked === undefined ? null : <p className={css.blocked}>Blocked: {blocked}</p>}
    </form>
  );
}

function SizeField({ market, draft, errors, equity, currency, onChange }: {
  readonly market: MarketFact; readonly draft: Draft; readonly errors: Readonly<Partial<Record<DraftField, string>>>;
  readonly equity: string | undefined; readonly currency: string; readonly onChange: (change: Partial<Draft>) => void;
}): ReactNode {
  const base = market.instrument.split(/[-.]/)[0];
  const unit = draft.sizeKind === 'quantity' ? base : draft.sizeKind === 'notional' ? market.quoteCurrency : currency;
  const id = useId();
  const kinds: readonly { readonly value: SizeKind; readonly label: string }[] = [{ value: 'quantity', label: 'Quantity' }, { value: 'notional', label: 'Notional' }, { value: 'risk', label: 'Risk' }];
  const help = draft.sizeKind === 'quantity' ? `Steps of ${market.lot} ${base}; at least ${market.minNotional} ${market.quoteCurrency} in all`
    : draft.sizeKind === 'notional' ? 'Money to trade for; rounded down to whole steps' : 'Lost at the stop-loss, fees included';
  return (
    <div className={css.size}>
      <ChoiceField label="Size by" value={draft.sizeKind} onChange={(sizeKind) => onChange({ sizeKind, size: '' })} options={kinds} />
      <NumberField label={kinds.find(({ value }) => value === draft.sizeKind)?.label} unit={unit} help={help} error={errors.size} value={draft.size} onChange={(size) => onChange({ size })} />
      {draft.sizeKind === 'risk' && equity !== undefined ? (
        <div className={css.shares} role="group" aria-label="Share of equity to risk" id={id}>
          {RISKS.map((percent) => (
            <Button key={percent} small onClick={() => onChange({ size: ((Number(equity) * percent) / 100).toFixed(2) })}>{percent}%</Button>
          ))}
        </div>
      ) : null}
    </div>
  );
}
