import {
  abandonRequest,
  deadLetterListQuery,
  deadLetterListView,
  deadLetterResults,
  deadLetterView,
  redriveRequest,
} from '@identity-events/shared/contracts/dead-letter-view';
import type { ProblemName } from '@identity-events/shared/contracts/problems';
import { z } from 'zod';
import type { ZodOpenApiOperationObject, ZodOpenApiPathsObject } from 'zod-openapi';
import { answerHeaders, requestHeaders } from './headers.ts';
import { problemResponses } from './problem-responses.ts';

const ofClients = ['unauthenticated', 'forbidden', 'internal', 'unavailable'] as const;
const ofBodies = ['malformed-body', 'unsupported-media-type', 'body-too-large', 'invalid-request'] as const;

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
  readonly answer: z.ZodType;
  readonly problems: readonly ProblemName[];
  readonly query?: z.ZodObject;
  readonly path?: z.ZodObject;
  readonly body?: z.ZodType;
}

function operation({ operationId, summary, description, answer, problems, query, path, body }: Operation) {
  return {
    operationId,
    tags: ['operations'],
    summary,
    description: `${description} Needs the scope \`ops\`.`,
    requestParams: { header: requestHeaders, ...(query ? { query } : {}), ...(path ? { path } : {}) },
    ...(body ? { requestBody: { required: true, content: { 'application/json': { schema: body } } } } : {}),
    responses: {
      '200': { description: summary, headers: answerHeaders, content: { 'application/json': { schema: answer } } },
      ...problemResponses(...problems, ...ofClients),
    },
  } satisfies ZodOpenApiOperationObject;
}

const quick =
  'A call ends within half a minute; for more, call again until nothing is selected. Closing the connection ends it after the ' +
  'letter under way. Repeating it does no harm.';

/** For whoever operates the service. */
export const opsPaths: ZodOpenApiPathsObject = {
  '/v1/ops/dead-letters': {
    get: operation({
      operationId: 'listDeadLetters',
      summary: 'List dead letters',
      description:
        'Captures whose job a fault of this service ended, the oldest first. A page may be short though more follow.',
      query: deadLetterListQuery,
      answer: deadLetterListView,
      problems: ['invalid-query'],
    }),
  },
  '/v1/ops/dead-letters/{id}': {
    get: operation({
      operationId: 'getDeadLetter',
      summary: 'See a dead letter',
      description: 'Why, when and how often.',
      path: z.object({ id: z.string() }),
      answer: deadLetterView,
      problems: ['not-found'],
    }),
  },
  '/v1/ops/dead-letters/redrive': {
    post: operation({
      operationId: 'redriveDeadLetters',
      summary: 'Give dead letters a new attempt',
      description: `Provider calls that are done are not repeated. ${quick}`,
      body: redriveRequest,
      answer: deadLetterResults,
      problems: ofBodies,
    }),
  },
  '/v1/ops/dead-letters/abandon': {
    post: operation({
      operationId: 'abandonDeadLetters',
      summary: 'Give dead letters up',
      description: `Their captures fail as \`internal_error\`, with an event. ${quick}`,
      body: abandonRequest,
      answer: deadLetterResults,
      problems: ofBodies,
    }),
  },
};
