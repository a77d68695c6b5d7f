import type { Request, Response } from 'express';
import type { z } from 'zod';
import { HttpProblem } from './problem.ts';
import { jsonReader } from './read-json.ts';

/** A thousand ids, and room for the rest. */
const readJson = jsonReader(128 * 1024);

/**
 * The body of a request, one JSON object, held against a schema. Throws the problem `invalid-request`, which points at every fault
 * and never names a value, and what {@link jsonReader} throws.
 */
export async function readBody<T extends z.ZodType>(
  request: Request,
  response: Response,
  schema: T,
): Promise<z.output<T>> {
  if (request.is('application/json') === false) {
    throw new HttpProblem('unsupported-media-type', { detail: 'Send application/json.' });
  }
  const parsed = schema.safeParse(await readJson(request, response), { reportInput: false });
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.flatMap((issue) => {
    const at = issue.path.map(String);
    const unknown = 'keys' in issue && Array.isArray(issue.keys) ? issue.keys : [];
    return issue.code === 'unrecognized_keys'
      ? unknown.map((key) => ({ field: [...at, key].join('/'), kind: 'invalid' as const, detail: 'is not known here' }))
      : [{ field: at.join('/'), kind: 'invalid' as const, detail: issue.message }];
  });
  throw new HttpProblem('invalid-request', { faults });
}
