import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openApiDocument } from './openapi.ts';
import { ApiError, problemOf } from './problem.ts';
import { PROBLEMS, type ProblemCode } from './problems.ts';

const CODES = Object.keys(PROBLEMS) as ProblemCode[];

test('document, OpenAPI and code have the same problem codes, with the same status and words', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/api.md'), 'utf8');
  const rows = [...page.matchAll(/^\| `([a-z-]+)` \| (\d+) \| (.+) \|$/gm)].map(([, code, status, title]) => ({ code, status: Number(status), title }));
  assert.deepEqual(rows, CODES.map((code) => ({ code, ...PROBLEMS[code] })));
  const { code } = openApiDocument('0').components.schemas['Problem'].properties as { code: { enum: readonly string[] } };
  assert.deepEqual(code.enum, CODES);
});

test('every code is used, and there is no other way to say no', () => {
  const sources = globSync('**/*.ts', { cwd: import.meta.dirname }).filter((file) => !file.endsWith('.test.ts') && file !== 'problems.ts').map((file) => readFileSync(join(import.meta.dirname, file), 'utf8')).join('\n');
  for (const code of CODES) assert.ok(sources.includes(`'${code}'`), `nothing answers with ${code}`);
});

test('a problem says what happened, and how long to wait in whole seconds', () => {
  const problem = problemOf(new ApiError('too-many-requests', 'slower', { retryAfterMs: 1_001, extra: { limit: 3, status: 200, code: 'x' } }), 'id');
  assert.deepEqual(problem, {
    type: 'urn:algotrendy:problem:too-many-requests', code: 'too-many-requests', status: 429, title: PROBLEMS['too-many-requests'].title, detail: 'slower',
    requestId: 'id', retryAfter: 2, limit: 3,
  });
});
