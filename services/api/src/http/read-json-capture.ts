import { type ImageName, imageNames } from '@identity-events/shared/contracts/capture';
import type { Request, Response } from 'express';
import type { UncheckedCapture } from '../captures/check-capture.ts';
import { HttpProblem } from './problem.ts';
import { jsonReader } from './read-json.ts';

/** Five images of 5 MiB in base64, and room for the other fields. */
export const jsonBytesMax = 36 * 1024 * 1024;

const readJson = jsonReader(jsonBytesMax);

/** Reads a capture sent as one JSON object; images are base64 strings under their names. */
export async function readJsonCapture(request: Request, response: Response): Promise<UncheckedCapture> {
  // Without a prototype that a member named __proto__ could set.
  const fields: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  const images = new Map<ImageName, Uint8Array>();
  for (const [name, value] of Object.entries(await readJson(request, response))) {
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
