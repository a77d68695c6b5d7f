import { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import type { Request, Response } from 'express';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { checkCapture } from '../captures/check-capture.ts';
import { jpegOf, pngOf } from '../captures/image.fixture.ts';
import { HttpProblem } from './problem.ts';
import { readJsonCapture } from './read-json-capture.ts';
import { readMultipartCapture } from './read-multipart-capture.ts';
import { toProblem } from './to-problem.ts';

/** Bodies of each sort; more on demand. */
const runs = Number(process.env['FUZZ_RUNS'] ?? 50_000);
const timeoutMs = 60_000 + runs;

/** A request with that body, which arrives in pieces. */
function requestOf(body: Buffer, contentType: string, cuts: readonly number[]): Request {
  const request = new IncomingMessage(new PassThrough() as unknown as Socket);
  const places = [0, ...cuts.map((cut) => cut % (body.length + 1)).sort((a, b) => a - b), body.length];
  places.forEach((place, index) => {
    if (index > 0) request.push(body.subarray(places[index - 1], place));
  });
  request.push(null);
  request.complete = true;
  request.headers = { 'content-type': contentType, 'content-length': String(body.length) };
  return request as Request;
}

/** True when the body could be read, whatever its check says; false when it was refused as foreseen. Anything else is thrown. */
async function isRead(request: Request): Promise<boolean> {
  try {
    const multipart = request.headers['content-type']?.startsWith('multipart/') ?? false;
    const unchecked = await (multipart ? readMultipartCapture(request) : readJsonCapture(request, {} as Response));
    checkCapture(unchecked, 0);
    return true;
  } catch (error) {
    const { problem } = error instanceof HttpProblem ? error : toProblem(error);
    if (!foreseen.has(problem)) throw error;
    return false;
  }
}

const foreseen = new Set(['malformed-body', 'body-too-large', 'unsupported-media-type', 'invalid-capture']);
const names = fc.constantFrom(
  'kind',
  'subject',
  'userToken',
  'transactionId',
  'front',
  'face1',
  '__proto__',
  'constructor',
  'x',
);
const images = fc.oneof(
  fc.tuple(fc.nat(9_000), fc.nat(9_000)).map(([width, height]) => pngOf(width, height)),
  fc.tuple(fc.nat(9_000), fc.nat(9_000)).map(([width, height]) => jpegOf(width, height)),
  fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.concat([jpegOf(1, 1).subarray(0, 4), bytes])),
  fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.concat([pngOf(1, 1).subarray(0, 8), bytes])),
);
const values = fc.oneof(
  fc.constantFrom('link', 'national_id', 'national_id_ocr', '3f2504e0-4f89-41d3-9a0c-0305e82c3301', 'token'),
  fc.string({ unit: 'binary', maxLength: 40 }),
  images.map((image) => image.toString('base64')),
);
const cuts = fc.array(fc.nat(2_000), { maxLength: 4 });

/** Changes some bytes of what was well-formed. */
const spoilt = (bodies: fc.Arbitrary<Buffer>): fc.Arbitrary<Buffer> =>
  fc
    .tuple(bodies, fc.array(fc.tuple(fc.nat(2_000), fc.nat(255)), { maxLength: 3 }), fc.option(fc.nat(2_000)))
    .map(([body, changes, end]) => {
      const copy = Buffer.from(body);
      for (const [at, byte] of changes) if (copy.length > 0) copy[at % copy.length] = byte;
      return end === null ? copy : copy.subarray(0, end);
    });

const json = fc.oneof(
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  spoilt(
    fc
      .dictionary(names, fc.oneof(values, fc.jsonValue({ maxDepth: 2 })))
      .map((body) => Buffer.from(JSON.stringify(body))),
  ),
);

const partHeads = fc.oneof(
  names.map((name) => `form-data; name="${name}"`),
  fc.tuple(names, fc.string({ maxLength: 12 })).map(([name, file]) => `form-data; name="${name}"; filename="${file}"`),
  names.map((name) => `form-data; name="${name}"; filename*=UTF-8''..%2f%c0%af`),
  fc.string({ maxLength: 30 }),
);
const part = fc
  .tuple(
    partHeads,
    fc.oneof(
      values.map((value) => Buffer.from(value)),
      images,
    ),
  )
  .map(([head, bytes]) =>
    Buffer.concat([Buffer.from(`--b\r\nContent-Disposition: ${head}\r\n\r\n`), bytes, Buffer.from('\r\n')]),
  );
const multipart = spoilt(
  fc.array(part, { maxLength: 5 }).map((parts) => Buffer.concat([...parts, Buffer.from('--b--\r\n')])),
);

it.each([
  ['JSON', json, 'application/json'],
  ['parts', multipart, 'multipart/form-data; boundary=b'],
])(
  'a body of %s, whatever is in it, is read, or refused for a reason that was foreseen',
  async (_, bodies, type) => {
    const counts = { read: 0, refused: 0 };
    const property = fc.asyncProperty(bodies, cuts, async (body, places) => {
      counts[(await isRead(requestOf(body, type, places))) ? 'read' : 'refused'] += 1;
    });
    await fc.assert(property, { numRuns: runs, timeout: 5_000 });
    // Bodies of which all end in the same way would try out little.
    expect(Math.min(counts.read, counts.refused)).toBeGreaterThan(runs / 20);
  },
  timeoutMs,
);
