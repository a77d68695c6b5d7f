import {
  identityImageQuery,
  identityImagesQuery,
  identityImagesView,
} from '@identity-events/shared/contracts/identity-images';
import { z } from 'zod';
import type { ZodOpenApiOperationObject, ZodOpenApiPathsObject } from 'zod-openapi';
import { answerHeaders, requestHeaders } from './headers.ts';
import { problemResponses } from './problem-responses.ts';

const evidenceProblems = [
  'invalid-query',
  'unauthenticated',
  'forbidden',
  'not-found',
  'internal',
  'not-configured',
  'provider-account-refused',
  'provider-error',
  'provider-unavailable',
  'unavailable',
  'provider-throttled',
  'provider-timeout',
] as const;

const list: ZodOpenApiOperationObject = {
  operationId: 'listIdentityImages',
  tags: ['evidence'],
  summary: 'List the images that the provider holds of a user',
  description: 'Needs the scope `evidence:read`.',
  requestParams: { header: requestHeaders, query: identityImagesQuery },
  responses: {
    '200': {
      description: 'The images.',
      headers: answerHeaders,
      content: { 'application/json': { schema: identityImagesView } },
    },
    ...problemResponses(...evidenceProblems),
  },
};

const bytes = z.file();

const content: ZodOpenApiOperationObject = {
  operationId: 'getIdentityImage',
  tags: ['evidence'],
  summary: 'Fetch one image',
  description: 'Its type is told from its first bytes. Personal data. Needs the scope `evidence:read`.',
  requestParams: { header: requestHeaders, query: identityImageQuery },
  responses: {
    '200': {
      description: 'The image.',
      headers: answerHeaders,
      content: { 'image/jpeg': { schema: bytes }, 'image/png': { schema: bytes } },
    },
    ...problemResponses(...evidenceProblems, 'overloaded'),
  },
};

/** Reading evidence of verified persons. */
export const identityPaths: ZodOpenApiPathsObject = {
  '/v1/identities/images': { get: list },
  '/v1/identities/images/content': { get: content },
};
