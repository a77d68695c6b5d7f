import { captureLimits, type ImageName, imageNames } from '@identity-events/shared/contracts/capture';
import { freeMemory } from '@identity-events/shared/runtime/free-memory';
import busboy from 'busboy';
import type { Request } from 'express';
import type { UncheckedCapture } from '../captures/check-capture.ts';
import { HttpProblem } from './problem.ts';

/** Five images of 5 MiB and room for the fields and boundaries. */
export const multipartBytesMax = imageNames.length * captureLimits.imageBytesMax + 256 * 1024;

const limits: busboy.Limits = {
  // One byte more than allowed arrives, so that an image of exactly the limit is told from one above it.
  fileSize: captureLimits.imageBytesMax + 1,
  files: imageNames.length,
  fields: 16,
  parts: imageNames.length + 16,
  fieldNameSize: 64,
  fieldSize: captureLimits.userTokenCharsMax + 1,
  headerPairs: 16,
};

/**
 * Reads a capture sent as `multipart/form-data`: fields as text parts, images as file parts under their names.
 * Nothing of the client's file names or part types is used. Throws `malformed-body` or `body-too-large`.
 */
export async function readMultipartCapture(request: Request): Promise<UncheckedCapture> {
  const fields = new Map<string, string>();
  const images = new Map<ImageName, Uint8Array>();
  const arrived: Buffer[] = [];
  await new Promise<void>((resolve, reject) => {
    const parser = openParser(request);
    const fail = (error: HttpProblem): void => {
      request.unpipe(parser);
      request.resume();
      reject(error);
    };
    parser.on('field', (name, value) => {
      if (fields.has(name) || isImageName(name))
        fail(malformed(`The part ${JSON.stringify(name)} is not one text field.`));
      else fields.set(name, value);
    });
    parser.on('file', (name, stream) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        arrived.push(chunk);
      });
      stream.on('error', () => fail(malformed('The body ended in the middle of a file.')));
      stream.on('close', () => {
        if (isImageName(name) && !images.has(name)) images.set(name, Buffer.concat(chunks));
        else fail(malformed(`The file ${JSON.stringify(name)} is not one of ${imageNames.join(', ')}, each once.`));
      });
    });
    for (const event of ['filesLimit', 'fieldsLimit', 'partsLimit'] as const) {
      parser.on(event, () => fail(new HttpProblem('body-too-large', { detail: 'The body has too many parts.' })));
    }
    parser.on('error', () => fail(malformed('The multipart body is not well-formed.')));
    parser.on('close', resolve);
    request.on('aborted', () => fail(malformed('The body ended early.')));
    request.pipe(parser);
  });
  // Here, and not earlier: the end of one image and the start of the next may have arrived together. What comes behind this request's
  // body is in other memory: Node's parser copies the bytes of each.
  freeMemory(arrived);
  return { fields: Object.fromEntries(fields), images };
}

function openParser(request: Request): busboy.Busboy {
  try {
    return busboy({ headers: request.headers, limits, defParamCharset: 'utf8' });
  } catch {
    throw malformed('The Content-Type header names no usable boundary.');
  }
}

function malformed(detail: string): HttpProblem {
  return new HttpProblem('malformed-body', { detail });
}

function isImageName(name: string): name is ImageName {
  return (imageNames as readonly string[]).includes(name);
}
