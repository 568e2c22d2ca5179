import { verify, type KeyObject } from 'node:crypto';

/** Whose tokens are taken. */
export interface TokenKey {
  readonly name: string;
  readonly publicKey: KeyObject;
}

const SKEW_S = 5;

/**
 * Whether a token was made with this key, for this request and for now ("JWT Authentication"): good for at
 * most two minutes, not before its time, bound to method, host and path, or to none for a subscription.
 */
export function admits({ name, publicKey }: TokenKey, token: string, uri: string | undefined, now: number): boolean {
  const [header = '', claims = '', signature = ''] = token.split('.');
  try {
    const { alg, kid, nonce } = JSON.parse(Buffer.from(header, 'base64url').toString()) as Record<string, unknown>;
    const { sub, iss, nbf, exp, uri: said } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as Record<string, unknown>;
    const seconds = now / 1_000;
    const inTime = Number(nbf) <= seconds + SKEW_S && Number(exp) >= seconds && Number(exp) - Number(nbf) <= 121;
    if (alg !== 'ES256' || kid !== name || sub !== name || iss !== 'cdp' || said !== uri || !/^[0-9a-f]{32,}$/.test(String(nonce)) || !inTime) return false;
    return verify('sha256', Buffer.from(`${header}.${claims}`), { key: publicKey, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url'));
  } catch {
    return false;
  }
}
