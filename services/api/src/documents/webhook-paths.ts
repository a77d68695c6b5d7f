import {
  vlensNotification,
  webhookAnswer,
  webhookSecretCharsMax,
} from '@identity-events/shared/contracts/vlens-webhook';
import { z } from 'zod';
import type { ZodOpenApiOperationObject, ZodOpenApiPathsObject } from 'zod-openapi';
import { answerHeaders, requestHeaders } from './headers.ts';
import { problemResponses } from './problem-responses.ts';

const tenant = z.string().meta({ description: 'Whose webhook it is.' });
const secret = z.string().max(webhookSecretCharsMax).meta({ description: 'The secret of the webhook.' });

const example = {
  Id: '9b2d4c1e-0f5a-4b7e-8c3d-2a1b0c9d8e7f',
  WebhookEvent: 'App.BusinessRequestStatusChange',
  Attempt: 1,
  Data: { Id: '7d444840-9dc0-4d2f-9a6b-5f1c0c3d2e1a', NewStatus: 'PendingApproval' },
  CreationTimeUtc: '2026-01-02T03:04:14Z',
};

function take(operationId: string, path: z.ZodObject, header: z.ZodObject): ZodOpenApiOperationObject {
  return {
    operationId,
    tags: ['webhooks'],
    security: [],
    summary: 'Take a notification of Vlens',
    description:
      'Answers 200 once the notification is stored; `business_request.status_changed` follows. Each `Id` is taken once, whatever ' +
      'the `Attempt`. A sender whose secret, signature or address is not right is answered 404, as is one for an unknown tenant.',
    requestParams: { header, path },
    requestBody: { required: true, content: { 'application/json': { schema: vlensNotification, example } } },
    responses: {
      '200': {
        description: 'The notification is stored.',
        headers: answerHeaders,
        content: { 'application/json': { schema: webhookAnswer } },
      },
      ...problemResponses(
        'malformed-body',
        'not-found',
        'body-too-large',
        'unsupported-media-type',
        'invalid-notification',
        'internal',
        'overloaded',
        'unavailable',
      ),
    },
  };
}

const secretHeader = requestHeaders.extend({ 'X-Webhook-Secret': secret });

/** What the provider calls. The secret is better in a header: addresses end up in the logs of proxies. */
export const webhookPaths: ZodOpenApiPathsObject = {
  '/v1/webhooks/vlens/{tenant}': { post: take('takeNotification', z.object({ tenant }), secretHeader) },
  '/v1/webhooks/vlens/{tenant}/{secret}': {
    post: take('takeNotificationBySecretPath', z.object({ tenant, secret }), requestHeaders),
  },
};
