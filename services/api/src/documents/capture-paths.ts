import { captureBatch, captureBatchView } from '@identity-events/shared/contracts/capture-batch';
import { captureListQuery, captureListView } from '@identity-events/shared/contracts/capture-list';
import { jsonCapture, multipartCapture } from '@identity-events/shared/contracts/capture-request';
import { acceptedView, captureQuery, captureView } from '@identity-events/shared/contracts/capture-view';
import { identityView } from '@identity-events/shared/contracts/identity-view';
import { subjectErasureView, subjectPath } from '@identity-events/shared/contracts/subject-erasure';
import { z } from 'zod';
import type { ZodOpenApiOperationObject, ZodOpenApiPathsObject } from 'zod-openapi';
import {
  answerHeaders,
  batchHeaders,
  locationHeaders,
  requestHeaders,
  streamHeaders,
  submissionHeaders,
} from './headers.ts';
import { problemResponses } from './problem-responses.ts';

const link = {
  kind: 'link',
  subject: 'customer-77',
  transactionId: '3f2504e0-4f89-41d3-9a0c-0305e82c3301',
  userToken: 'the-end-users-token',
};

const submit: ZodOpenApiOperationObject = {
  operationId: 'submitCapture',
  tags: ['captures'],
  summary: 'Submit a capture',
  description:
    'Answers 202 once the capture is stored: it will have an outcome, and an event. The same Idempotency-Key and body is ' +
    'the same capture, however it is encoded. Needs the scope `captures:write`.',
  requestParams: { header: submissionHeaders },
  requestBody: {
    required: true,
    content: {
      'application/json': { schema: jsonCapture, examples: { link: { value: link } } },
      'multipart/form-data': { schema: multipartCapture },
    },
  },
  responses: {
    '202': {
      description: 'The capture is stored.',
      headers: locationHeaders,
      content: { 'application/json': { schema: acceptedView } },
    },
    ...problemResponses(
      'malformed-body',
      'idempotency-key-missing',
      'unauthenticated',
      'forbidden',
      'capture-damaged',
      'gone',
      'body-too-large',
      'unsupported-media-type',
      'invalid-capture',
      'idempotency-key-reused',
      'quota-exceeded',
      'internal',
      'overloaded',
      'unavailable',
    ),
  },
};

const submitBatch: ZodOpenApiOperationObject = {
  operationId: 'submitCaptures',
  tags: ['captures'],
  summary: 'Submit many captures of kind link',
  description:
    'Up to 1,000 captures, each with an `idempotencyKey` of its own, and an answer for each as it would get alone: one that is ' +
    'refused does not keep the others out. Pointers in a problem start at its capture. Send the whole again when in doubt: ' +
    'captures that were accepted are the same ones then. Needs the scope `captures:write`.',
  requestParams: { header: batchHeaders },
  requestBody: {
    required: true,
    content: {
      'application/json': {
        schema: captureBatch,
        examples: { two: { value: { captures: ['1', '2'].map((key) => ({ idempotencyKey: key, ...link })) } } },
      },
    },
  },
  responses: {
    '207': {
      description: 'An answer for each capture.',
      headers: answerHeaders,
      content: { 'application/json': { schema: captureBatchView } },
    },
    ...problemResponses(
      'malformed-body',
      'unauthenticated',
      'forbidden',
      'body-too-large',
      'unsupported-media-type',
      'quota-exceeded',
      'internal',
      'overloaded',
    ),
  },
};

const list: ZodOpenApiOperationObject = {
  operationId: 'listCaptures',
  tags: ['captures'],
  summary: 'List captures',
  description:
    'The latest accepted first, until their retention ends. Follow `links.next` until it is absent; a page may hold fewer ' +
    'captures than asked for, or none, though more follow. Captures that are accepted meanwhile do not move the pages. ' +
    'Needs the scope `captures:read`.',
  requestParams: { header: requestHeaders, query: captureListQuery },
  responses: {
    '200': {
      description: 'A page.',
      headers: answerHeaders,
      content: { 'application/json': { schema: captureListView } },
    },
    ...problemResponses('invalid-query', 'unauthenticated', 'forbidden', 'internal', 'unavailable'),
  },
};

const id = z.object({ id: z.string() });

const read: ZodOpenApiOperationObject = {
  operationId: 'getCapture',
  tags: ['captures'],
  summary: 'See where a capture stands, or wait for its outcome',
  description:
    'With `wait` it answers as soon as the capture has its outcome; ask again while its status is `queued` or `processing`. ' +
    'Needs the scope `captures:read`.',
  requestParams: { header: requestHeaders, path: id, query: captureQuery },
  responses: {
    '200': {
      description: 'Where the capture stands.',
      headers: answerHeaders,
      content: { 'application/json': { schema: captureView } },
    },
    ...problemResponses(
      'invalid-query',
      'unauthenticated',
      'forbidden',
      'not-found',
      'capture-damaged',
      'gone',
      'internal',
      'overloaded',
      'unavailable',
    ),
  },
};

const follow: ZodOpenApiOperationObject = {
  operationId: 'followCapture',
  tags: ['captures'],
  summary: 'Follow a capture',
  description:
    'Server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html): the capture as it stands, and again ' +
    'after each change (begun, a step finished, outcome decided, event in Kafka), each as a message `capture` whose `data` is a ' +
    '`Capture`. Changes in quick succession may come as one message. The stream ends once the event is in Kafka, after half an ' +
    'hour, and when the service restarts; come back with `Last-Event-ID` until the answer is 204. Needs the scope ' +
    '`captures:read`.',
  requestParams: { header: streamHeaders, path: id },
  responses: {
    '200': {
      description: 'The stream.',
      headers: answerHeaders,
      content: { 'text/event-stream': { schema: z.string() } },
    },
    '204': { description: 'There will be nothing that you do not know.', headers: answerHeaders },
    ...problemResponses(
      'unauthenticated',
      'forbidden',
      'not-found',
      'capture-damaged',
      'gone',
      'internal',
      'overloaded',
      'unavailable',
    ),
  },
};

const identity: ZodOpenApiOperationObject = {
  operationId: 'getIdentity',
  tags: ['captures'],
  summary: 'Read the fields of a verified card',
  description:
    'What the provider read from the card of a verified person, where the operator has chosen to keep it, until `keptUntil`. ' +
    'Personal data: answers are not to be cached. Needs the scope `identity:read`.',
  requestParams: { header: requestHeaders, path: id },
  responses: {
    '200': {
      description: 'The fields.',
      headers: answerHeaders,
      content: { 'application/json': { schema: identityView } },
    },
    ...problemResponses(
      'unauthenticated',
      'forbidden',
      'not-found',
      'identity-not-kept',
      'identity-not-ready',
      'identity-gone',
      'capture-damaged',
      'gone',
      'internal',
      'unavailable',
    ),
  },
};

const erase: ZodOpenApiOperationObject = {
  operationId: 'eraseCapture',
  tags: ['captures'],
  summary: 'Erase a capture',
  description:
    'Ends a capture that has no outcome as failed (`capture_cancelled`), then erases its images, token and all that is known ' +
    'of it; `identity.redacted` tells every consumer to do the same. Erasing it again is answered the same for 7 days. Needs ' +
    'the scope `captures:write`.',
  requestParams: { header: requestHeaders, path: id },
  responses: {
    '204': { description: 'The capture is erased.', headers: answerHeaders },
    ...problemResponses('unauthenticated', 'forbidden', 'not-found', 'internal', 'unavailable'),
  },
};

const eraseSubject: ZodOpenApiOperationObject = {
  operationId: 'eraseSubject',
  tags: ['captures'],
  summary: 'Erase a person',
  description:
    'Erases the captures of a person as `DELETE /v1/captures/{id}` does, the oldest first, up to 100 a request. Repeat it ' +
    'until `remaining` is 0; a person without captures is answered so at once. Needs the scope `captures:write`.',
  requestParams: { header: requestHeaders, path: subjectPath },
  responses: {
    '200': {
      description: 'How far it has come.',
      headers: answerHeaders,
      content: { 'application/json': { schema: subjectErasureView } },
    },
    ...problemResponses('unauthenticated', 'forbidden', 'not-found', 'internal', 'unavailable'),
  },
};

/** Submitting, listing, reading and erasing captures. */
export const capturePaths: ZodOpenApiPathsObject = {
  '/v1/captures': { post: submit, get: list },
  '/v1/captures/batch': { post: submitBatch },
  '/v1/captures/{id}': { get: read, delete: erase },
  '/v1/captures/{id}/events': { get: follow },
  '/v1/captures/{id}/identity': { get: identity },
  '/v1/subjects/{subject}': { delete: eraseSubject },
};
