import {
  type ProblemBody,
  type ProblemName,
  problemBodySchema,
  problems,
  problemType,
} from '@identity-events/shared/contracts/problems';
import type { ZodOpenApiResponsesObject } from 'zod-openapi';
import { retryHeaders, wwwAuthenticateHeaders } from './headers.ts';

/** Of every call that needs an API key: its client may have made too many, and Redis knows how many those were. */
const problemsOfClients: readonly ProblemName[] = ['rate-limited', 'unavailable'];

/** The answers that stand for these problems: one for each status, with an example of each problem. */
export function problemResponses(...named: readonly ProblemName[]): ZodOpenApiResponsesObject {
  const names = new Set([...named, ...(named.includes('unauthenticated') ? problemsOfClients : [])]);
  const byStatus = Map.groupBy(names, (name) => problems[name].status);
  return Object.fromEntries([...byStatus].map(([status, group]) => [String(status), responseOf(status, group)]));
}

function responseOf(status: number, names: readonly ProblemName[]) {
  return {
    description: names.map((name) => `[${name}](${problemType(name)}): ${problems[name].title}`).join('\n\n'),
    headers: status === 401 || status === 403 ? wwwAuthenticateHeaders : retryHeaders,
    content: {
      'application/problem+json': {
        schema: problemBodySchema,
        examples: Object.fromEntries(names.map((name) => [name, { value: exampleOf(name) }])),
      },
    },
  };
}

function exampleOf(name: ProblemName): ProblemBody {
  const { status, title } = problems[name];
  return { type: problemType(name), title, status, requestId: '2f1d6a1e-5f0c-4d5b-9a55-0c8f3b8b6a10' };
}
