import { API_BASE } from './client.ts';
import type { Json, OpenApiDocument, Operation } from './openapi.ts';
import { PROBLEMS } from './problems.ts';
import { TOPICS } from './stream/messages.ts';

const STYLE = `
:root{color-scheme:light dark;--line:#d3dae3;--soft:#454f5e;--panel:#fff;--ground:#f6f7f9;--ink:#12161d;--ring:#2b50c8}
@media(prefers-color-scheme:dark){:root{--line:#2b3340;--soft:#a8b2c1;--panel:#12161d;--ground:#0b0e13;--ink:#e6eaf0;--ring:#ffd60a}}
*{box-sizing:border-box}body{margin:0;background:var(--ground);color:var(--ink);font:14px/20px system-ui,sans-serif}
main{max-width:1080px;margin:0 auto;padding:24px 16px 64px}h1{font-size:28px;line-height:32px;margin:0 0 8px}h2{font-size:20px;line-height:28px;margin:32px 0 8px}
p{max-width:72ch;color:var(--soft)}nav{display:flex;flex-wrap:wrap;gap:4px 16px;margin:16px 0}a{color:inherit;padding:4px 0}
:focus-visible{outline:2px solid var(--ring);outline-offset:2px}
details{background:var(--panel);border:1px solid var(--line);border-radius:8px;margin:8px 0}summary{cursor:pointer;padding:8px 12px;display:flex;flex-wrap:wrap;gap:4px 12px;min-height:44px;align-items:center}
.method{font:600 12px/16px ui-monospace,monospace;width:56px}.path{font:14px/20px ui-monospace,monospace;overflow-wrap:anywhere}.what{color:var(--soft);flex:1 1 240px}
.body{padding:0 12px 12px}pre{margin:4px 0 12px;padding:12px;background:var(--ground);border:1px solid var(--line);border-radius:4px;overflow:auto;font:12px/16px ui-monospace,monospace}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:8px 12px 8px 0;border-bottom:1px solid var(--line);vertical-align:top}.wide{overflow-x:auto}
`;

/** The API as a page that needs no script. */
export function docsPage(document: OpenApiDocument): string {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, operation]) => ({ path, method, operation })));
  const groups = Map.groupBy(operations, ({ operation }) => operation.tags[0]);
  const schemas = Object.entries(document.components.schemas);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>AlgoTrendy API</title><style>${STYLE}</style></head><body><main>
<h1>AlgoTrendy API</h1>
<p>${escaped(String((document.info as Json).description))} The same as an OpenAPI 3.1 document: <a href="${API_BASE}/openapi.json">openapi.json</a>.</p>
<nav aria-label="Parts">${[...groups.keys(), 'stream', 'problems', 'schemas'].map((name) => `<a href="#${name}">${escaped(name)}</a>`).join('')}</nav>
${[...groups].map(([name, own]) => `<section aria-labelledby="${name}"><h2 id="${name}">${escaped(name)}</h2>\n${own.map(operationHtml).join('\n')}</section>`).join('\n')}
<section aria-labelledby="stream"><h2 id="stream">stream</h2><p>One WebSocket at <code>${API_BASE}/stream</code>: a snapshot of each channel, then its events.</p>
${table(['Topic', 'By instrument', 'Where a client is slow', 'Least role'], Object.entries(TOPICS).map(([topic, { byInstrument, delivery, role }]) => [topic, byInstrument ? 'yes' : 'no', delivery, role]))}</section>
<section aria-labelledby="problems"><h2 id="problems">problems</h2><p>Every answer that says no has one of these codes, and they stay.</p>
${table(['Code', 'Status', 'Meaning'], Object.entries(PROBLEMS).map(([code, { status, title }]) => [code, String(status), title]))}</section>
<section aria-labelledby="schemas"><h2 id="schemas">schemas</h2>
${schemas.map(([name, schema]) => `<details><summary><span class="path">${escaped(name)}</span></summary><div class="body" id="schema-${name}">${json(schema)}</div></details>`).join('\n')}</section>
</main></body></html>
`;
}

function operationHtml({ path, method, operation }: { readonly path: string; readonly method: string; readonly operation: Operation }): string {
  const { operationId, summary, description, parameters, requestBody, responses } = operation;
  return `<details id="${operationId}"><summary><span class="method">${method.toUpperCase()}</span><span class="path">${escaped(path)}</span><span class="what">${escaped(summary)}</span></summary><div class="body"><p>${escaped(description)} Its name is <code>${operationId}</code>.</p>
${parameters.length === 0 ? '' : table(['Parameter', 'In', 'Needed', 'Shape'], parameters.map(({ name, in: where, required, schema }) => [name, where, required ? 'yes' : 'no', JSON.stringify(schema)]))}
${requestBody === undefined ? '' : `<h3>Body</h3>${json(schemaOf(requestBody))}`}<h3>Answer</h3>${json(schemaOf(responses['200'] as Json))}</div></details>`;
}

/** The schema of what is sent, whatever it is sent as. */
function schemaOf({ content }: Json): unknown {
  return Object.values(content as Readonly<Record<string, { readonly schema: unknown }>>)[0].schema;
}

function json(value: unknown): string {
  const text = escaped(JSON.stringify(value, undefined, 2));
  return `<pre tabindex="0">${text.replaceAll(/#\/components\/schemas\/(\w+)/g, (_, name: string) => `<a href="#schema-${name}">${name}</a>`)}</pre>`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return `<div class="wide"><table><thead><tr>${head.map((cell) => `<th scope="col">${escaped(cell)}</th>`).join('')}</tr></thead><tbody>${rows.map((row) => `<tr>${row.map((cell) => `<td>${escaped(cell)}</td>`).join('')}</tr>`).join('')}</tbody></table></div>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
