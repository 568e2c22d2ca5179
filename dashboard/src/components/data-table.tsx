'use client';
import { useState, type ReactNode } from 'react';
import css from './data-table.module.css';

/** A column: what its head says, how a cell looks, what it sorts by. */
export interface Column<Row> {
  readonly key: string;
  readonly head: string;
  /** Behind the head, once for the whole column. */
  readonly unit?: string | undefined;
  readonly cell: (row: Row) => ReactNode;
  /** Figures end on the right; words begin on the left. */
  readonly figures?: boolean;
  readonly sortBy?: ((row: Row) => number | string) | undefined;
  /** 1 stays always, 3 goes first and 2 next where the table has little room; cards show all but 3. */
  readonly priority?: 1 | 2 | 3;
}

interface Order {
  readonly key: string;
  readonly falling: boolean;
}

function sorted<Row>(rows: readonly Row[], columns: readonly Column<Row>[], order: Order | undefined): readonly Row[] {
  const sortBy = columns.find(({ key }) => key === order?.key)?.sortBy;
  if (order === undefined || sortBy === undefined) return rows;
  const sign = order.falling ? -1 : 1;
  return [...rows].sort((left, right) => {
    const [a, b] = [sortBy(left), sortBy(right)];
    return a === b ? 0 : a < b ? -sign : sign;
  });
}

/** A table that can be sorted; where it has too little room, every row is a card whose cells name themselves. */
export function DataTable<Row>({ caption, columns, rows, rowKey, onOpen, openLabel, empty, tall = false }: {
  /** What the table holds; said, not shown. */
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => string;
  /** Opens a row; its first cell becomes a button. */
  readonly onOpen?: ((row: Row) => void) | undefined;
  readonly openLabel?: ((row: Row) => string) | undefined;
  /** What stands there without rows. */
  readonly empty: ReactNode;
  /** Scrolls by itself under a head that stays. */
  readonly tall?: boolean;
}): ReactNode {
  const [order, setOrder] = useState<Order>();
  if (rows.length === 0) return <div className={css.empty}>{empty}</div>;
  return (
    // Where it scrolls, the keyboard must reach it.
    <div className={`${css.frame} ${tall ? css.tall : ''}`} tabIndex={tall ? 0 : undefined} role={tall ? 'region' : undefined} aria-label={tall ? caption : undefined}>
      <table role="table" className={css.table}>
        <caption className="spoken">{caption}</caption>
        <thead role="rowgroup">
          <tr role="row">{columns.map((column) => <Head key={column.key} column={column} order={order} onOrder={setOrder} />)}</tr>
        </thead>
        <tbody role="rowgroup">
          {sorted(rows, columns, order).map((row) => (
            <tr role="row" key={rowKey(row)}>
              {columns.map((column, index) => <Cell key={column.key} column={column} row={row} onOpen={index === 0 ? onOpen : undefined} label={openLabel?.(row)} />)}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function columnClass<Row>({ figures, priority = 1 }: Column<Row>): string {
  return `${figures === true ? css.figures : ''} ${css[`priority${priority}`]}`;
}

function Head<Row>({ column, order, onOrder }: { readonly column: Column<Row>; readonly order: Order | undefined; readonly onOrder: (order: Order | undefined) => void }): ReactNode {
  const own = order?.key === column.key ? order : undefined;
  const text = <>{column.head}{column.unit === undefined ? null : <span className={css.unit}> {column.unit}</span>}</>;
  const sort = own === undefined ? undefined : own.falling ? 'descending' : 'ascending';
  return (
    <th role="columnheader" scope="col" className={columnClass(column)} aria-sort={sort}>
      {column.sortBy === undefined ? text : (
        <button type="button" className={css.sort} onClick={() => onOrder(own === undefined ? { key: column.key, falling: true } : own.falling ? { key: column.key, falling: false } : undefined)}>
          {text}
          <span aria-hidden="true" className={css.arrow}>{own === undefined ? '' : own.falling ? '↓' : '↑'}</span>
        </button>
      )}
    </th>
  );
}

function Cell<Row>({ column, row, onOpen, label }: { readonly column: Column<Row>; readonly row: Row; readonly onOpen: ((row: Row) => void) | undefined; readonly label: string | undefined }): ReactNode {
  const content = column.cell(row);
  return (
    <td role="cell" className={columnClass(column)} data-head={column.unit === undefined ? column.head : `${column.head} ${column.unit}`}>
      {onOpen === undefined ? content : <button type="button" className={css.open} aria-label={label} onClick={() => onOpen(row)}>{content}</button>}
    </td>
  );
}
