'use client';
import { useState, type ReactNode } from 'react';
import { useWantedPlace } from '../../data/places.ts';
import { useConnection } from '../../data/stream.ts';
import { useNow } from '../../data/ticker.ts';
import { formatStopwatch, formatUtc } from '../../format/time.ts';
import { Button } from '../button.tsx';
import { destinationOf } from './destinations.ts';
import { useFiguresAt, useFreshness } from './freshness-clock.tsx';
import css from './connection-band.module.css';

/** A short break heals by itself before anybody could read of it. */
const PATIENCE_MS = 1500;

/** The band under the top bar that says, in words, that figures stand still, since when, and what goes on without us. */
export function ConnectionBand({ onReconnect }: { readonly onReconnect: () => void }): ReactNode {
  const { lostAt, aheadMs } = useConnection();
  const { freshness, reason } = useFreshness();
  const at = useFiguresAt();
  const now = useNow();
  const waits = useWaitText();
  const lost = lostAt !== null;
  const stale = !lost && freshness === 'stale';
  const shown = lost ? waits !== '' || now - lostAt > PATIENCE_MS : stale;
  const figures = at === null ? 'No figures have arrived yet.' : `Figures are of ${formatUtc(at + aheadMs)}.`;
  return (
    <>
      {shown ? (
        <div className={`${css.band} ${lost ? css.lost : css.stale}`}>
          <strong>{lost ? `✕ Disconnected ${formatStopwatch(now - (lostAt ?? now))}` : '◷ Stale'}</strong>
          <span>
            {lost
              ? `${figures} Trading goes on without this page: stops that rest at the venue stay there. What the engine does now is not known here.`
              : `${figures} ${reason === undefined ? '' : `${reason.slice(0, 1).toUpperCase()}${reason.slice(1)}.`} New orders wait until it is heard of again.`}
          </span>
          {waits === '' ? null : <strong className={css.waits}>◷ {waits}</strong>}
          {lost ? <Button small onClick={onReconnect}>Try now</Button> : null}
        </div>
      ) : null}
      <p className="spoken" role="status">{waits}</p>
      <Announcement text={shown ? (lost ? `Disconnected. ${figures}` : `Figures are stale. ${figures}`) : ''} />
    </>
  );
}

/** Which page waits for the server, in words; empty where none does. */
function useWaitText(): string {
  const wanted = useWantedPlace();
  if (wanted === undefined) return '';
  const [path = ''] = wanted.split('?', 1);
  return `${destinationOf(path)?.name ?? 'The page'} opens as soon as the server answers.`;
}

/** Says a change of the connection once, not every second of it: the words change with the clock. */
function Announcement({ text }: { readonly text: string }): ReactNode {
  const kind = text.slice(0, 12);
  const [said, setSaid] = useState({ kind: '', text: '' });
  if (said.kind !== kind) setSaid({ kind, text: kind === '' ? 'Connected again.' : text });
  return <p className="spoken" role="alert">{said.text}</p>;
}
