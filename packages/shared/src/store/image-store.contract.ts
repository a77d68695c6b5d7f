import { expect, it } from 'vitest';
import type { ImageName } from '../contracts/capture.ts';
import type { ImageOwner, ImageStore, SealedImages } from './image-store.ts';
import { createSealer, type Sealer } from './seal.ts';
import { sealImages } from './seal-images.ts';

/** A store of its own for one test, and ways behind its back. */
export interface HeldImageStore {
  readonly store: ImageStore;
  /** Every stored image: where it is, and its bytes. */
  stored(): Promise<ReadonlyMap<string, Buffer>>;
  /** Moves what is stored in one place to another, the last part of its name being the image's. */
  move(from: string, to: string): Promise<void>;
  /** Puts something that is no image of a capture beside those. */
  litter(): Promise<void>;
  /** The same store, in which this owner's image `back` can't be written. */
  failing(owner: ImageOwner): Promise<ImageStore>;
  /** The same port where no store is. */
  readonly away: ImageStore;
}

/** The key ring that the held stores seal with. */
export const contractSealer: Sealer = createSealer(`k1:${Buffer.alloc(32, 7).toString('base64')}`);
const owner = { tenant: 'demo', captureId: 'cap_0123' };
const images = new Map<ImageName, Uint8Array>([
  ['front', Buffer.from('front side of the card')],
  ['back', Buffer.from('back side of the card')],
]);
const hourMs = 3_600_000;

/** Images as this owner's, as they come out of another thread: small pieces may look into the same memory. */
export function sealed(whose: ImageOwner, plain: ReadonlyMap<ImageName, Uint8Array>): SealedImages {
  return structuredClone(sealImages(contractSealer, whose, plain));
}

/** Whose images a store lists. */
export async function listed(store: ImageStore, before: number): Promise<ImageOwner[]> {
  const owners: ImageOwner[] = [];
  for await (const one of store.listOwners(before)) owners.push(one);
  return owners.toSorted((a, b) => (a.captureId < b.captureId ? -1 : 1));
}

/** What every adapter of the port promises. */
export function imageStoreContract(open: () => Promise<HeldImageStore>): void {
  it('gives back what was put, of any size, until it is removed', async () => {
    const { store, stored } = await open();
    const large = new Map<ImageName, Uint8Array>([['face1', Buffer.alloc(5 * 1024 * 1024, 'x')], ...images]);
    await store.put(owner, sealed(owner, large));
    for (const [name, image] of large) expect((await store.get(owner, name)).equals(image), name).toBe(true);
    await store.remove(owner);
    expect([...(await stored()).keys()]).toEqual([]);
    await expect(store.get(owner, 'front')).rejects.toMatchObject({ code: 'image_missing', retriable: false });
    await store.remove(owner);
  });

  it('keeps images encrypted, and under no other name or owner than their own', async () => {
    const { store, stored, move } = await open();
    await store.put(owner, sealed(owner, images));
    const other = { tenant: 'demo', captureId: 'cap_0124' };
    await store.put(other, sealed(other, new Map([['back', Buffer.from('of another')]])));
    const found = await stored();
    expect(found.size).toBe(3);
    for (const bytes of found.values()) expect(String(bytes)).not.toMatch(/of the card|of another/);
    const placeOf = (end: string): string => [...found.keys()].find((place) => place.endsWith(end)) ?? '';
    const [front, back] = [placeOf('/cap_0123/front'), placeOf('/cap_0124/back')];
    await move(front, front.replace('front', 'face1'));
    await expect(store.get(owner, 'face1')).rejects.toMatchObject({ code: 'seal_broken', retriable: false });
    await move(front.replace('front', 'face1'), back);
    await expect(store.get(other, 'back')).rejects.toMatchObject({ code: 'seal_broken' });
  });

  it('leaves nothing behind when it can not put everything', async () => {
    const { failing, stored } = await open();
    const store = await failing(owner);
    await expect(store.put(owner, sealed(owner, images))).rejects.toMatchObject({
      code: 'image_store_failed',
      retriable: true,
    });
    expect([...(await stored()).keys()]).toEqual([]);
  });

  it('removes the images of one capture and of no other whose name begins alike', async () => {
    const { store } = await open();
    const longer = { tenant: 'demo', captureId: 'cap_012323' };
    const elsewhere = { ...owner, tenant: 'demo-2' };
    for (const one of [owner, longer, elsewhere]) await store.put(one, sealed(one, images));
    await store.remove(owner);
    expect(await listed(store, Date.now() + hourMs)).toEqual([elsewhere, longer]);
  });

  it('lists whose images were put before the time asked for, and nothing else that is there', async () => {
    const { store, litter } = await open();
    const owners = ['cap_01aa', 'cap_01bb'].map((captureId) => ({ tenant: 'demo', captureId }));
    for (const one of owners) await store.put(one, sealed(one, images));
    await litter();
    expect(await listed(store, Date.now() + hourMs)).toEqual(owners);
    expect(await listed(store, Date.now() - hourMs)).toEqual([]);
  });

  it('says when it can not be used, and may be tried again', async () => {
    const { away } = await open();
    const failed = { code: 'image_store_failed', retriable: true };
    await expect(away.put(owner, sealed(owner, images))).rejects.toMatchObject(failed);
    await expect(away.get(owner, 'front')).rejects.toMatchObject(failed);
    await expect(away.remove(owner)).rejects.toMatchObject(failed);
    await expect(listed(away, Date.now())).rejects.toMatchObject(failed);
  });
}
