import { describe } from 'vitest';
import { jpegOf, pngOf } from '../captures/image.fixture.ts';
import { identityImagesContract } from './identity-images.contract.ts';
import { createFakeIdentityImages, fakeTenant } from './identity-images.fixture.ts';

describe('the fake of the port', () => {
  identityImagesContract(async () => {
    const identityImages = createFakeIdentityImages();
    const [contact, transactionId] = ['+201001234567', '3f2504e0-4f89-41d3-9a0c-0305e82c3301'];
    const front = { bytes: jpegOf(10, 10), contentType: 'image/jpeg' } as const;
    const back = { bytes: pngOf(10, 10), contentType: 'image/png' } as const;
    identityImages.hold(contact, transactionId, {
      front,
      back,
      liveness: front,
      face1: front,
      face2: back,
      face3: back,
    });
    return { identityImages, tenant: fakeTenant, contact, transactionId, front, back };
  });
});
