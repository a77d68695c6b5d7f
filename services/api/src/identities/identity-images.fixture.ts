import type { EvidenceImageName } from '@identity-events/shared/contracts/identity-images';
import { EvidenceError } from './evidence-error.ts';
import type { EvidenceImage, IdentityImages } from './identity-images.ts';

/** Evidence in memory, of one tenant, with a switch for what may go wrong. */
export interface FakeIdentityImages extends IdentityImages {
  /** Gives a user images of a transaction; each is named after its file. */
  hold(contact: string, transactionId: string, images: Partial<Record<EvidenceImageName, EvidenceImage>>): void;
  /** Awaited before each answer; throw to fail. */
  before: () => Promise<void> | void;
}

export const fakeTenant = 'demo';
export const fakeFileName = (name: EvidenceImageName): string => `user_${name}_20240601.jpg`;

export function createFakeIdentityImages(): FakeIdentityImages {
  const users = new Map<string, EvidenceImageName[]>();
  const images = new Map<string, EvidenceImage>();
  const fake: FakeIdentityImages = {
    before: () => undefined,
    hold(contact, transactionId, held) {
      const entries = Object.entries(held) as [EvidenceImageName, EvidenceImage][];
      users.set(
        contact,
        entries.map(([name]) => name),
      );
      for (const [name, image] of entries) images.set(`${transactionId} ${fakeFileName(name)}`, image);
    },
    async list(tenant, contact) {
      if (tenant !== fakeTenant) throw new EvidenceError('evidence_not_configured');
      await fake.before();
      const names = users.get(contact);
      if (!names) throw new EvidenceError('evidence_not_found');
      return names.map((name) => ({ name, fileName: fakeFileName(name) }));
    },
    async read(tenant, { transactionId, fileName }) {
      if (tenant !== fakeTenant) throw new EvidenceError('evidence_not_configured');
      await fake.before();
      const image = images.get(`${transactionId} ${fileName}`);
      if (!image) throw new EvidenceError('evidence_not_found');
      return image;
    },
  };
  return fake;
}
