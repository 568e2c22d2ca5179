'use client';

import type { CSSProperties, ReactNode } from 'react';
import { heat } from './job-results.ts';
import type { SweepResult } from './job-results.ts';
import css from './runs.module.css';

/** Most of the colour, in percent: over more of it the figures would be hard to read. */
const MOST = 52;

/** Net returns by two parameters: a table whose cells are coloured, so that it can be read without seeing colour. */
export function HeatMap({ map, grid }: { readonly map: NonNullable<SweepResult['map']>; readonly grid: SweepResult['grid'] }): ReactNode {
  const valuesOf = (name: string): readonly (string | number)[] => grid.find((each) => each.name === name)?.values ?? [];
  const [rows, columns] = [valuesOf(map.row), valuesOf(map.column)];
  return (
    <div className={css.heat} tabIndex={0} role="region" aria-label={`Net return by ${map.row} and ${map.column}`}>
      <table>
        <caption className="spoken">Net return in percent by {map.row} (down) and {map.column} (across)</caption>
        <thead>
          <tr><th scope="col">{map.row} ↓ · {map.column} →</th>{columns.map((value) => <th key={value} scope="col">{value}</th>)}</tr>
        </thead>
        <tbody>
          {rows.map((row, i) => (
            <tr key={row}>
              <th scope="row">{row}</th>
              {columns.map((column, j) => {
                const value = map.netReturns[i * map.columns + j] ?? null;
                const strength = heat(value, map.netReturns);
                const style = { '--heat': `${Math.round(Math.abs(strength) * MOST)}%` } as CSSProperties;
                return <td key={column} className={strength >= 0 ? css.gain : css.loss} style={style}>{value === null ? '—' : `${value < 0 ? '−' : '+'}${Math.abs(value * 100).toFixed(1)}%`}</td>;
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
