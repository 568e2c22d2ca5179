import assert from 'node:assert/strict';
import { test } from 'node:test';
import { API_BASE } from './client.ts';
import { docsPage } from './docs-page.ts';
import { openApiDocument, type Json } from './openapi.ts';
import { ROUTES, type RouteFacts } from './routes.ts';
import { pagePolicy } from './security-headers.ts';

const document = openApiDocument('1.2.3');

test('the document has every route of the table under its name, and nothing besides', () => {
  const told = Object.entries(document.paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, { operationId }]) => `${operationId} ${method.toUpperCase()} ${path}`));
  const known = Object.entries(ROUTES as Readonly<Record<string, RouteFacts>>).map(([name, { method, path }]) => `${name} ${method} ${API_BASE}${path.replaceAll(/:([a-z]+)/gi, '{$1}')}`);
  assert.deepEqual(told.toSorted(), known.toSorted());
});

test('every reference leads somewhere, and no shape has a door that is not described', () => {
  const walk = (part: unknown, path: string): void => {
    if (typeof part !== 'object' || part === null) return;
    const { $ref, type, properties, additionalProperties } = part as Json;
    if (typeof $ref === 'string') assert.ok(Object.hasOwn(document.components.schemas, $ref.slice('#/components/schemas/'.length)), $ref);
    // What of a kept report is not read here is passed on as it was kept; a problem may tell more.
    if (type === 'object' && properties !== undefined && !/RunReport|Problem|openapi/.test(path)) assert.equal(additionalProperties, false, path);
    for (const [name, each] of Object.entries(part)) walk(each, `${path}/${name}`);
  };
  walk(document.paths, 'paths');
  walk(document.components.schemas, 'schemas');
});

test('every change asks for its key, every path names its parameters, and what needs no session says so', () => {
  for (const methods of Object.values(document.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const { access, idempotency, path }: RouteFacts = ROUTES[operation.operationId];
      const key = operation.parameters.find(({ name }) => name === 'Idempotency-Key');
      assert.equal(key !== undefined, method !== 'get' && idempotency === undefined, operation.operationId);
      assert.equal(operation.parameters.filter((parameter) => parameter.in === 'path').length, path.split(':').length - 1);
      assert.equal(operation['security'] !== undefined, access.role === 'public');
    }
  }
});

test('the page names every route, problem and topic, and needs no script', () => {
  const page = docsPage(document);
  for (const name of Object.keys(ROUTES)) assert.ok(page.includes(`<code>${name}</code>`), name);
  assert.doesNotMatch(page, /<script|javascript:|style="|http:/);
  assert.match(pagePolicy(page), /script-src 'none'; style-src 'sha256-/);
});
