import type { ParameterFault } from '@identity-events/shared/contracts/problems';
import type { Request } from 'express';
import type { z } from 'zod';
import { HttpProblem } from './problem.ts';

/**
 * The query of a request, held against a schema. Throws the problem `invalid-query`, which names every faulty
 * parameter and never a value.
 */
export function readQuery<T extends z.ZodType>(request: Request, schema: T): z.output<T> {
  const parsed = schema.safeParse(request.query, { reportInput: false });
  if (parsed.success) return parsed.data;
  throw new HttpProblem('invalid-query', { parameters: parsed.error.issues.flatMap(toFaults) });
}

function toFaults(issue: z.core.$ZodIssue): ParameterFault[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((parameter) => ({ parameter, detail: 'is not a parameter of this call' }));
  }
  return [{ parameter: issue.path.join('.'), detail: issue.message }];
}
