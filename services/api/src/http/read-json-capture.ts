import { type ImageName, imageNames } from '@identity-events/shared/contracts/capture';
import express, { type Request, type Response } from 'express';
import type { UncheckedCapture } from '../captures/check-capture.ts';
import { HttpProblem } from './problem.ts';

/** Five images of 5 MiB in base64, and room for the other fields. */
export const jsonBytesMax = 36 * 1024 * 1024;

const parseJson = express.json({ limit: jsonBytesMax, strict: true, inflate: false, type: () => true });

/** Reads a capture sent as one JSON object; images are base64 strings under their names. */
export async function readJsonCapture(request: Request, response: Response): Promise<UncheckedCapture> {
  await new Promise<void>((resolve, reject) => {
    parseJson(request, response, (error?: unknown) => (error ? reject(error) : resolve()));
  });
  const body: unknown = request.body;
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new HttpProblem('malformed-body', { detail: 'Send one JSON object.' });
  }
  const fields: Record<string, unknown> = {};
  const images = new Map<ImageName, Uint8Array>();
  for (const [name, value] of Object.entries(body)) {
    if (isImageName(name) && typeof value === 'string') images.set(name, decodeBase64(name, value));
    else fields[name] = value;
  }
  return { fields, images };
}

function isImageName(name: string): name is ImageName {
  return (imageNames as readonly string[]).includes(name);
}

/** Node skips what is not base64; a length that does not come out tells. */
function decodeBase64(name: ImageName, text: string): Buffer {
  const bytes = Buffer.from(text, 'base64');
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  if (text.length % 4 !== 0 || bytes.length !== (text.length / 4) * 3 - padding) {
    throw new HttpProblem('invalid-capture', {
      faults: [
        { field: name, kind: 'invalid', detail: 'is not base64 (RFC 4648, with padding, without a data: prefix)' },
      ],
    });
  }
  return bytes;
}
