import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { afterAll, beforeEach, expect, it, onTestFinished } from 'vitest';
import { createDiskImageStore } from './disk-image-store.ts';
import { contractSealer } from './image-store.contract.ts';
import type { ImageStore, SealedImages } from './image-store.ts';
import { createImageUsage, readImageUsage } from './image-usage.ts';
import { meterImages } from './meter-images.ts';
import { openTestRedis } from './redis.fixture.ts';

let redis: Redis;
beforeEach(async () => {
  await redis?.quit();
  redis = await openTestRedis(16);
});
afterAll(() => redis.quit());

const owner = (captureId: string, tenant = 'demo') => ({ tenant, captureId });
const images = (bytes: number): SealedImages => new Map([['front', { bytes, parts: [Buffer.alloc(bytes + 50)] }]]);
const usage = async () => {
  const [demo, other] = await readImageUsage(redis, ['demo', 'other']);
  return { demo, other };
};

async function open(bytesMax?: number): Promise<ImageStore> {
  const root = await mkdtemp(join(tmpdir(), 'images-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  return meterImages(createDiskImageStore(root, contractSealer), createImageUsage(redis, bytesMax));
}

it('bytes are counted by tenant while their images wait, each once', async () => {
  const store = await open();
  await store.put(owner('cap_01'), images(100));
  await store.put(owner('cap_02'), images(50));
  await store.put(owner('cap_03', 'other'), images(7));
  expect(await usage()).toEqual({ demo: 150, other: 7 });
  for (const id of ['cap_01', 'cap_01', 'cap_04']) await store.remove(owner(id));
  await store.remove(owner('cap_03', 'other'));
  expect(await usage()).toEqual({ demo: 50, other: 0 });
});

it('what would be too much is refused before it is stored, and is taken once there is room', async () => {
  const store = await open(150);
  await store.put(owner('cap_01'), images(100));
  const refused = { code: 'image_store_overloaded', retriable: true };
  await expect(store.put(owner('cap_02', 'other'), images(51))).rejects.toMatchObject(refused);
  await expect(store.get(owner('cap_02', 'other'), 'front')).rejects.toMatchObject({ code: 'image_missing' });
  expect(await usage()).toEqual({ demo: 100, other: 0 });
  await store.remove(owner('cap_01'));
  await store.put(owner('cap_02', 'other'), images(51));
  expect(await usage()).toEqual({ demo: 0, other: 51 });
});

it('many at once take no more room than there is', async () => {
  const store = await open(1_000);
  const ids = Array.from({ length: 40 }, (_, n) => `cap_${n + 10}`);
  const taken = await Promise.allSettled(ids.map((id) => store.put(owner(id), images(100))));
  expect(taken.filter(({ status }) => status === 'fulfilled')).toHaveLength(10);
  expect(await usage()).toEqual({ demo: 1_000, other: 0 });
});

it('images that could not be stored take no room', async () => {
  const store = await open();
  await store.put(owner('cap_01'), images(10));
  await redis.flushdb();
  await expect(store.put(owner('cap_01'), images(10))).rejects.toMatchObject({ code: 'image_store_failed' });
  expect(await usage()).toEqual({ demo: 0, other: 0 });
});

it('room that was taken by who then stored nothing is found by its age, and given back', async () => {
  const store = await open();
  await createImageUsage(redis).reserve(owner('cap_01', 'other'), 100);
  const listed = (before: number) => Array.fromAsync(store.listOwners(before));
  expect(await listed(Date.now() - 60_000)).toEqual([]);
  expect(await listed(Date.now() + 60_000)).toEqual([owner('cap_01', 'other')]);
  await store.remove(owner('cap_01', 'other'));
  expect(await usage()).toEqual({ demo: 0, other: 0 });
  expect(await listed(Date.now() + 60_000)).toEqual([]);
});
