import { mkdir, mkdtemp, readdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ImageName } from '../contracts/capture.ts';
import { createDiskImageStore } from './disk-image-store.ts';
import { contractSealer, imageStoreContract, listed } from './image-store.contract.ts';
import type { ImageOwner, ImageStore } from './image-store.ts';

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

/** Fills the place of an image half-stored, so that it can't be written. */
async function failing({ tenant, captureId }: ImageOwner): Promise<ImageStore> {
  await mkdir(join(root, tenant, captureId.slice(-2), `${captureId}.part`, 'back'), { recursive: true });
  return createDiskImageStore(root, contractSealer);
}

async function stored(): Promise<Map<string, Buffer>> {
  const files = (await readdir(root, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const paths = files.map((file) => join(file.parentPath, file.name)).filter((path) => !path.endsWith('no-folder'));
  return new Map(await Promise.all(paths.map(async (path) => [path, await readFile(path)] as const)));
}

describe('a folder keeps the promises of the port:', () => {
  imageStoreContract(async () => {
    await writeFile(join(root, 'no-folder'), '');
    return {
      store: createDiskImageStore(root, contractSealer),
      stored,
      move: rename,
      litter: async () => {
        await mkdir(join(root, 'demo/cc/backup-of-somebody'), { recursive: true });
        await mkdir(join(root, 'demo/zz/cap_01aa'), { recursive: true });
        await writeFile(join(root, 'demo/cc/cap_01dd'), 'no folder');
      },
      failing,
      away: createDiskImageStore(join(root, 'no-folder'), contractSealer),
    };
  });
});

it('refuses to put a capture again, and keeps what is there', async () => {
  const store = createDiskImageStore(root, contractSealer);
  await store.put(owner, images);
  await expect(store.put(owner, images)).rejects.toMatchObject({ code: 'image_store_failed', retriable: true });
  expect((await store.get(owner, 'back')).toString()).toBe('back side of the card');
});

const hourMs = 3_600_000;
const age = (path: string): Promise<void> => utimes(path, new Date(Date.now() - hourMs), new Date(Date.now() - hourMs));

it('lists half-stored images, too', async () => {
  const store = createDiskImageStore(root, contractSealer);
  const [old, fresh, half] = ['cap_01aa', 'cap_01bb', 'cap_01cc'].map((captureId) => ({ tenant: 'demo', captureId }));
  if (!old || !fresh || !half) expect.fail();
  await store.put(old, images);
  await store.put(fresh, images);
  await mkdir(join(root, 'demo/cc/cap_01cc.part'), { recursive: true });
  const aged = ['aa/cap_01aa', 'cc/cap_01cc.part'];
  await Promise.all(aged.map((path) => age(join(root, 'demo', path))));

  const owners = await listed(store, Date.now() - hourMs / 2);
  expect(owners).toEqual([old, half]);
  await Promise.all(owners.map((owner) => store.remove(owner)));
  expect(await listed(store, Date.now() - hourMs / 2)).toEqual([]);
  expect(await listed(store, Date.now() + hourMs)).toEqual([fresh]);
});

it('lists nothing where nothing was ever stored', async () => {
  expect(await listed(createDiskImageStore(join(root, 'none'), contractSealer), Date.now())).toEqual([]);
});
