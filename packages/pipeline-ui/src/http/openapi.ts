import { z } from 'zod';
import {
  aboutSchema,
  batchDetailSchema,
  batchesSchema,
  batchSchema,
  countsSchema,
  deadLetterSchema,
  deadLettersSchema,
  figuresSchema,
  historySchema,
  LIVE_EVENT_NAMES,
  liveEventSchemas,
  partitionSchema,
  partitionsSchema,
  pointSchema,
  problemSchema,
  progressSchema,
  queryProgressSchema,
  resultFileSchema,
  statusSchema,
  windowsSchema,
} from '../api/index.ts';
import type { ApiRoute } from './api-route.ts';

/** The shapes that the document gives a name; others are written where they are used. */
const NAMED = {
  About: aboutSchema,
  Batch: batchSchema,
  BatchDetail: batchDetailSchema,
  Batches: batchesSchema,
  Counts: countsSchema,
  DeadLetter: deadLetterSchema,
  DeadLetters: deadLettersSchema,
  Figures: figuresSchema,
  History: historySchema,
  Partition: partitionSchema,
  Partitions: partitionsSchema,
  Point: pointSchema,
  Problem: problemSchema,
  Progress: progressSchema,
  QueryProgress: queryProgressSchema,
  Status: statusSchema,
  Windows: windowsSchema,
};

const named = z.registry<{ readonly id: string }>();
for (const [id, schema] of Object.entries(NAMED)) named.add(schema, { id });

const placeOf = (id: string): string => `#/components/schemas/${id}`;

/**
 * The API as an OpenAPI 3.1 document. By zod's own `toJSONSchema`, not by `@hono/zod-openapi`: that brings four packages and a second
 * converter of schemas, wants each schema extended that the page shares with the server, and would still need the names, the stream of
 * events, the files and the errors that most of this file is about.
 */
export function createOpenApiDocument(routes: readonly ApiRoute[], version: string): object {
  const paths: Record<string, object> = { '/events': { get: EVENTS } };
  for (const route of routes) paths[route.path] = { ...paths[route.path], [route.method]: describe(route) };
  return {
    openapi: '3.1.1',
    info: {
      title: 'Client tickets pipeline',
      version,
      description: 'What the pipeline does now, what it has counted, and what it has rejected.',
    },
    servers: [{ url: '/api/v1' }],
    paths,
    components: {
      schemas: componentSchemas(),
      securitySchemes: { controlToken: { type: 'http', scheme: 'bearer' } },
    },
  };
}

const EVENTS = {
  summary: 'Everything live, as server-sent events',
  description: `Event names: ${LIVE_EVENT_NAMES.join(', ')}. The data of each is JSON and replaces what it said before.`,
  responses: {
    200: {
      description: 'A stream that does not end',
      content: {
        'text/event-stream': {
          schema: { oneOf: Object.values(liveEventSchemas).map((schema) => reference(schema)) },
        },
      },
    },
    503: { description: 'There are too many readers' },
  },
};

function describe({ summary, params, query, answer, needsToken }: ApiRoute): object {
  return {
    summary,
    parameters: [...parameters(params, 'path'), ...parameters(query, 'query')],
    ...(needsToken ? { security: [{ controlToken: [] }] } : {}),
    responses: {
      200: { description: 'OK', content: answer === resultFileSchema ? BYTES : json(answer) },
      default: {
        description: 'Not answered, and why',
        content: json(problemSchema),
      },
    },
  };
}

const BYTES = { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } };

const json = (answer: z.ZodType): object => ({ 'application/json': { schema: reference(answer) } });

function parameters(object: z.ZodObject, place: 'path' | 'query'): readonly object[] {
  const { properties = {} } = z.toJSONSchema(object);
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: place,
    required: place === 'path',
    schema,
  }));
}

function reference(schema: z.ZodType): object {
  const id = named.get(schema)?.id;
  return id === undefined ? z.toJSONSchema(schema) : { $ref: placeOf(id) };
}

function componentSchemas(): object {
  const { schemas } = z.toJSONSchema(named, { uri: placeOf });
  const isOwn = ([keyword]: [string, unknown]): boolean => keyword !== '$schema' && keyword !== '$id';
  return Object.fromEntries(
    Object.entries(schemas).map(([id, schema]) => [
      id,
      Object.fromEntries(Object.entries(schema).filter(isOwn)),
    ]),
  );
}
