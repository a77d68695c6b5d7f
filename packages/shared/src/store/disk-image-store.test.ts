import { mkdir, mkdtemp, readdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ImageName } from '../contracts/capture.ts';
import { createDiskImageStore } from './disk-image-store.ts';
import type { ImageOwner, ImageStore } from './image-store.ts';
import { createSealer } from './seal.ts';

const sealer = createSealer(`k1:${Buffer.alloc(32, 7).toString('base64')}`);
const owner = { tenant: 'demo', captureId: 'cap_0123' };
const images = new Map<ImageName, Uint8Array>([
  ['front', Buffer.from('front side of the card')],
  ['back', Buffer.from('back side of the card')],
]);
let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'images-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

it('gives back what was put, until it is removed', async () => {
  const store = createDiskImageStore(root, sealer);
  await store.put(owner, images);
  expect((await store.get(owner, 'front')).toString()).toBe('front side of the card');
  await store.remove(owner);
  await expect(store.get(owner, 'front')).rejects.toMatchObject({ code: 'image_missing', retriable: false });
  await store.remove(owner);
});

it('keeps images encrypted, and under no other name than their own', async () => {
  const store = createDiskImageStore(root, sealer);
  await store.put(owner, images);
  const files = (await readdir(root, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  expect(files.map((file) => file.name).sort()).toEqual(['back', 'front']);
  for (const file of files) {
    expect((await readFile(join(file.parentPath, file.name))).toString('latin1')).not.toContain('side of the card');
  }
  const folder = files[0]?.parentPath ?? '';
  await rename(join(folder, 'front'), join(folder, 'face1'));
  await expect(store.get(owner, 'face1')).rejects.toMatchObject({ code: 'seal_broken' });
});

it('leaves nothing behind when it can not put everything', async () => {
  const store = createDiskImageStore(root, sealer);
  await store.put(owner, images);
  await expect(store.put(owner, images)).rejects.toMatchObject({ code: 'image_store_failed', retriable: true });
  const parts = (await readdir(root, { recursive: true })).filter((name) => name.includes('.part'));
  expect(parts).toEqual([]);
  expect((await store.get(owner, 'back')).toString()).toBe('back side of the card');
});

const hourMs = 3_600_000;
async function listed(store: ImageStore, before: number): Promise<ImageOwner[]> {
  const owners: ImageOwner[] = [];
  for await (const owner of store.listOwners(before)) owners.push(owner);
  return owners;
}
const age = (path: string): Promise<void> => utimes(path, new Date(Date.now() - hourMs), new Date(Date.now() - hourMs));

it('lists whose images are older than asked, half-stored ones included, and no other folder', async () => {
  const store = createDiskImageStore(root, sealer);
  const [old, fresh, half] = ['cap_01aa', 'cap_01bb', 'cap_01cc'].map((captureId) => ({ tenant: 'demo', captureId }));
  if (!old || !fresh || !half) expect.fail();
  await store.put(old, images);
  await store.put(fresh, images);
  await mkdir(join(root, 'demo/cc/cap_01cc.part'), { recursive: true });
  await mkdir(join(root, 'demo/cc/backup-of-somebody'));
  await mkdir(join(root, 'demo/zz/cap_01aa'), { recursive: true });
  await writeFile(join(root, 'demo/cc/cap_01dd'), 'no folder');
  const aged = ['aa/cap_01aa', 'cc/cap_01cc.part', 'cc/backup-of-somebody', 'zz/cap_01aa', 'cc/cap_01dd'];
  await Promise.all(aged.map((path) => age(join(root, 'demo', path))));

  const owners = await listed(store, Date.now() - hourMs / 2);
  expect(owners.toSorted((a, b) => a.captureId.localeCompare(b.captureId))).toEqual([old, half]);
  await Promise.all(owners.map((owner) => store.remove(owner)));
  expect(await listed(store, Date.now() - hourMs / 2)).toEqual([]);
  expect(await listed(store, Date.now() + hourMs)).toEqual([fresh]);
});

it('lists nothing where nothing was ever stored, and says when it can not look', async () => {
  expect(await listed(createDiskImageStore(join(root, 'none'), sealer), Date.now())).toEqual([]);
  await writeFile(join(root, 'file'), '');
  const broken = createDiskImageStore(join(root, 'file'), sealer);
  await expect(listed(broken, Date.now())).rejects.toMatchObject({ code: 'image_store_failed' });
});
