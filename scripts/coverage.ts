import { globSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import * as path from 'node:path';
import type { EventData } from 'node:test';
import ts from 'typescript';

type Summary = EventData.TestCoverage['summary'];
type LoadedFile = Summary['files'][number];

/** How much of one kind of thing the tests reached. */
interface Reach {
  covered: number;
  total: number;
}

interface Row {
  readonly file: string;
  readonly loaded: boolean;
  readonly lines: Reach;
  readonly branches: Reach;
  readonly functions: Reach;
}

/**
 * The one-based lines that hold code once types and comments are gone. Counting comment lines
 * too, as the runner's own total does, would make a well documented file look better tested.
 */
export function codeLines(source: string): Set<number> {
  const code = stripTypeScriptTypes(source);
  const lineOf = ts.createSourceFile('code.js', code, ts.ScriptTarget.ESNext);
  const lines = new Set<number>();
  const visit = (node: ts.Node): void => {
    if (node.getChildCount(lineOf) === 0 && node.getWidth(lineOf) > 0) {
      lines.add(lineOf.getLineAndCharacterOfPosition(node.getStart(lineOf)).line + 1);
    }
    node.getChildren(lineOf).forEach(visit);
  };
  visit(lineOf);
  return lines;
}

function countFunctions(source: string): number {
  let count = 0;
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && 'body' in node && node.body !== undefined) count += 1;
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('code.ts', source, ts.ScriptTarget.ESNext));
  return count;
}

function reachOf(counts: readonly { readonly count: number }[]): Reach {
  return { covered: counts.filter(({ count }) => count > 0).length, total: counts.length };
}

function rowOf(root: string, file: string, loaded: LoadedFile | undefined): Row {
  const source = readFileSync(path.join(root, file), 'utf8');
  const lines = codeLines(source);
  if (loaded === undefined) {
    return { file, loaded: false, lines: { covered: 0, total: lines.size }, branches: { covered: 0, total: 0 }, functions: { covered: 0, total: countFunctions(source) } };
  }
  return {
    file,
    loaded: true,
    lines: reachOf(loaded.lines.filter(({ line }) => lines.has(line))),
    branches: reachOf(loaded.branches),
    functions: reachOf(loaded.functions),
  };
}

function percent({ covered, total }: Reach): string {
  return total === 0 ? '—' : `${((covered / total) * 100).toFixed(1)} %`;
}

function sum(rows: readonly Row[], kind: 'lines' | 'branches' | 'functions'): Reach {
  return rows.reduce((total, row) => ({ covered: total.covered + row[kind].covered, total: total.total + row[kind].total }), { covered: 0, total: 0 });
}

/**
 * Prints line, branch and function coverage of every file in trader/src, also of those that no
 * test loads: they count with all their lines and functions as not reached. A file of types alone
 * holds no code and is left out. Branches are known only of code that ran, as V8 reports them.
 */
export function printCoverage(root: string, summary: Summary): void {
  const loaded = new Map(summary.files.map((file) => [path.relative(root, file.path), file]));
  const rows = globSync('trader/src/**/*.ts', { cwd: root })
    .filter((file) => !file.endsWith('.test.ts'))
    .sort()
    .map((file) => rowOf(root, file, loaded.get(file)))
    .filter((row) => row.lines.total > 0);
  const width = Math.max(4, ...rows.map((row) => row.file.length));
  const line = (name: string, cells: readonly string[]): void => console.log(name.padEnd(width) + cells.map((cell) => cell.padStart(11)).join(''));
  console.log();
  line('coverage', ['lines', 'branches', 'functions']);
  for (const row of rows) {
    line(row.file, [percent(row.lines), percent(row.branches), percent(row.functions)]);
  }
  line('all', [percent(sum(rows, 'lines')), percent(sum(rows, 'branches')), percent(sum(rows, 'functions'))]);
  const unloaded = rows.filter((row) => !row.loaded);
  console.log(`${rows.length} files with code, ${unloaded.length} of them loaded by no test${unloaded.length === 0 ? '' : ' (their branches are unknown and not counted)'}`);
}
