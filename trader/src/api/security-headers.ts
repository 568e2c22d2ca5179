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
