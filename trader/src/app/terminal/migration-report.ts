import type { MigrationReport } from '../wiring/migration.ts';
import { formatCount, formatDuration, formatPlural, formatTime } from './format.ts';
import type { Style } from './style.ts';
import { renderTable } from './table.ts';

/** What a migration did, symbol by symbol, with what was compared. */
export function migrationLines({ source, target, rows, written, rounded, leftColumns, symbols, sound, tookMs }: MigrationReport, width: number, style: Style): readonly string[] {
  const table = renderTable([
    { title: 'Instrument' }, { title: 'Bars of' }, { title: 'Rows', align: 'right' }, { title: 'Back', align: 'right' }, { title: 'From (UTC)', rank: 2 }, { title: 'To', rank: 1 },
    { title: 'Checksum', rank: 3 }, { title: 'Compared' },
  ], symbols.map((each) => [
    { text: each.instrument, paint: style.strong }, each.interval, formatCount(each.rows), formatCount(each.target.rows), each.source.first === null ? '' : formatTime(each.source.first), each.source.last === null ? '' : formatTime(each.source.last),
    each.target.checksum.slice(0, 12), each.differences.length === 0 ? { text: 'the same', paint: style.good } : { text: `differs in ${each.differences.join(', ')}`, paint: style.bad },
  ]), { width, style });
  return [
    ...table, '',
    sound
      ? `${style.good('Nothing was lost')}  ${formatPlural(rows, 'row')} of ${formatPlural(symbols.length, 'symbol')} from ${source}: counts, spans, sums and checksums agree with what was read back`
      : `${style.bad('NOT THE SAME')}  ${formatPlural(symbols.filter(({ differences }) => differences.length > 0).length, 'symbol')} of ${formatCount(symbols.length)} differ. Was the source written to? Start again: all of them will be written once more`,
    `  Into ${target}: ${formatCount(written)} written by this run, ${formatCount(rows - written)} there already, in ${tookMs < 60_000 ? `${(tookMs / 1000).toFixed(1)} s` : formatDuration(tookMs)}`,
    ...(rounded === 0 ? [] : [`  ${style.warn('Rounded')}  ${formatPlural(rounded, 'number')} with more digits than a float64 keeps, each to the nearest`]),
    ...(leftColumns.length === 0 ? [] : [`  Not carried over: the columns ${leftColumns.join(', ')}`]),
  ];
}
