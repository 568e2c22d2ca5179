'use client';
import { usePathname, useRouter } from 'next/navigation';
import { useCallback, useEffect, useState, type ReactNode } from 'react';
import { loadSession, useMe, useSession } from '../../data/session.ts';
import { usePlaces } from '../../data/places.ts';
import { useQuery } from '../../data/query.ts';
import { reconnectStream, useConnection, usePart } from '../../data/stream.ts';
import { Delta, Money } from '../numbers.tsx';
import { Icon } from '../icon.tsx';
import { PlaceLink } from '../place-link.tsx';
import { Toasts } from '../toast.tsx';
import { Enrolment } from '../auth/enrolment.tsx';
import { AccountMenu } from './account-menu.tsx';
import css from './app-shell.module.css';
import { CommandPalette } from './command-palette.tsx';
import { ConnectionBand } from './connection-band.tsx';
import { DESTINATIONS, PHONE_PATHS, destinationOf } from './destinations.ts';
import { FreshnessClock, useFreshness } from './freshness-clock.tsx';
import { HaltButton } from './halt-button.tsx';
import { ModeStrip } from './mode-strip.tsx';
import { MoreSheet } from './more-sheet.tsx';
import { useShortcuts } from './shortcuts.tsx';
import { StepUpSheet } from './step-up-sheet.tsx';

const ASK_AGAIN_MS = 5_000;

/** What stands around every page: mode, age of the figures, money, halt, and the ways to all places. */
export function AppShell({ children }: { readonly children: ReactNode }): ReactNode {
  const [palette, setPalette] = useState(false);
  const openPalette = useCallback(() => setPalette(true), []);
  useGuard();
  usePlaces(usePathname());
  useShortcuts(openPalette);
  const enrolling = useMe()?.enrolling === true;
  return (
    <div className={css.shell}>
      <a className={css.skip} href="#content">Skip to the content</a>
      <header className={css.top}>
        <ModeStrip />
        <div className={css.bar}>
          <Brand />
          <Equity />
          <span className={css.spacer} />
          <FreshnessClock />
          <button type="button" className={css.palette} onClick={openPalette}><Icon name="search" /><span className="spoken">Search pages and settings </span><kbd className={css.kbd}>⌘K</kbd></button>
          <AccountMenu />
          <HaltButton />
        </div>
        <ConnectionBand onReconnect={reconnectStream} />
      </header>
      <Rail />
      <main id="content" className={css.main} tabIndex={-1}>{enrolling ? <Enrolment /> : children}</main>
      <Foot />
      <Toasts />
      <StepUpSheet />
      {palette ? <CommandPalette onClose={() => setPalette(false)} /> : null}
    </div>
  );
}

/** What this installation is called by its administrators. */
function Brand(): ReactNode {
  // Who must set up a second factor first is told no settings.
  const name = useQuery('readSettings', undefined, { off: useMe()?.enrolling !== false }).data?.displayName.trim();
  return <span className={css.brand} title={name}>{name === undefined || name === '' ? 'AlgoTrendy' : name}</span>;
}

/** Equity and what the day brought, on every page. */
function Equity(): ReactNode {
  const { freshness } = useFreshness();
  const stale = freshness === 'stale' || freshness === 'offline';
  const account = usePart('equity', ({ account }) => account);
  const currency = usePart('state', ({ run }) => run?.currency);
  return (
    <dl className={`${css.equity} ${stale ? css.dim : ''}`}>
      <div><dt>Equity</dt><dd><Money value={account?.equity} currency={currency} why="not heard yet" /></dd></div>
      <div><dt>Today</dt><dd><Delta value={account?.dayPnl} unit={currency} why="not heard yet" /></dd></div>
    </dl>
  );
}

function Rail(): ReactNode {
  const here = destinationOf(usePathname())?.path;
  return (
    <nav className={css.rail} aria-label="Pages">
      <ul>
        {DESTINATIONS.map(({ path, name, icon }) => (
          <li key={path}><PlaceLink href={path} className={css.place} aria-current={path === here ? 'page' : undefined} title={name}><Icon name={icon} /><span>{name}</span></PlaceLink></li>
        ))}
        <li className={css.docs}><a href="/api/v1/docs" className={css.place} title="API reference"><Icon name="docs" /><span>API reference</span></a></li>
      </ul>
    </nav>
  );
}

function Foot(): ReactNode {
  const here = destinationOf(usePathname())?.path ?? '';
  const [more, setMore] = useState(false);
  return (
    <nav className={css.foot} aria-label="Pages">
      <ul>
        {DESTINATIONS.filter(({ path }) => PHONE_PATHS.includes(path)).map(({ path, name, icon }) => (
          <li key={path}><PlaceLink href={path} className={css.tab} aria-current={path === here ? 'page' : undefined}><Icon name={icon} />{name}</PlaceLink></li>
        ))}
        <li><button type="button" className={css.tab} aria-haspopup="dialog" data-here={!PHONE_PATHS.includes(here) || undefined} onClick={() => setMore(true)}><Icon name="more" />More</button></li>
      </ul>
      {more ? <MoreSheet onClose={() => setMore(false)} /> : null}
    </nav>
  );
}

/** Who is not signed in is led to the sign-in page, and back here after. */
function useGuard(): void {
  const session = useSession();
  const { state } = session;
  const connection = useConnection().state;
  const router = useRouter();
  useEffect(() => void loadSession(), []);
  // A server that was busy or away when the page opened is asked again, until it says who this is.
  useEffect(() => {
    if (session.state !== 'unreachable') return undefined;
    const later = setTimeout(() => void loadSession(), ASK_AGAIN_MS);
    return () => clearTimeout(later);
  }, [session]);
  useEffect(() => {
    if (state !== 'signed-out' && connection !== 'signed-out') return;
    router.replace(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);
  }, [state, connection, router]);
}
