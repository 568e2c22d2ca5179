import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import * as path from 'node:path';
import { test } from 'node:test';
import { ROOT } from '../command-line.ts';
import { findOffences, TIDY_RULES, type TextFile } from './tidy-rules.ts';

const PASSED_BY = new Set(['node_modules', '.git', '.algotrendy', 'coverage', 'shared', 'out']);
const BYTES_MAX = 1 << 20;

function listFiles(): string[] {
  return globSync(['**/*', '.*', '.{ci,github}/**/*'], { cwd: ROOT, exclude: (name) => PASSED_BY.has(path.basename(name)) })
    .map((file) => file.replaceAll(path.sep, '/'))
    .filter((file) => statSync(path.join(ROOT, file)).isFile());
}

function read(file: string): TextFile {
  return { path: file, text: readFileSync(path.join(ROOT, file), 'utf8') };
}

const files = listFiles();
const texts = files.filter((file) => statSync(path.join(ROOT, file)).size <= BYTES_MAX && !/\.(gz|parquet|png|zip|onnx)$/.test(file)).map(read);
const pages = texts.filter(({ path: file }) => file.endsWith('.md') || file.startsWith('.github/'));

test('the whole repository is looked at', () => {
  for (const file of ['package.json', '.npmrc', 'trader/src/domain/bar.ts', 'trader/test/walls/tidy.test.ts']) assert.ok(files.includes(file), file);
});

for (const rule of TIDY_RULES) {
  test(`tidy: ${rule.name}`, () => {
    assert.notDeepEqual(findOffences(rule, rule.offence), [], 'the rule does not see its own planted offence');
    assert.deepEqual(texts.flatMap((file) => findOffences(rule, file)), [], rule.why);
  });
}

test('files that a rule allows exist, so that no exception outlives its reason', () => {
  const allowed = TIDY_RULES.flatMap((rule) => Object.keys(rule.allow ?? {}));
  assert.deepEqual(allowed.filter((file) => !existsSync(path.join(ROOT, file))), []);
});

test('every npm script that a page names exists', () => {
  const { scripts } = JSON.parse(read('package.json').text) as { scripts: Record<string, string> };
  const named = pages.flatMap(({ path: file, text }) => [...text.matchAll(/\bnpm (?:run ([a-z][\w:-]*)|(start|test)\b)/g)].map((match) => [file, match[1] ?? match[2] ?? ''] as const));
  assert.deepEqual(named.filter(([, script]) => scripts[script] === undefined).map(([file, script]) => `${file}: npm run ${script}`), []);
});

test('every file that an npm script runs exists', () => {
  const { scripts } = JSON.parse(read('package.json').text) as { scripts: Record<string, string> };
  const run = Object.values(scripts).flatMap((script) => script.match(/\S+\.(ts|mjs)\b/g) ?? []);
  assert.deepEqual([...new Set(run)].filter((file) => !existsSync(path.join(ROOT, file))), []);
});

test('the benchmarks start Node as the launcher does', () => {
  // The launcher's last line besides keeps a debugger shut, which a benchmark does not open.
  const flags = (text: string | undefined) => (text?.match(/--[\w-]+(=\d+)?(?= )/g) ?? []).filter((flag) => !flag.startsWith('--inspect')).toSorted();
  const { scripts } = JSON.parse(read('package.json').text) as { scripts: Record<string, string> };
  const launcher = flags(/^exec .*$/m.exec(read('algotrendy').text)?.[0]);
  assert.ok(launcher.length > 2);
  assert.deepEqual(flags(scripts['bench']), launcher);
});

test('every command of ./algotrendy that a page names exists', () => {
  const catalog = read('trader/src/app/commands/catalog.ts').text;
  const named = pages.flatMap(({ path: file, text }) => [...text.matchAll(/\.\/algotrendy ([a-z][a-z-]*)\b/g)].map((match) => [file, match[1] ?? ''] as const));
  const missing = named.filter(([, command]) => command !== 'help' && !new RegExp(`^  '?${command}'?:`, 'm').test(catalog));
  assert.deepEqual(missing.map(([file, command]) => `${file}: ./algotrendy ${command}`), []);
});

test('every link from a page to a file of the repository leads somewhere', () => {
  const broken = pages.flatMap(({ path: file, text }) =>
    [...text.matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)/g)]
      .map((match) => match[1] ?? '')
      .filter((target) => !existsSync(path.join(ROOT, path.dirname(file), target)))
      .map((target) => `${file}: ${target}`));
  assert.deepEqual(broken, []);
});

/** Whether a page names the licence and, in backticks, the file; `lean_*.gz` names several. */
function covers(page: string, file: string): boolean {
  const named = [...page.matchAll(/`([^`\s]+)`/g)].map((match) => match[1] ?? '');
  return /licen[cs]e/i.test(page) && named.some((pattern) => path.matchesGlob(file, pattern));
}

test('shipped data says where it comes from and under which licence', () => {
  // What lies in the root, a person made there, as with the README's own `import … --out spy.csv`.
  const data = files.filter((file) => /\/.*\.(gz|parquet|csv|zip|onnx)$/.test(file));
  const unnamed = data.filter((file) => {
    for (let folder = path.posix.dirname(file); folder !== '.'; folder = path.posix.dirname(folder)) {
      if (files.includes(`${folder}/README.md`)) return !covers(read(`${folder}/README.md`).text, path.posix.relative(folder, file));
    }
    return true;
  });
  assert.deepEqual(unnamed, [], 'A README.md in its folder or above must name the file in backticks, and its licence.');
});

test('the repository carries its MIT licence', () => {
  assert.match(read('LICENSE').text, /MIT License/);
});
