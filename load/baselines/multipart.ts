/**
 * Baseline for images: a bare multipart parser that writes each file to disk as it comes. `/plain` leaves the bytes to the
 * system's cache; `/flushed` waits until they are on the disk, as the API does before its 202.
 */
import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { pipeline } from 'node:stream/promises';
import busboy from 'busboy';
import express, { type Request } from 'express';
import { listen } from './listen.ts';

const root = process.env['CAPTURE_STORE_DIR'] ?? '';

async function store(request: Request, flush: boolean): Promise<string> {
  const id = randomUUID();
  const folder = join(root, id);
  await mkdir(folder, { recursive: true });
  const writes: Promise<void>[] = [];
  const parser = busboy({ headers: request.headers });
  parser.on('file', (name, stream) => writes.push(pipeline(stream, createWriteStream(join(folder, name), { flush }))));
  await pipeline(request, parser);
  await Promise.all(writes);
  return id;
}

const app = express();
for (const [path, flush] of [
  ['/plain', false],
  ['/flushed', true],
] as const) {
  app.post(path, async (request, response) => {
    response.status(202).json({ id: await store(request, flush), status: 'queued' });
  });
}

listen(app);
