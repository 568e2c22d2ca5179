import type { ReactNode } from 'react';
import css from './sparkline.module.css';

const WIDTH = 120;
const HEIGHT = 32;

/** A small line without axes; `label` says in words what it shows. A value that is absent breaks the line. */
export function Sparkline({ values, label }: { readonly values: readonly (number | null)[]; readonly label: string }): ReactNode {
  const known = values.filter((value): value is number => value !== null && Number.isFinite(value));
  if (known.length < 2) return <span className={css.none}>—<span className="spoken">{label}: too few values</span></span>;
  const low = Math.min(...known);
  const span = Math.max(...known) - low || 1;
  let open = false;
  const path = values.map((value, index) => {
    if (value === null || !Number.isFinite(value)) {
      open = false;
      return '';
    }
    const point = `${open ? 'L' : 'M'}${((index / (values.length - 1)) * WIDTH).toFixed(1)} ${(HEIGHT - 2 - ((value - low) / span) * (HEIGHT - 4)).toFixed(1)}`;
    open = true;
    return point;
  }).join('');
  return (
    <svg className={css.line} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={label}>
      <path d={path} />
    </svg>
  );
}
