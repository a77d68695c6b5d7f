import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import process from 'node:process';
import type { Worker } from 'node:worker_threads';
import type { ImageName } from '@identity-events/shared/contracts/capture';
import { createLifecycle } from '@identity-events/shared/runtime/lifecycle';
import type { Logger } from '@identity-events/shared/runtime/logger';
import { imageContext, type SealedImage } from '@identity-events/shared/store/image-store';
import { createSealer } from '@identity-events/shared/store/seal';
import { expect, it, onTestFinished } from 'vitest';
import { fingerprintOf, type SealSubmission, type Submission } from '../captures/seal-submission.ts';
import { openSealingThread } from './open-sealing-thread.ts';

const keyRing = `k1:${Buffer.alloc(32, 7).toString('base64')}`;
const sealer = createSealer(keyRing);
const largest = 5 * 1024 * 1024;

async function open(ring = keyRing): Promise<{ seal: SealSubmission; logged: string[] }> {
  const logged: string[] = [];
  const line = (message: string): void => void logged.push(message);
  const logger: Logger = { debug: line, info: line, warn: line, error: line };
  const lifecycle = createLifecycle(logger);
  onTestFinished(async () => void (await lifecycle.stop(5_000)));
  return { seal: await openSealingThread({ keyRing: ring, logger, releases: lifecycle }), logged };
}

function submissionOf(images: ReadonlyMap<ImageName, Uint8Array>, captureId = 'cap_01'): Submission {
  const fields = { kind: 'national_id', subject: 'user-1', lane: 'interactive', userToken: 'token' } as const;
  return { owner: { tenant: 'demo', captureId }, fields, images };
}

const sealedForm = ({ parts }: SealedImage): Buffer => Buffer.concat(parts);

it.each([
  ['small', 100],
  ['of a piece and a bit', 64 * 1024 + 1],
  ['of the largest size', largest],
])(
  'images %s come back sealed as their capture’s, with the fingerprint that they would have here',
  async (_, bytes) => {
    const { seal } = await open();
    const images = new Map<ImageName, Uint8Array>([
      ['front', randomBytes(bytes)],
      ['back', randomBytes(bytes)],
    ]);
    const copies = new Map([...images].map(([name, image]) => [name, Buffer.from(image)]));
    const submission = submissionOf(images);
    const sealed = await seal(submission);
    expect(sealed.fingerprint).toBe(fingerprintOf(submission.fields, copies));
    expect([...sealed.images.keys()]).toEqual(['front', 'back']);
    for (const [name, image] of sealed.images) {
      expect(image.bytes).toBe(bytes);
      const opened = sealer.open(sealedForm(image), imageContext(submission.owner, name));
      expect(opened.equals(copies.get(name) ?? Buffer.alloc(0)), name).toBe(true);
    }
  },
);

it('large images are moved to the thread, not copied; small ones share their memory with others and stay', async () => {
  const { seal } = await open();
  const [large, small] = [randomBytes(200_000), Buffer.from('small')];
  await seal(
    submissionOf(
      new Map<ImageName, Uint8Array>([
        ['front', large],
        ['back', small],
      ]),
    ),
  );
  expect([large.byteLength, String(small)]).toEqual([0, 'small']);
});

it('many submissions at once each get what is theirs', async () => {
  const { seal } = await open();
  const ids = Array.from({ length: 60 }, (_, n) => `cap_${n + 10}`);
  const sealed = await Promise.all(
    ids.map((id) => seal(submissionOf(new Map([['face1', Buffer.alloc(100_000, id)]]), id))),
  );
  expect(new Set(sealed.map(({ fingerprint }) => fingerprint)).size).toBe(ids.length);
  ids.forEach((captureId, at) => {
    const image = sealed[at]?.images.get('face1');
    const opened = image && sealer.open(sealedForm(image), imageContext({ tenant: 'demo', captureId }, 'face1'));
    expect(opened?.equals(Buffer.alloc(100_000, captureId)), captureId).toBe(true);
  });
});

it('a submission that can not be sealed fails alone', async () => {
  const { seal, logged } = await open();
  const good = (): Submission => submissionOf(new Map([['front', Buffer.from('x')]]));
  const wrong = submissionOf(new Map([['front', 7 as unknown as Uint8Array]]));
  const [before, failed, after] = await Promise.allSettled([seal(good()), seal(wrong), seal(good())]);
  expect([before.status, failed.status, after.status]).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(logged).toEqual([]);
});

it('is not ready when its thread can not begin', async () => {
  await expect(open('no key ring')).rejects.toMatchObject({ code: 'key_ring_invalid' });
});

it('a thread that ends before its time fails what it had; another goes on with what waits', async () => {
  const begun = once(process, 'worker');
  const { seal } = await open();
  const [thread] = (await begun) as [Worker];
  // It runs nothing from here on, but is taken for alive until its end is told.
  const ended = thread.terminate();
  const submissions = ['cap_10', 'cap_11'].map((id) => submissionOf(new Map([['front', Buffer.from('x')]]), id));
  const results = await Promise.allSettled(submissions.map(seal));
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
  await ended;
});
