import {
  abandonRequest,
  deadLetterListQuery,
  deadLetterListView,
  deadLetterResults,
  deadLetterView,
  redriveRequest,
} from '@identity-events/shared/contracts/dead-letter-view';
import type { ProblemName } from '@identity-events/shared/contracts/problems';
import { replayRequest, replayView } from '@identity-events/shared/contracts/replay-view';
import { z } from 'zod';
import type { ZodOpenApiOperationObject, ZodOpenApiPathsObject } from 'zod-openapi';
import { answerHeaders, replayHeaders, requestHeaders } from './headers.ts';
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
  /** Headers of an answer that says 202; without them it is 200. */
  readonly accepted?: z.ZodObject;
}

function operation({ operationId, summary, description, answer, problems, query, path, body, accepted }: Operation) {
  return {
    operationId,
    tags: ['operations'],
    summary,
    description: `${description} Needs the scope \`ops\`.`,
    requestParams: { header: requestHeaders, ...(query ? { query } : {}), ...(path ? { path } : {}) },
    ...(body ? { requestBody: { required: true, content: { 'application/json': { schema: body } } } } : {}),
    responses: {
      [accepted ? '202' : '200']: {
        description: summary,
        headers: accepted ?? answerHeaders,
        content: { 'application/json': { schema: answer } },
      },
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
  '/v1/ops/replays': {
    post: operation({
      operationId: 'startReplay',
      summary: 'Publish past outcomes again',
      description:
        'Only outcomes that were published before, of captures whose records are still there and were not erased; their events have ' +
        'the same `ce_id`, and `replay_id` in a header. Workers publish them, the oldest captures first. The same selection can not ' +
        'be replayed twice at a time, nor one event more often than the operator allows, unless forced.',
      body: replayRequest,
      answer: replayView,
      accepted: replayHeaders,
      problems: [...ofBodies, 'replay-running', 'overloaded'],
    }),
  },
  '/v1/ops/replays/{id}': {
    get: operation({
      operationId: 'getReplay',
      summary: 'See a replay',
      description: 'How far it is, for a week after its end.',
      path: z.object({ id: z.string() }),
      answer: replayView,
      problems: ['not-found'],
    }),
    delete: operation({
      operationId: 'cancelReplay',
      summary: 'Cancel a replay',
      description: 'It ends with the batch under way; what was published stays. One that has ended stays as it is.',
      path: z.object({ id: z.string() }),
      answer: replayView,
      problems: ['not-found'],
    }),
  },
};
