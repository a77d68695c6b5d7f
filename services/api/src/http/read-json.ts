import express, { type Request, type Response } from 'express';
import { HttpProblem } from './problem.ts';

/** Reads bodies of up to `bytesMax` that are one JSON object each. It throws `malformed-body` and what body-parser throws. */
export function jsonReader(bytesMax: number) {
  const parse = express.json({ limit: bytesMax, strict: true, inflate: false, type: () => true });
  return async (request: Request, response: Response): Promise<Readonly<Record<string, unknown>>> => {
    await new Promise<void>((resolve, reject) => {
      parse(request, response, (error?: unknown) => (error ? reject(error) : resolve()));
    });
    const body: unknown = request.body;
    if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as Record<string, unknown>;
    throw new HttpProblem('malformed-body', { detail: 'Send one JSON object.' });
  };
}
