import { z } from 'zod';

/** The images that the provider may hold of a person. `liveness` is the one it took from the face frames. */
export const evidenceImageNames = ['front', 'back', 'liveness', 'face1', 'face2', 'face3'] as const;
export type EvidenceImageName = (typeof evidenceImageNames)[number];

const once = 'must be given once';

/** E-mail addresses have 254 characters at the most (RFC 5321, erratum 1690). */
export const identityImagesQuery = z.strictObject({
  emailOrPhoneNumber: z
    .union([z.e164(), z.email().max(254)], {
      error: 'must be given once: an e-mail address, or a phone number as E.164 with its + encoded as %2B',
    })
    .meta({ description: 'Of the user at the provider. A phone number is E.164, with its + encoded as %2B.' }),
});

/** Which image of which provider transaction. */
export const identityImageQuery = z.strictObject({
  transactionId: z
    .guid(`${once}: the provider's transaction, a UUID`)
    .meta({ description: "The provider's transaction." }),
  fileName: z
    .string(`${once}: a file name from the list of images`)
    .regex(/^(?!\.{1,2}$)[^/\\\p{C}]{1,255}$/u, 'must be a file name of 1 to 255 characters, without a path')
    .meta({ description: 'As the list of images names it.' }),
});

/** The images that the provider holds of a user. */
export const identityImagesView = z
  .object({
    images: z.array(
      z.object({
        name: z.enum(evidenceImageNames).meta({ description: 'What the image shows.' }),
        fileName: z.string().meta({ description: 'Under which it is fetched. Personal data.' }),
      }),
    ),
  })
  .meta({ id: 'IdentityImages', description: 'The images that the provider holds; none when the user has none.' });
export type IdentityImagesView = z.infer<typeof identityImagesView>;
