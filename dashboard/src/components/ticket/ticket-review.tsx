'use client';

import type { ReactNode } from 'react';
import { ruleName, type GuardVerdict, type MarketFact, type OrderPreview, type OrderTicket, type SlippageBand } from 'trader/contract';
import type { ModeFact } from '../../data/run.ts';
import { Button } from '../button.tsx';
import { HoldButton } from '../hold-button.tsx';
import { Money, Num, Pct, Time } from '../numbers.tsx';
import { StatusChip } from '../status-chip.tsx';
import css from './ticket.module.css';

/** The price may move by so much before the figures have to be worked out again. */
const MOVED_MAX = 0.002;

/** What an order would cost and what every guard says of it, before it is held to be sent. */
export function TicketReview({ market, ticket, preview, mode, busy, blocked, onBack, onAgain, onSend }: {
  readonly market: MarketFact;
  readonly ticket: OrderTicket;
  readonly preview: OrderPreview;
  readonly mode: ModeFact;
  readonly busy: boolean;
  readonly blocked: string | undefined;
  readonly onBack: () => void;
  readonly onAgain: () => void;
  readonly onSend: () => void;
}): ReactNode {
  const moved = ticket.type === 'market' && market.last !== null ? Math.abs(Number(market.last) / Number(preview.price) - 1) : 0;
  const stale = moved > MOVED_MAX;
  const verb = preview.side === 'buy' ? 'Buy' : 'Sell';
  const base = market.instrument.split(/[-.]/)[0];
  const stop = blocked ?? (preview.allowed ? undefined : 'a guard denies this order') ?? (stale ? 'the price has moved: review again' : undefined);
  return (
    <div className={css.review} role="region" aria-label="Review of the order">
      <h3 className={css.headline} data-side={preview.side}>{verb} <Num value={preview.quantity} /> {base}</h3>
      <p className={css.quiet}>{market.instrument} · {ticket.type.replace('-', ' ')} · figures of <Time at={preview.tsEvent} detail="day-second" /> market time</p>
      <Figures market={market} preview={preview} atMarket={ticket.type === 'market'} base={base} />
      {preview.notes.map((note) => <p key={note} className={css.quiet}>{note}</p>)}
      <Guards guards={preview.guards} addsRisk={preview.addsRisk} />
      <div className={css.actions}>
        <HoldButton ms={mode.mode === 'live' ? 1200 : 800} look={preview.side} busy={busy} blocked={stop} onConfirm={onSend}>
          {busy ? 'Sending…' : <>{verb} {preview.quantity} {base} — {mode.word}</>}
        </HoldButton>
        <div className={css.pair}>
          <Button onClick={onBack}>Change</Button>
          <Button onClick={onAgain}>Review again</Button>
        </div>
      </div>
    </div>
  );
}

/** What it costs and what stands after it. */
function Figures({ market, preview, atMarket, base }: { readonly market: MarketFact; readonly preview: OrderPreview; readonly atMarket: boolean; /** What its quantities are of. */ readonly base: string }): ReactNode {
  const { slippage, leverage, lossAtStop, gainAtTakeProfit, currency } = preview;
  // Exits leave all that is then held by hand.
  const whole = Math.abs(Number(preview.positionAfter)) !== Number(preview.quantity) ? ', whole position' : '';
  return (
    <dl className={css.figures}>
      <Figure label={atMarket ? 'Last price' : 'Price'}><Money value={preview.price} places={market.priceDecimals} currency={market.quoteCurrency} /></Figure>
      <Figure label="Notional"><Money value={preview.notional} currency={currency} /></Figure>
      <Figure label="Fee, as taker"><Money value={preview.fee} currency={currency} /></Figure>
      {slippage === null ? null : <Slippage band={slippage} market={market} currency={currency} />}
      <Figure label={leverage === null ? 'Margin, no leverage' : `Margin, ${leverage.isolated ? 'isolated' : 'cross'} at ${leverage.times}×`}><Money value={preview.margin} currency={currency} /></Figure>
      <Figure label={leverage === null ? 'Cash after' : 'Free margin after'}><Money value={preview.cashAfter} currency={currency} /></Figure>
      <Figure label="Exposure after"><Pct ratio={preview.exposureAfter} /></Figure>
      <Figure label="Position after"><Num value={preview.positionAfter} unit={base} /></Figure>
      <Figure label={`Loss at stop${whole}`}>{lossAtStop === null ? <Unprotected addsRisk={preview.addsRisk} /> : <><Money value={lossAtStop.money} currency={currency} /> · <Pct ratio={lossAtStop.share} /> of equity</>}</Figure>
      {gainAtTakeProfit === null ? null : <Figure label={`Gain at take-profit${whole}`}><Money value={gainAtTakeProfit.money} currency={currency} /> · <Pct ratio={gainAtTakeProfit.share} /></Figure>}
    </dl>
  );
}

/** Where it may trade: what is expected, and what is bad luck. */
function Slippage({ band: { expected, worst, from }, market, currency }: { readonly band: SlippageBand; readonly market: MarketFact; readonly currency: string }): ReactNode {
  const by = from === 'book' ? 'by the order book' : 'by recent bars';
  const row = (label: string, { price, cost }: SlippageBand['expected']): ReactNode => (
    <Figure label={label}><Money value={price} places={market.priceDecimals} currency={market.quoteCurrency} />, costs <Money value={cost} currency={currency} /></Figure>
  );
  return <>{row(`Slippage expected, ${by}`, expected)}{row('Slippage at worst, a bar’s move against it', worst)}</>;
}

function Unprotected({ addsRisk }: { readonly addsRisk: boolean }): ReactNode {
  return addsRisk ? <StatusChip tone="warn">no stop-loss</StatusChip> : <>— takes risk off</>;
}

function Figure({ label, children }: { readonly label: string; readonly children: ReactNode }): ReactNode {
  return <div className={css.figure}><dt>{label}</dt><dd>{children}</dd></div>;
}

const TONE = { ok: 'ok', warn: 'warn', denied: 'critical' } as const;
const WORD = { ok: 'ok', warn: 'near its limit', denied: 'denies' } as const;

function Guards({ guards, addsRisk }: { readonly guards: readonly GuardVerdict[]; readonly addsRisk: boolean }): ReactNode {
  if (!addsRisk) return <p className={css.quiet}>Takes risk off: no guard is asked.</p>;
  if (guards.length === 0) return <p className={css.quiet}>No guard is set for this run.</p>;
  const loud = [...guards.filter(({ verdict }) => verdict === 'denied'), ...guards.filter(({ verdict }) => verdict === 'warn')];
  const quiet = guards.filter(({ verdict }) => verdict === 'ok');
  return (
    <section aria-label="Every guard’s verdict">
      <h4 className={css.subhead}>{loud.length === 0 ? `All ${guards.length} guards allow it` : `${guards.length} guards asked`}</h4>
      <GuardList guards={loud} />
      {quiet.length === 0 ? null : <details className={css.more}><summary>{quiet.length} with room to spare</summary><GuardList guards={quiet} /></details>}
    </section>
  );
}

function GuardList({ guards }: { readonly guards: readonly GuardVerdict[] }): ReactNode {
  return (
    <ul className={css.guards}>
      {guards.map((guard) => (
        <li key={`${guard.rule}|${guard.message}`}>
          <span className={css.rule}>{ruleName(guard.rule)}</span><StatusChip tone={TONE[guard.verdict]}>{WORD[guard.verdict]}</StatusChip>
          <p className={css.quiet}>{guard.message}</p>
        </li>
      ))}
    </ul>
  );
}
