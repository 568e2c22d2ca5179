import type { IconName } from '../icon.tsx';

/** A place of the dashboard. */
export interface Destination {
  readonly path: string;
  readonly name: string;
  readonly icon: IconName;
  /** Pressed after `g`. */
  readonly key?: string;
}

/** All places, in the order of the rail. */
export const DESTINATIONS: readonly Destination[] = [
  { path: '/', name: 'Overview', icon: 'overview', key: 'o' },
  { path: '/trade', name: 'Trade', icon: 'trade', key: 't' },
  { path: '/strategies', name: 'Strategies', icon: 'strategies', key: 's' },
  { path: '/backtests', name: 'Backtests', icon: 'backtests', key: 'b' },
  { path: '/risk', name: 'Risk', icon: 'risk', key: 'r' },
  { path: '/models', name: 'Models', icon: 'models', key: 'm' },
  { path: '/data', name: 'Data', icon: 'data', key: 'd' },
  { path: '/admin', name: 'Admin', icon: 'admin', key: 'a' },
];

/** The first four of a phone's foot; the fifth opens the rest. */
export const PHONE_PATHS: readonly string[] = ['/', '/trade', '/strategies', '/risk'];

/** The place that an address belongs to. */
export function destinationOf(pathname: string): Destination | undefined {
  return DESTINATIONS.find(({ path }) => (path === '/' ? pathname === '/' : pathname === path || pathname.startsWith(`${path}/`)));
}
