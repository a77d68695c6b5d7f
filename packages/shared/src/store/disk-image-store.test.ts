import { mkdir, mkdtemp, readdir, readFile, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ImageName, imageNames } from '../contracts/capture.ts';
import { createDiskImageStore } from './disk-image-store.ts';
import { findImage, imageHead } from './image-file.ts';
import { contractSealer, imageStoreContract, listed, sealed } from './image-store.contract.ts';
import { type ImageOwner, type ImageStore, imageContext } from './image-store.ts';

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

/** Fails when it writes `back`, which the system does not take; the file is there by then. */
function failing(): ImageStore {
  const store = createDiskImageStore(root, contractSealer);
  const unwritable = { bytes: 1, parts: [{ byteLength: 1 } as Uint8Array] };
  return { ...store, put: (owner, images) => store.put(owner, new Map([...images, ['back', unwritable]])) };
}

/** The images in all files, each under the path of its file and its own name. */
async function stored(): Promise<Map<string, Buffer>> {
  const files = (await readdir(root, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const paths = files.map((file) => join(file.parentPath, file.name)).filter((path) => !path.endsWith('no-folder'));
  const read = await Promise.all(paths.map(async (path) => [...(await imagesOf(path))]));
  return new Map(read.flat().map(([path, image]) => [path, image]));
}

async function imagesOf(path: string): Promise<Map<string, Buffer>> {
  const bytes = await readFile(path).catch(() => imageHead(new Map()));
  const places = imageNames.map((name) => [name, findImage(bytes, name)] as const);
  return new Map(
    places.flatMap(([name, place]) =>
      place ? [[join(path, name), bytes.subarray(place.position, place.position + place.length)] as const] : [],
    ),
  );
}

async function writeImages(path: string, images: ReadonlyMap<string, Buffer>): Promise<void> {
  const own = imageNames.flatMap((name) => {
    const image = images.get(join(path, name));
    return image ? [[name, image] as const] : [];
  });
  const head = imageHead(new Map(own.map(([name, { byteLength }]) => [name, byteLength])));
  await writeFile(path, Buffer.concat([head, ...own.map(([, image]) => image)]));
}

async function move(from: string, to: string): Promise<void> {
  const image = (await stored()).get(from) ?? Buffer.alloc(0);
  for (const [place, change] of [
    [from, (images: Map<string, Buffer>) => images.delete(from)],
    [to, (images: Map<string, Buffer>) => images.set(to, image)],
  ] as const) {
    const images = await imagesOf(dirname(place));
    change(images);
    await writeImages(dirname(place), images);
  }
}

/** As earlier versions left them: a folder a capture, a file an image. */
async function putAsBefore({ tenant, captureId }: ImageOwner, suffix = ''): Promise<string> {
  const folder = join(root, tenant, captureId.slice(-2), `${captureId}${suffix}`);
  await mkdir(folder, { recursive: true });
  for (const [name, image] of images) {
    await writeFile(join(folder, name), contractSealer.seal(image, imageContext({ tenant, captureId }, name)));
  }
  return folder;
}

describe('a folder keeps the promises of the port:', () => {
  imageStoreContract(async () => {
    await writeFile(join(root, 'no-folder'), '');
    return {
      store: createDiskImageStore(root, contractSealer),
      stored,
      move,
      litter: async () => {
        await mkdir(join(root, 'demo/cc/backup-of-somebody'), { recursive: true });
        await mkdir(join(root, 'demo/zz/cap_01aa'), { recursive: true });
        await writeFile(join(root, 'demo/cc/readme'), 'of somebody else');
      },
      failing: () => Promise.resolve(failing()),
      away: createDiskImageStore(join(root, 'no-folder'), contractSealer),
    };
  });
});

it('refuses to put a capture again, and keeps what is there', async () => {
  const store = createDiskImageStore(root, contractSealer);
  await store.put(owner, sealed(owner, images));
  await expect(store.put(owner, sealed(owner, images))).rejects.toMatchObject({
    code: 'image_store_failed',
    retriable: true,
  });
  expect((await store.get(owner, 'back')).toString()).toBe('back side of the card');
});

it.each([
  ['cut short', (path: string) => truncate(path, 30)],
  ['emptied', (path: string) => truncate(path, 0)],
  ['of another form', (path: string) => writeFile(path, Buffer.alloc(1_000, 1))],
])('opens nothing of a file that was %s', async (_, damage) => {
  const store = createDiskImageStore(root, contractSealer);
  await store.put(owner, sealed(owner, images));
  await damage(join(root, 'demo/23/cap_0123'));
  await expect(store.get(owner, 'back')).rejects.toMatchObject({ code: 'seal_broken', retriable: false });
});

it('reads and removes what earlier versions put, and does not put it again', async () => {
  const store = createDiskImageStore(root, contractSealer);
  await putAsBefore(owner);
  await expect(store.put(owner, sealed(owner, images))).rejects.toMatchObject({ code: 'image_store_failed' });
  expect((await store.get(owner, 'back')).toString()).toBe('back side of the card');
  await expect(store.get(owner, 'face1')).rejects.toMatchObject({ code: 'image_missing' });
  await store.remove(owner);
  await expect(store.get(owner, 'back')).rejects.toMatchObject({ code: 'image_missing' });
});

const hourMs = 3_600_000;
const age = (path: string): Promise<void> => utimes(path, new Date(Date.now() - hourMs), new Date(Date.now() - hourMs));

it('lists what earlier versions put, half-stored images, too', async () => {
  const store = createDiskImageStore(root, contractSealer);
  const owners = ['cap_01aa', 'cap_01bb', 'cap_01cc', 'cap_01dd'].map((captureId) => ({ tenant: 'demo', captureId }));
  const [old, fresh, half, before] = owners;
  if (!old || !fresh || !half || !before) expect.fail();
  for (const one of [old, fresh]) await store.put(one, sealed(one, images));
  for (const path of [join(root, 'demo/aa/cap_01aa'), await putAsBefore(half, '.part'), await putAsBefore(before)]) {
    await age(path);
  }

  expect(await listed(store, Date.now() - hourMs / 2)).toEqual([old, half, before]);
  await Promise.all([old, half, before].map((one) => store.remove(one)));
  expect(await listed(store, Date.now() + hourMs)).toEqual([fresh]);
});

it('lists nothing where nothing was ever stored', async () => {
  expect(await listed(createDiskImageStore(join(root, 'none'), contractSealer), Date.now())).toEqual([]);
});
