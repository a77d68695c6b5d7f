import { z } from 'zod';
import { openEnum } from './open-enum.ts';

interface ProblemFacts {
  readonly status: number;
  readonly title: string;
  /** What happened. */
  readonly meaning: string;
  /** What the caller does about it. */
  readonly remedy: string;
}

const again = 'Send the same request again, with the same Idempotency-Key, after the seconds that Retry-After names.';
const operator = 'Tell the operator of this service, with the requestId of the answer.';

/** Every problem the API answers with, by the last part of its type. Adding one is compatible; removing one is not. */
export const problems = {
  'malformed-body': {
    status: 400,
    title: 'The body can not be read.',
    meaning:
      'The body is not one whole JSON object, or not well-formed multipart/form-data with the parts of a capture.',
    remedy: 'Mend the body as the detail says; a multipart body needs its boundary in Content-Type.',
  },
  'invalid-query': {
    status: 400,
    title: 'The query is not valid.',
    meaning: 'A parameter is missing, given twice, unknown or not of its form. The errors name each one.',
    remedy: 'Mend the named parameters. A + in a query must be encoded as %2B.',
  },
  'idempotency-key-missing': {
    status: 400,
    title: 'An Idempotency-Key header is required.',
    meaning: 'The header Idempotency-Key is missing or not 1 to 255 visible ASCII characters.',
    remedy: 'Make a key for each capture, such as a UUID, keep it, and send it with every repetition.',
  },
  unauthenticated: {
    status: 401,
    title: 'A valid API key is required.',
    meaning: 'The header Authorization is missing, not of the form Bearer <key>, or its key is not known here.',
    remedy: 'Send Authorization: Bearer <your API key>.',
  },
  forbidden: {
    status: 403,
    title: 'This API key may not do that.',
    meaning: 'The key is valid, and lacks the scope that the detail names.',
    remedy: 'Ask the operator of this service for a key with that scope.',
  },
  'not-found': {
    status: 404,
    title: 'There is nothing here.',
    meaning: 'No such path, capture or image exists, or it belongs to another tenant.',
    remedy: 'Check the path or id.',
  },
  'identity-not-kept': {
    status: 404,
    title: 'Nothing of the person is kept.',
    meaning:
      'Fields of a card are kept of verified captures only, and only where the operator of this service has chosen so.',
    remedy: 'Do without them, or ask the operator of this service to keep them for captures to come.',
  },
  'method-not-allowed': {
    status: 405,
    title: 'This method is not available here.',
    meaning: 'The path exists, and not with this method.',
    remedy: 'Use a method that the header Allow names.',
  },
  'identity-not-ready': {
    status: 409,
    title: 'The capture has no outcome yet.',
    meaning: 'Fields of the card are given out once the capture is verified.',
    remedy: 'Wait for the outcome, such as with GET /v1/captures/{id}?wait=30s, and ask again.',
  },
  'identity-gone': {
    status: 410,
    title: 'What was kept of the person has been deleted.',
    meaning: 'The time for which the fields of the card are kept has passed.',
    remedy: 'Use what you took over in time; otherwise the person captures again.',
  },
  'replay-running': {
    status: 409,
    title: 'The same replay is queued or running.',
    meaning: 'A replay of the same selection to the same topic has not ended; the detail names it.',
    remedy: 'Wait for its end, or cancel it, with GET or DELETE /v1/ops/replays/{id}.',
  },
  'capture-damaged': {
    status: 409,
    title: 'What is kept of the capture can not be read.',
    meaning: 'A fault of this service or of its storage has damaged the record of the capture.',
    remedy: `Wait for its event, which comes at the latest when the capture expires, or erase the capture. ${operator}`,
  },
  gone: {
    status: 410,
    title: 'The capture has been erased.',
    meaning: 'The capture, or the one for which the Idempotency-Key was used, has been erased since.',
    remedy: 'Nothing is left to do about it. A new capture needs a new Idempotency-Key.',
  },
  'body-too-large': {
    status: 413,
    title: 'The body, a field or an image is too large.',
    meaning: 'An image may have 5 MiB and 25 million pixels; the body has a limit, too.',
    remedy: 'Make the images that the errors name smaller.',
  },
  'unsupported-media-type': {
    status: 415,
    title: 'The body or an image has a type that is not supported.',
    meaning: 'Bodies are application/json or multipart/form-data, uncompressed; images are JPEG or PNG.',
    remedy: 'Send one of these types. What counts is what an image holds, not how it is named.',
  },
  'invalid-capture': {
    status: 422,
    title: 'The capture is not valid.',
    meaning: 'Fields or images are missing, unknown or not of their form. The errors point at every one.',
    remedy: 'Mend them all and send the capture again, with the same or another Idempotency-Key: nothing was stored.',
  },
  'invalid-request': {
    status: 422,
    title: 'The request is not valid.',
    meaning: 'Members of the body are missing, unknown or not of their form. The errors point at every one.',
    remedy: 'Mend them all and send the request again: nothing was done.',
  },
  'invalid-notification': {
    status: 422,
    title: 'The notification is not valid.',
    meaning:
      'It is not App.BusinessRequestStatusChange, or not of its documented form. The errors point at every fault.',
    remedy:
      'Subscribe the webhook to App.BusinessRequestStatusChange alone. Otherwise tell the operator of this service.',
  },
  'idempotency-key-reused': {
    status: 422,
    title: 'The Idempotency-Key was used before with another body.',
    meaning: 'The key stands for a capture with other fields or images.',
    remedy: 'Send the first body to repeat it, or a new key to submit another capture.',
  },
  'rate-limited': {
    status: 429,
    title: 'Too many requests from this client.',
    meaning: 'The client has made as many requests as it may for now; RateLimit-Policy says how many that are.',
    remedy:
      'Send it again, with the same Idempotency-Key, after the seconds that Retry-After names; and fewer at a time.',
  },
  'quota-exceeded': {
    status: 429,
    title: 'The client has submitted as many captures as it may in a day.',
    meaning:
      'Captures are counted from midnight to midnight UTC. A batch that is larger than what is left is refused whole.',
    remedy: 'Send it again after the seconds that Retry-After names, or ask the operator of this service for more.',
  },
  internal: {
    status: 500,
    title: 'Something went wrong here.',
    meaning: 'A fault of this service that nobody foresaw; it has been logged.',
    remedy: `${operator} Sending the same request again, with the same Idempotency-Key, does no harm.`,
  },
  'not-configured': {
    status: 501,
    title: 'This part of the service is not set up here.',
    meaning: 'Evidence is read with a service account at Vlens, and none is set up.',
    remedy: operator,
  },
  'provider-account-refused': {
    status: 502,
    title: 'Vlens refuses the account of this service; its operator must act.',
    meaning: 'Vlens does not accept the service account, its key or its rights.',
    remedy: operator,
  },
  'provider-error': {
    status: 502,
    title: 'Vlens answered in a way that can not be used.',
    meaning: 'The answer of Vlens was an error that is not documented, or not of its documented form.',
    remedy: operator,
  },
  'provider-unavailable': {
    status: 502,
    title: 'Vlens can not be reached or does not work; try again shortly.',
    meaning: 'No connection to Vlens, or it answered with an error of its own.',
    remedy: again,
  },
  overloaded: {
    status: 503,
    title: 'Too much is under way; try again shortly.',
    meaning:
      'The bodies, images, waiting requests or replays under way fill the room set aside for them. Nothing was stored.',
    remedy: again,
  },
  unavailable: {
    status: 503,
    title: 'A part this service depends on is away; try again shortly.',
    meaning: 'Redis or the store of images does not answer or is full. It may be that the capture was stored.',
    remedy: again,
  },
  'provider-throttled': {
    status: 503,
    title: 'Vlens takes no more calls for now; try again later.',
    meaning: 'The budget of calls to Vlens is used up, or Vlens itself said so.',
    remedy: again,
  },
  'provider-timeout': {
    status: 504,
    title: 'Vlens did not answer in time; try again shortly.',
    meaning: 'Vlens took longer than this service waits.',
    remedy: again,
  },
} as const satisfies Record<string, ProblemFacts>;

export type ProblemName = keyof typeof problems;
export const problemNames = Object.keys(problems) as [ProblemName, ...ProblemName[]];

type ProblemType = `/problems/${ProblemName}`;

/** The `type` of a problem: the path of the page that explains it. */
export const problemType = (name: ProblemName): ProblemType => `/problems/${name}`;

const problemTypes = problemNames.map(problemType) as [ProblemType, ...ProblemType[]];

/** What is wrong with one member of the body. */
const bodyFault = z.object({
  pointer: z
    .string()
    .meta({ description: 'JSON Pointer (RFC 6901) to the member, as a fragment.', example: '#/front' }),
  detail: z.string(),
});

/** What is wrong with one parameter of the query. */
const parameterFault = z.object({ parameter: z.string(), detail: z.string() });
export type ParameterFault = z.infer<typeof parameterFault>;

/** The body of every answer that is not a success (RFC 9457). */
export const problemBodySchema = z
  .object({
    type: z.enum(problemTypes).meta({
      ...openEnum,
      description: 'Stable. Relative to the API, it leads to a page that says what to do. Types may be added.',
    }),
    title: z.string().meta({ description: 'The same for every occurrence of the type.' }),
    status: z.number().int().meta({ description: 'The HTTP status.' }),
    detail: z.string().optional().meta({ description: 'About this occurrence, in a sentence.' }),
    errors: z
      .array(z.union([bodyFault, parameterFault]))
      .optional()
      .meta({ description: 'Every fault of the body, or of the query. Never quotes a value.' }),
    requestId: z.string().meta({ description: 'Names the request in the logs, as X-Request-Id does.' }),
  })
  .meta({ id: 'Problem', description: 'RFC 9457' });
export type ProblemBody = z.infer<typeof problemBodySchema>;
