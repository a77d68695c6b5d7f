import { expect, it } from 'vitest';
import type { EvidenceImage, IdentityImages } from './identity-images.ts';

/** Evidence to hold an adapter to: one user of one tenant, with all images of one transaction. */
export interface HeldEvidence {
  readonly identityImages: IdentityImages;
  readonly tenant: string;
  readonly contact: string;
  readonly transactionId: string;
  readonly front: EvidenceImage;
  readonly back: EvidenceImage;
}

/** What every adapter of the port promises. */
export function identityImagesContract(open: () => Promise<HeldEvidence>): void {
  it('lists the images of a user, each with a name and the file name to fetch it by', async () => {
    const { identityImages, tenant, contact, transactionId, front, back } = await open();
    const references = await identityImages.list(tenant, contact);
    expect(references.map(({ name }) => name)).toEqual(['front', 'back', 'liveness', 'face1', 'face2', 'face3']);
    const read = (at: number) =>
      identityImages.read(tenant, { transactionId, fileName: references[at]?.fileName ?? '' });
    expect(await read(0)).toEqual(front);
    expect(await read(1)).toEqual(back);
  });

  it('finds no unknown user, transaction or file', async () => {
    const { identityImages, tenant, transactionId } = await open();
    const nothing = { code: 'evidence_not_found', retriable: false };
    const otherTransaction = '11111111-2222-4333-8444-555555555555';
    await expect(identityImages.list(tenant, '+201099999999')).rejects.toMatchObject(nothing);
    await expect(identityImages.read(tenant, { transactionId, fileName: 'other.jpg' })).rejects.toMatchObject(nothing);
    await expect(
      identityImages.read(tenant, { transactionId: otherTransaction, fileName: 'other.jpg' }),
    ).rejects.toMatchObject(nothing);
  });

  it('reads nothing for a tenant that has no service account', async () => {
    const { identityImages, contact, transactionId } = await open();
    const refusal = { code: 'evidence_not_configured', retriable: false };
    await expect(identityImages.list('other', contact)).rejects.toMatchObject(refusal);
    await expect(identityImages.read('other', { transactionId, fileName: 'a.jpg' })).rejects.toMatchObject(refusal);
  });
}
