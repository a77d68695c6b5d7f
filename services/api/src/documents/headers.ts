import { idempotencyKey } from '@identity-events/shared/contracts/capture-batch';
import { z } from 'zod';

const requestId = z.string().meta({
  description: 'Names the request in the logs: yours if it was 8 to 128 letters, digits or . _ -, otherwise a new one.',
});

const rateLimit = z
  .string()
  .optional()
  .meta({
    description:
      'Of calls with an API key: what the client may still do (`r`) and the seconds until it may do all of it again (`t`), of ' +
      'its requests (`rate`) and of the captures of its day (`daily`).',
    example: '"rate";r=49;t=1',
  });
const rateLimitPolicy = z
  .string()
  .optional()
  .meta({
    description:
      'Of calls with an API key: how much (`q`) the client may do in how many seconds (`w`). Both headers are those of ' +
      '[draft-ietf-httpapi-ratelimit-headers-10](https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/10/).',
    example: '"rate";q=50;w=1, "daily";q=10000;w=86400',
  });

/** Of every answer. */
export const answerHeaders = z.object({
  'X-Request-Id': requestId,
  RateLimit: rateLimit,
  'RateLimit-Policy': rateLimitPolicy,
});

/** Of a problem that may pass. */
export const retryHeaders = answerHeaders.extend({
  'Retry-After': z
    .number()
    .int()
    .min(1)
    .optional()
    .meta({ description: 'Seconds to wait; absent when waiting does not help.' }),
});

/** Of a problem with the API key (RFC 6750, section 3). */
export const wwwAuthenticateHeaders = answerHeaders.extend({ 'WWW-Authenticate': z.string() });

/** Of an accepted capture. */
export const locationHeaders = answerHeaders.extend({
  Location: z.string().meta({ description: 'Path of the capture.' }),
});

/** Of a replay that was asked for. */
export const replayHeaders = answerHeaders.extend({
  Location: z.string().meta({ description: 'Path of the replay.' }),
});

/** What every request may carry. */
export const requestHeaders = z.object({
  'X-Request-Id': z
    .string()
    .optional()
    .meta({ description: 'Your id of the request: 8 to 128 letters, digits or . _ - (others are replaced).' }),
});

const traceparent = z.string().optional().meta({ description: 'W3C trace context; handed on to the event.' });

/** What a submission carries. */
export const submissionHeaders = requestHeaders.extend({ 'Idempotency-Key': idempotencyKey, traceparent });

/** What a batch carries: its keys stand in its captures. */
export const batchHeaders = requestHeaders.extend({ traceparent });

/** What a client that follows a stream may carry. */
export const streamHeaders = requestHeaders.extend({
  'Last-Event-ID': z.string().optional().meta({
    description: 'The id of the last message; browsers and libraries send it by themselves when they come back.',
  }),
});
