import { createHash } from 'node:crypto';

/** With every answer of the API: it is for programs, so a browser that is shown one may do nothing with it. */
export const API_HEADERS: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'content-security-policy': 'default-src \'none\'; frame-ancestors \'none\'',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** Two years, for all names below, as preload lists ask. */
export const STRICT_TRANSPORT = 'max-age=63072000; includeSubDomains; preload';

/** With every file of the dashboard. */
export const SITE_HEADERS: Readonly<Record<string, string>> = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** What a page of ours may do: nothing from elsewhere, and of inline scripts only those with these hashes. */
export function sitePolicy(scripts: readonly string[]): string {
  return [
    'default-src \'none\'', ['script-src \'self\'', ...scripts].join(' '), 'style-src \'self\'', 'connect-src \'self\'', 'img-src \'self\' data:', 'font-src \'self\'',
    'manifest-src \'self\'', 'frame-src \'self\'', 'object-src \'none\'', 'base-uri \'none\'', 'frame-ancestors \'none\'', 'form-action \'self\'',
  ].join('; ');
}

/** What a page that stands alone may do: its own inline styles and scripts, by their hashes, and nothing else. It is no part of our origin: nothing in it can ask the API. */
export function pagePolicy(html: string): string {
  const hashes = (tag: 'script' | 'style') => [...html.matchAll(new RegExp(`<${tag}(?:\\s[^>]*)?>([\\s\\S]*?)</${tag}>`, 'g'))]
    .map(([, text]) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`);
  const allowed = (tag: 'script' | 'style') => [...new Set(hashes(tag))].join(' ') || '\'none\'';
  return `sandbox allow-scripts allow-popups allow-modals; default-src 'none'; script-src ${allowed('script')}; style-src ${allowed('style')}; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'`;
}
