'use client';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { personName, type Answer, type Body } from 'trader/contract';
import { useCommand, type Command } from '../../data/query.ts';
import { useMe, useMissingRole } from '../../data/session.ts';
import { useConnection, usePart } from '../../data/stream.ts';
import { directionOf, formatDecimal } from '../../format/decimal.ts';
import { Problem } from '../answered.tsx';
import { TextField } from '../field.tsx';
import { HoldButton } from '../hold-button.tsx';
import { ModeBand } from '../mode-band.tsx';
import { Sheet } from '../sheet.tsx';
import { toast } from '../toast.tsx';
import css from './halt-panel.module.css';

type Scope = 'entries' | 'orders' | 'flatten';

const SCOPES: readonly { readonly scope: Scope; readonly title: string; readonly text: string; readonly action: string }[] = [
  { scope: 'entries', title: 'Stop new entries', text: 'No new risk. Positions, their stops and take-profits stay.', action: 'Stop new entries' },
  { scope: 'orders', title: 'Cancel orders too', text: 'Also cancels every open order but stops and take-profits.', action: 'Stop and cancel orders' },
  { scope: 'flatten', title: 'Flatten all', text: 'Also closes every position at the market.', action: 'Flatten everything' },
];

/** Asks how far a halt goes, and for a hold; or, when trading is halted already, how to go on. */
export function HaltPanel({ onClose }: { readonly onClose: () => void }): ReactNode {
  const trading = usePart('state', ({ trading }) => trading);
  const halted = trading?.state === 'halted';
  return (
    <Sheet open onClose={onClose} place="middle" band={<ModeBand />} title={halted ? 'Trading is halted' : 'Halt trading'}>
      {halted ? <Halted reason={trading.reason} by={trading.by} flat={trading.flat} onResumed={onClose} /> : null}
      <HaltForm already={halted} />
    </Sheet>
  );
}

/** What flattening closes, and what that would realise now: each strategy's own, also where two hold against each other and the sum is nothing. */
function useHoldings(): string {
  const positions = [...(usePart('positions', ({ books }) => books)?.values() ?? [])].filter(({ quantity }) => directionOf(quantity) !== 'flat');
  const currency = usePart('state', ({ run }) => run?.currency) ?? '';
  if (positions.length === 0) return 'nothing is held';
  const open = positions.reduce((sum, { unrealised }) => sum + Number(unrealised), 0);
  return `${positions.length} ${positions.length === 1 ? 'position' : 'positions'}, ≈ ${formatDecimal(open, { places: 2, signed: true }) ?? '—'} ${currency} open now`;
}

function HaltForm({ already }: { readonly already: boolean }): ReactNode {
  // Where entries are stopped already, what is left begins with the milder. What was offered stays while the form is open: whoever else halts or resumes changes nothing of what is held for.
  const [choices] = useState(already ? SCOPES.filter((choice) => choice.scope !== 'entries') : SCOPES);
  const [scope, setScope] = useState<Scope>(already ? 'orders' : 'entries');
  const [reason, setReason] = useState('');
  const [word, setWord] = useState('');
  const halt = useCommand('halt');
  const missing = useMissingRole('trader');
  // While it is not known who this is, the server decides: nobody waits in order to stop.
  const blocked = useMe() === undefined ? undefined : missing;
  const holdings = useHoldings();
  const lost = useConnection().lostAt !== null;
  const confirmed = useRef<Body<'halt'>>(undefined);
  const deliver = (): void => { if (confirmed.current !== undefined) void halt.send({ body: confirmed.current }); };
  const send = (): void => {
    confirmed.current = { scope, reason: reason.trim() === '' ? 'from the dashboard' : reason.trim() };
    deliver();
  };
  useSentAgain(halt, lost, deliver);
  const action = choices.find((choice) => choice.scope === scope)?.action ?? 'Halt';
  return (
    <>
      <fieldset className={css.scopes}>
        <legend className="spoken">How far it goes</legend>
        {choices.map((choice) => (
          <label key={choice.scope} className={css.scope}>
            <input type="radio" name="halt-scope" checked={choice.scope === scope} onChange={() => setScope(choice.scope)} />
            <span><strong>{choice.title}</strong>{choice.scope === 'flatten' ? <span className={css.count}> · {holdings}</span> : null}<br /><span className={css.text}>{choice.text}</span></span>
          </label>
        ))}
      </fieldset>
      <TextField label="Reason" help="Optional; everybody sees it with your name." maxLength={200} value={reason} onChange={setReason} />
      <HoldButton ms={1200} look="danger" blocked={blocked} busy={halt.state === 'sending'} onConfirm={send}>{lost ? `${action} (sent when reconnected)` : action}</HoldButton>
      <form onSubmit={(event) => { event.preventDefault(); if (word.trim().toUpperCase() === 'HALT' && blocked === undefined) send(); }}>
        <TextField label="Or type HALT and press Enter" autoComplete="off" value={word} onChange={setWord} />
      </form>
      <Outcome halt={halt} lost={lost} />
    </>
  );
}

/** A halt that could not be delivered is sent again as it was confirmed, under its own key, as soon as there is a way: what is chosen in the form meanwhile nobody has held for. */
function useSentAgain(halt: Command<'halt'>, lost: boolean, send: () => void): void {
  const wasLost = useRef(lost);
  useEffect(() => {
    if (wasLost.current && !lost && halt.state === 'unknown') send();
    wasLost.current = lost;
  });
}

function Outcome({ halt, lost }: { readonly halt: Command<'halt'>; readonly lost: boolean }): ReactNode {
  return (
    <div role="status" aria-live="assertive" className={css.outcome}>
      {halt.state === 'sending' ? <p>Sending…</p> : null}
      {halt.state === 'done' && halt.answer !== undefined ? <Receipt answer={halt.answer} /> : null}
      {halt.state === 'unknown' ? (
        <p className={css.undelivered}>
          <strong>✕ Not confirmed.</strong> {lost ? 'There is no connection: the halt waits in this window and is sent when it is back.' : 'No answer came: whether it took effect is not known.'} Do not
          rely on it: on the machine itself run <code>./algotrendy halt</code> or <code>./algotrendy flatten</code>.
        </p>
      ) : null}
      {halt.state === 'refused' && halt.problem !== undefined ? (
        <>
          <p className={css.undelivered}><strong>✕ Not done: trading is as it was.</strong> On the machine that trades run <code>./algotrendy halt</code> or <code>./algotrendy flatten</code>.</p>
          <Problem what="the halt" verb="was refused" problem={halt.problem} />
        </>
      ) : null}
    </div>
  );
}

function Receipt({ answer }: { readonly answer: Answer<'halt'> }): ReactNode {
  return <p className={css.done}>✓ Done: trading is {answer.trading.state}{answer.orders.length === 0 ? '' : `, ${answer.orders.length} orders concerned`}. {answer.notes.join(' ')} <span className={css.text}>Receipt {answer.id.slice(0, 8)}</span></p>;
}

function Halted({ reason, by, flat, onResumed }: { readonly reason: string | null; readonly by: string | null; readonly flat: boolean; readonly onResumed: () => void }): ReactNode {
  const resume = useCommand('resume');
  const blocked = useMissingRole('trader');
  const send = async (): Promise<void> => {
    if ((await resume.send({})) === undefined) return;
    toast('Trading goes on');
    onResumed();
  };
  return (
    <div className={css.halted}>
      <p>Halted{by === null ? '' : ` by ${personName(by)}`}{reason === null ? '' : `: ${reason}`}. {flat ? 'Everything is being closed.' : 'Positions stay, with their stops and take-profits.'}</p>
      <HoldButton ms={2000} blocked={blocked} busy={resume.state === 'sending'} onConfirm={() => void send()}>Resume trading</HoldButton>
      {resume.problem === undefined ? null : <Problem what="trading" verb="was not resumed" problem={resume.problem} />}
    </div>
  );
}
