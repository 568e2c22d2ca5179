/** What an edge returns where failure is expected: a value, or an error with a `kind`. */
export type Result<T, E extends { readonly kind: string }> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: E };
