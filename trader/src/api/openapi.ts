import { z } from 'zod';
import { API_BASE } from './client.ts';
import { PROBLEMS } from './problems.ts';
import { ROUTES, type RouteFacts, type RouteName } from './routes.ts';
import { SCHEMAS, type RouteSchemas } from './schema/table.ts';

/** A JSON Schema, or any other part of the document. */
export interface Json { readonly [key: string]: unknown }

/** One operation of the document. */
export interface Operation extends Json {
  readonly operationId: RouteName;
  readonly summary: string;
  readonly tags: readonly string[];
  readonly description: string;
  readonly parameters: readonly (Json & { readonly name: string; readonly in: string; readonly required: boolean; readonly schema: Json })[];
  readonly requestBody?: Json;
  readonly responses: Json;
}

/** The API as OpenAPI 3.1 describes it. */
export interface OpenApiDocument extends Json {
  readonly openapi: '3.1.0';
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Json>>; readonly securitySchemes: Json };
}

const DRAFT = 'draft-2020-12';
const IDEMPOTENCY_KEY: Operation['parameters'][number] = {
  name: 'Idempotency-Key', in: 'header', required: true, schema: { type: 'string', pattern: '^[A-Za-z0-9_.:-]{1,64}$' },
  description: 'A new one for each change; the same one for its repetition, which then changes nothing and gets the same answer.',
};
/** Makes the document from the route table and the schemas. */
export function openApiDocument(version: string): OpenApiDocument {
  const schemas: Record<string, Json> = { Problem: problemSchema() };
  const paths: Record<string, Record<string, Operation>> = {};
  for (const [name, route] of Object.entries(ROUTES) as [RouteName, RouteFacts][]) {
    const path = API_BASE + route.path.replaceAll(/:([a-z]+)/gi, '{$1}');
    (paths[path] ??= {})[route.method.toLowerCase()] = operationOf(name, route, SCHEMAS[name], schemas);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'AlgoTrendy', version, license: { name: 'MIT', identifier: 'MIT' },
      description: 'Money, prices and quantities are decimal text; ratios are numbers (0.1 is 10 %); times are milliseconds since 1970, UTC. Every no is a problem (RFC 9457) with a stable code. Without a token, a change needs the header X-AlgoTrendy: 1, so that no foreign page can send it.',
    },
    servers: [{ url: '/' }],
    security: [{ session: [] }, { token: [] }],
    paths,
    components: {
      schemas,
      securitySchemes: {
        session: { type: 'apiKey', in: 'cookie', name: 'algotrendy-access', description: 'Set by signing in.' },
        token: { type: 'http', scheme: 'bearer', description: 'An API token, made by POST /api/v1/tokens.' },
      },
    },
  };
}

function operationOf(name: RouteName, route: RouteFacts, schemas: RouteSchemas, shared: Record<string, Json>): Operation {
  const { params, query, body, answer } = schemas;
  const needsKey = route.method !== 'GET' && route.idempotency === undefined;
  const media = route.media ?? 'application/json';
  return {
    operationId: name, summary: route.summary, tags: [route.path.split('/')[1]], description: accessText(route),
    parameters: [
      ...parametersOf(params, 'path', shared), ...parametersOf(query, 'query', shared),
      ...(needsKey ? [IDEMPOTENCY_KEY] : []),
    ],
    ...(body && { requestBody: { required: true, content: { 'application/json': { schema: jsonSchema(body, 'input', shared) } } } }),
    responses: {
      200: { description: 'Done', content: { [media]: { schema: jsonSchema(answer, 'output', shared) } } },
      default: { description: 'A problem', content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } } },
    },
    ...(route.access.role === 'public' && { security: [] }),
  };
}

/** Who may use a route, in words. */
function accessText({ access: { role, liveRole, stepUp, fourEyes }, secret }: RouteFacts): string {
  const words = [
    role === 'public' ? 'Needs no session.' : `Needs the role ${role}.`,
    liveRole === undefined ? '' : `With real money it is ${liveRole}.`,
    stepUp === 'always' ? 'The person must just have confirmed who they are.' : stepUp === 'live' ? 'With real money, the person must just have confirmed who they are.' : '',
    fourEyes === 'live' ? 'With real money, where there are two administrators, the other one has to approve it.' : '',
    secret ? 'Its answer is told once and not repeated.' : '',
  ];
  return words.filter(Boolean).join(' ');
}

function parametersOf(schema: z.ZodObject | undefined, where: 'path' | 'query', shared: Record<string, Json>): Operation['parameters'] {
  return Object.entries(schema?.shape ?? {}).map(([name, each]) => ({
    name, in: where, required: where === 'path' || !(each as z.ZodType).safeParse(undefined).success, schema: jsonSchema(each as z.ZodType, 'input', shared),
  }));
}

/** The JSON Schema of a zod schema; what has a name goes to the shared ones and is referred to. */
function jsonSchema(schema: z.ZodType, io: 'input' | 'output', shared: Record<string, Json>): Json {
  const { $schema: _, $defs, ...rest } = z.toJSONSchema(schema, {
    target: DRAFT, io, unrepresentable: 'any',
    override({ zodSchema, jsonSchema: made }) {
      const { wire } = z.globalRegistry.get(zodSchema) ?? {};
      if (wire !== undefined) {
        for (const key of Object.keys(made)) delete made[key as keyof typeof made];
        Object.assign(made, wire);
      }
    },
  });
  for (const [name, part] of Object.entries($defs ?? {})) {
    const { id: _id, ...plain } = referring(part) as Json & { readonly id?: unknown };
    shared[name] ??= plain;
  }
  const made = referring(rest) as Json & { readonly id?: string };
  if (typeof made.id !== 'string') return made;
  const { id, ...plain } = made;
  shared[id] ??= plain;
  return { $ref: `#/components/schemas/${id}` };
}

/** The same with references to where this document keeps what is shared. */
function referring(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(referring);
  if (typeof part !== 'object' || part === null) return part;
  return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, key === '$ref' && typeof value === 'string' ? value.replace('#/$defs/', '#/components/schemas/') : referring(value)]));
}

function problemSchema(): Json {
  return {
    type: 'object', required: ['type', 'code', 'title', 'status', 'detail', 'requestId'],
    properties: {
      type: { type: 'string', pattern: '^urn:algotrendy:problem:' }, code: { enum: Object.keys(PROBLEMS) }, title: { type: 'string' }, status: { type: 'integer' },
      detail: { type: 'string' }, requestId: { type: 'string' }, retryAfter: { type: 'integer', description: 'Seconds, as the header Retry-After' },
      fields: { type: 'array', items: { type: 'object', required: ['field', 'message'], properties: { field: { type: 'string' }, message: { type: 'string' } } } },
    },
  };
}
