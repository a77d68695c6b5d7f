import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ImageSource, readImage } from './image-source.ts';

const bytes = Buffer.from('as good as an image');
const limit = 5 * 1024 * 1024;
let folder: string;
let path: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sdk-images-'));
  path = join(folder, 'front.jpg');
  writeFileSync(path, bytes);
});
afterAll(() => rmSync(folder, { recursive: true }));

it.each<[string, () => ImageSource]>([
  ['a path', () => path],
  ['a file URL', () => pathToFileURL(path)],
  ['a buffer', () => bytes],
  ['a blob', () => new Blob([bytes])],
  ['a stream of Node', () => Readable.from([bytes.subarray(0, 5), bytes.subarray(5)])],
  ['a stream of the web', () => new Blob([bytes]).stream()],
])('an image is read from %s', async (_, source) => {
  expect(Buffer.from(await (await readImage('front', source())).arrayBuffer())).toEqual(bytes);
});

it('an image of exactly the limit is taken', async () => {
  expect((await readImage('back', new Uint8Array(limit))).size).toBe(limit);
});

it('reading ends where an image becomes too large', async () => {
  let given = 0;
  async function* endless(): AsyncGenerator<Uint8Array> {
    for (;;) {
      given += 1;
      yield new Uint8Array(1024 * 1024);
    }
  }
  await expect(readImage('face1', endless())).rejects.toMatchObject({ code: 'image-too-large', image: 'face1' });
  expect(given).toBe(6);
});

it('a file that is not there is named by its image', async () => {
  const reading = readImage('face2', join(folder, 'none.jpg'));
  await expect(reading).rejects.toMatchObject({ code: 'image-unreadable', image: 'face2', cause: { code: 'ENOENT' } });
});
