import { describe, expect, it } from 'vitest';
import { contractSealer, imageStoreContract, listed, sealed } from './image-store.contract.ts';
import { openBucket, refuseWrites, testPlace } from './s3.fixture.ts';
import { createS3ImageStore } from './s3-image-store.ts';

const nowhere = 'http://127.0.0.1:9';
const owner = { tenant: 'demo', captureId: 'cap_0123' };

describe('a bucket keeps the promises of the port:', () => {
  imageStoreContract(async () => {
    const place = testPlace('contract');
    const { put, stored, move } = openBucket(place);
    return {
      store: createS3ImageStore(place, contractSealer),
      stored,
      move,
      async litter() {
        for (const key of ['readme', 'demo/backup/front', 'demo/cap_01cc/too/deep', 'Demo/cap_01dd/front']) {
          await put(`${place.prefix}${key}`, Buffer.from('of somebody else'));
        }
      },
      async failing({ tenant, captureId }) {
        const endpoint = await refuseWrites(place.endpoint, `${tenant}/${captureId}/back`);
        return createS3ImageStore({ ...place, endpoint }, contractSealer);
      },
      away: createS3ImageStore({ ...place, endpoint: nowhere }, contractSealer),
    };
  });
});

it('lists more captures than one answer of S3 holds, each once', async () => {
  const place = testPlace('many');
  const { put } = openBucket(place);
  const ids = Array.from({ length: 350 }, (_, n) => `cap_${String(n).padStart(4, '0')}`);
  const keys = ids.flatMap((id) => ['front', 'back', 'face1'].map((name) => `${place.prefix}demo/${id}/${name}`));
  for (let from = 0; from < keys.length; from += 50) {
    await Promise.all(keys.slice(from, from + 50).map((key) => put(key, Buffer.of(1))));
  }
  const owners = await listed(createS3ImageStore(place, contractSealer), Date.now() + 3_600_000);
  expect(owners.map(({ captureId }) => captureId)).toEqual(ids);
});

it.each([
  ['a bucket that is not there', { bucket: 'no-such-bucket' }],
  ['credentials that are not right', { credentials: { accessKeyId: 'test', secretAccessKey: 'wrong' } }],
])('takes %s for no missing image', async (_, wrong) => {
  const store = createS3ImageStore({ ...testPlace('wrong'), ...wrong }, contractSealer);
  await expect(store.get(owner, 'front')).rejects.toMatchObject({ code: 'image_store_failed', retriable: true });
  const images = sealed(owner, new Map([['front', Buffer.of(1)]]));
  await expect(store.put(owner, images)).rejects.toMatchObject({ code: 'image_store_failed' });
});
