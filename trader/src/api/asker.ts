import type { IncomingMessage } from 'node:http';

/** Addresses of proxies that are believed where nothing stands between them and us: those of this machine. */
export const OWN_PROXIES: readonly string[] = ['127.0.0.1', '::1'];

/**
 * Address of who asks for a connection, found as the server finds that of a request: what `X-Forwarded-For` says
 * counts only where a trusted proxy says it, from the nearest on, up to the first that is none.
 */
export function askerOf({ socket, headers }: Pick<IncomingMessage, 'socket' | 'headers'>, trustedProxies: readonly string[]): string {
  const isTrusted = (address: string) => trustedProxies.includes(address.replace(/^::ffff:(?=\d)/i, ''));
  const nearest = socket.remoteAddress ?? '';
  if (!isTrusted(nearest)) return nearest;
  const told = String(headers['x-forwarded-for'] ?? '').split(',').map((each) => each.trim()).filter(Boolean);
  return told.findLast((address) => !isTrusted(address)) ?? told[0] ?? nearest;
}
