/**
 * Reads JSON in which an integer beyond 2^53 becomes its own digits as text instead of a neighbour:
 * ids of orders and trades may be that long. Throws SyntaxError.
 */
export function parseLossless(text: string): unknown {
  return JSON.parse(text, (_key, value: unknown, context?: { readonly source?: string }) => (
    typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value) ? context?.source ?? value : value
  ));
}
