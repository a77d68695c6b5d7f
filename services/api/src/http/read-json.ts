import express, { type Request, type Response } from 'express';
import { hasJsonShape } from './json-shape.ts';
import { HttpProblem } from './problem.ts';

/** A thousand links with every field take a tenth of it. */
const shapeMax = { depthMax: 8, valuesMax: 100_000 };

/**
 * Reads bodies of up to `bytesMax` that are one JSON object each, in UTF-8, not deeper than 8 and of 100,000 values at the most.
 * It throws `malformed-body` and what body-parser throws.
 */
export function jsonReader(bytesMax: number) {
  const parse = express.json({ limit: bytesMax, strict: true, inflate: false, type: () => true, verify });
  return async (request: Request, response: Response): Promise<Readonly<Record<string, unknown>>> => {
    await new Promise<void>((resolve, reject) => {
      parse(request, response, (error?: unknown) => (error ? reject(error) : resolve()));
    });
    const body: unknown = request.body;
    if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as Record<string, unknown>;
    throw new HttpProblem('malformed-body', { detail: 'Send one JSON object.' });
  };
}

/** What is thrown here body-parser tells as `entity.verify.failed`. */
function verify(_request: unknown, _response: unknown, bytes: Buffer, encoding: string): void {
  if (encoding !== 'utf-8' || !hasJsonShape(bytes, shapeMax)) throw new Error('The body is not what is read here.');
}
