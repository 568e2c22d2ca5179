'use client';

import dynamic from 'next/dynamic';
import { useState, useSyncExternalStore, type ReactNode } from 'react';
import type { BookFact, MarketFact } from 'trader/contract';
import { Button } from '../button.tsx';
import { askBarsAhead } from '../chart/chart-bars.ts';
import { Ticket } from '../ticket/ticket.tsx';
import { useTradeBlock } from '../ticket/trade-block.ts';
import { InTurn } from '../in-turn.tsx';
import { EmptyState, Skeleton } from '../placeholders.tsx';
import { ModeBand } from '../mode-band.tsx';
import { Panel } from '../panel.tsx';
import { Sheet } from '../sheet.tsx';
import { useFreshness } from '../shell/freshness-clock.tsx';
import { useAddress } from '../../data/address.ts';
import { useLastPrice } from '../../data/last-price.ts';
import { useMode } from '../../data/run.ts';
import { useMissingRole } from '../../data/session.ts';
import { firstKnown, usePart, useTopic } from '../../data/stream.ts';
import { Dock } from './dock.tsx';
import { DepthPanel } from './depth-panel.tsx';
import { MarketChart } from './market-chart.tsx';
import { PositionCard } from './position-card.tsx';
import { Watchlist } from './watchlist.tsx';
import css from './trade.module.css';

// Named in the page itself: the chart's library is fetched beside the page's own scripts.
const ChartSoon = dynamic(() => import('../chart/chart-soon.tsx').then((module) => module.ChartSoon));

// Its bars are on their way while the page comes alive.
if (typeof window !== 'undefined') {
  void firstKnown('state').then(({ markets }) => {
    const address = new URLSearchParams(location.search);
    const market = markets.get(address.get('instrument') ?? '') ?? markets.values().next().value;
    if (market !== undefined) askBarsAhead(market, address.get('interval'));
  });
}

/** Watch a market, and trade it by hand. */
export function TradePage(): ReactNode {
  const state = useTopic('state');
  const [chosen, choose] = useAddress('instrument');
  const markets = state === undefined ? undefined : [...state.markets.values()];
  const market = markets?.find(({ instrument }) => instrument === chosen) ?? markets?.[0];
  return (
    <>
      <h1 className="spoken">Trade{market === undefined ? '' : ` ${market.instrument}`}</h1>
      {markets === undefined ? <Waiting /> : market === undefined
        ? <EmptyState>This run trades no market yet: it has not begun, or its feed has not been heard of.</EmptyState>
        : <Desk market={market} markets={markets} onChoose={choose} />}
    </>
  );
}

/** The places of the page, with their final sizes, before the first word of the run. */
function Waiting(): ReactNode {
  return (
    <div className={css.desk}>
      <div className={css.watch}><WatchRoom /></div>
      <div className={css.chart}><div className={`${css.chartPanel} ${css.waiting}`}><Skeleton lines={1} size="chart" label="Loading the chart" /><ChartSoon /></div></div>
      <div className={css.side}><div className={css.ticket}><TicketRoom /></div></div>
      <div className={css.dock}><DockRoom /></div>
    </div>
  );
}

const WatchRoom = (): ReactNode => <Skeleton lines={3} size="row" label="Loading the markets" />;
const TicketRoom = (): ReactNode => <Skeleton lines={6} size="row" label="Loading the ticket" />;
const DockRoom = (): ReactNode => <Skeleton lines={4} size="row" label="Loading the account" />;

function Desk({ market, markets, onChoose }: { readonly market: MarketFact; readonly markets: readonly MarketFact[]; readonly onChoose: (instrument: string) => void }): ReactNode {
  const books = usePart('positions', ({ books }) => books);
  const own: readonly BookFact[] = books === undefined ? [] : [...books.values()].filter(({ instrument }) => instrument === market.instrument);
  const [sheet, setSheet] = useState<'buy' | 'sell'>();
  const missing = useMissingRole('trader');
  const { freshness } = useFreshness();
  const wide = useWide();
  // A book has a place of its own; that there is none is a line under the ticket.
  const deep = market.tells.length > 0;
  const depth = <DepthPanel market={market} />;
  return (
    <div className={css.desk} data-old={freshness === 'stale' || freshness === 'offline' || undefined} data-deep={deep || undefined}>
      <div className={css.watch}><InTurn room={<WatchRoom />}>{() => <Watchlist markets={markets} chosen={market.instrument} onChoose={onChoose} />}</InTurn></div>
      <div className={css.chart}><MarketChart market={market} markets={markets} books={own} onChoose={onChoose} /></div>
      <div className={css.side}>
        {wide ? (
          <InTurn room={<div className={css.ticket}><TicketRoom /></div>}>
            {() => <><div className={css.ticket}><Panel title="Order ticket"><LiveTicket market={market} /></Panel></div>{deep ? null : depth}</>}
          </InTurn>
        ) : deep ? null : depth}
      </div>
      {deep ? <div className={css.book}><InTurn room={<Skeleton lines={8} size="row" label="Loading the order book" />}>{() => depth}</InTurn></div> : null}
      <div className={css.held}><PositionCard market={market} books={own} /></div>
      <div className={css.dock}><InTurn room={<DockRoom />}>{() => <Dock instrument={market.instrument} />}</InTurn></div>
      <div className={css.bar}>
        <Button className={css.sell} blocked={missing} onClick={() => setSheet('sell')}>Sell</Button>
        <Button className={css.buy} blocked={missing} onClick={() => setSheet('buy')}>Buy</Button>
      </div>
      {sheet === undefined ? null : <Sheet open onClose={() => setSheet(undefined)} title={`Order for ${market.instrument}`} band={<ModeBand />}>
        <LiveTicket market={market} side={sheet} />
      </Sheet>}
    </div>
  );
}

// As in trade.module.css: below that, the ticket is a sheet.
const WIDE = '(min-width: 900px)';

function watchWidth(listener: () => void): () => void {
  const width = matchMedia(WIDE);
  width.addEventListener('change', listener);
  return () => { width.removeEventListener('change', listener); };
}

/** Whether there is room for the ticket beside the chart. */
function useWide(): boolean {
  return useSyncExternalStore(watchWidth, () => matchMedia(WIDE).matches, () => true);
}

/** The ticket with what it needs to know of the run. */
function LiveTicket({ market, side }: { readonly market: MarketFact; readonly side?: 'buy' | 'sell' | undefined }): ReactNode {
  const mode = useMode();
  const run = usePart('state', ({ run }) => run);
  const { last } = useLastPrice(market);
  const equity = usePart('equity', ({ account }) => account?.equity);
  const blocked = useTradeBlock();
  return <Ticket market={{ ...market, last }} mode={mode} currency={run?.currency ?? market.quoteCurrency} equity={equity} blocked={blocked} side={side} />;
}
