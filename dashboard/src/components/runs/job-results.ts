/** One combination of a sweep and what came of it. */
export interface SweepRow {
  readonly parameters: Readonly<Record<string, string | number>>;
  readonly netReturn: number;
  readonly trades: number;
  readonly sharpe: number | null;
  readonly maxDrawdown: number;
  readonly fees: string;
}

/** What `sweep --json` says, as far as it is shown here. */
export interface SweepResult {
  /** Opening times of the first and the last bar, ISO 8601. */
  readonly from: string;
  readonly to: string;
  readonly combos: number;
  readonly skipped: number;
  readonly best: readonly SweepRow[];
  readonly grid: readonly { readonly name: string; readonly values: readonly (string | number)[] }[];
  /** Net returns by two parameters, row by row; null where fewer or more were varied. */
  readonly map: { readonly row: string; readonly column: string; readonly rows: number; readonly columns: number; readonly netReturns: readonly (number | null)[] } | null;
  readonly warnings: readonly string[];
}

/** One line of a verdict. */
export interface VerdictLine {
  readonly group: string;
  readonly name: string;
  readonly state: 'pass' | 'warn' | 'fail' | 'not-measurable';
  readonly reason: string;
}

/** What `verdict --json` says, as far as it is shown here. */
export interface VerdictResult {
  readonly ready: boolean;
  readonly headline: string;
  readonly lines: readonly VerdictLine[];
}

/** A command's answer as a sweep's; undefined where it is none. */
export function asSweep(result: unknown): SweepResult | undefined {
  if (!isRecord(result) || !Array.isArray(result['best']) || !Array.isArray(result['grid'])) return undefined;
  const { from, to, combos, skipped, best, grid, map, warnings } = result as unknown as SweepResult;
  return { from, to, combos, skipped, best, grid, map: map ?? null, warnings: warnings ?? [] };
}

/** A command's answer as a verdict's; undefined where it is none. */
export function asVerdict(result: unknown): VerdictResult | undefined {
  if (!isRecord(result) || typeof result['headline'] !== 'string' || !Array.isArray(result['lines'])) return undefined;
  const { ready, headline, lines } = result as unknown as VerdictResult;
  return { ready, headline, lines };
}

/** How strongly a cell of a heat map is coloured: −1 to 1, by its distance from zero among all. */
export function heat(value: number | null, values: readonly (number | null)[]): number {
  const most = values.reduce<number>((max, each) => (each === null ? max : Math.max(max, Math.abs(each))), 0);
  return value === null || most === 0 ? 0 : value / most;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
