import { eventContracts } from '@identity-events/shared/contracts/event-contracts';
import { eventSchemaName } from '@identity-events/shared/contracts/event-versions';
import { healthView, readinessView } from '@identity-events/shared/contracts/health-view';
import { problemNames } from '@identity-events/shared/contracts/problems';
import { z } from 'zod';
import type { ZodOpenApiOperationObject, ZodOpenApiPathsObject, ZodOpenApiResponseObject } from 'zod-openapi';
import { answerHeaders, requestHeaders } from './headers.ts';
import { problemResponses } from './problem-responses.ts';

const schemaNames = Object.entries(eventContracts).map(([type, { version }]) => eventSchemaName(type, version));
const json = z.looseObject({});
const html = z.string();

const answer = (description: string, type: string, schema: z.ZodType): ZodOpenApiResponseObject => ({
  description,
  headers: answerHeaders,
  content: { [type]: { schema } },
});

/** An operation that needs no API key. */
function open(
  tag: string,
  summary: string,
  responses: ZodOpenApiOperationObject['responses'],
  path?: z.ZodObject,
): { get: ZodOpenApiOperationObject } {
  const requestParams = { header: requestHeaders, ...(path ? { path } : {}) };
  return { get: { tags: [tag], summary, security: [], requestParams, responses } };
}

/** What needs no API key: health, documents and the pages for people. */
export const openPaths: ZodOpenApiPathsObject = {
  '/healthz': open('health', 'The process runs', { '200': answer('It does.', 'application/json', healthView) }),
  '/readyz': open('health', 'Whether captures can be taken', {
    '200': answer('Every dependency answers.', 'application/json', readinessView),
    '503': answer('Some do not.', 'application/json', readinessView),
  }),
  '/metrics': open('health', 'Metrics for Prometheus', {
    '200': answer('The text format of Prometheus.', 'text/plain', z.string()),
  }),
  '/openapi.json': open('documents', 'This document', { '200': answer('OpenAPI 3.1', 'application/json', json) }),
  '/asyncapi.json': open('documents', 'The document of the events', {
    '200': answer('AsyncAPI 3.0', 'application/json', json),
  }),
  '/schemas/{name}': open(
    'documents',
    'JSON Schema of an event',
    {
      '200': answer('JSON Schema 2020-12', 'application/schema+json', json),
      ...problemResponses('not-found'),
    },
    z.object({ name: z.string().meta({ example: schemaNames[0] }) }),
  ),
  '/problems/{name}': open(
    'documents',
    'What a problem means and what to do',
    { '200': answer('A page for people.', 'text/html', html), ...problemResponses('not-found') },
    z.object({ name: z.string().meta({ example: problemNames[0] }) }),
  ),
  '/docs': open('documents', 'This document as a page', { '200': answer('A page for people.', 'text/html', html) }),
  '/docs/events': open('documents', 'The events as a page', { '200': answer('A page for people.', 'text/html', html) }),
};
