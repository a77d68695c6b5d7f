import { z } from 'zod';

/** What was submitted, and with it which calls the provider gets. */
export const captureKinds = ['link', 'national_id', 'national_id_ocr'] as const;
export type CaptureKind = (typeof captureKinds)[number];

/**
 * Where a capture stands. `queued` and `processing` move on by themselves; the others are terminal and never change.
 */
export const captureStatuses = ['queued', 'processing', 'verified', 'captured', 'failed'] as const;
export type CaptureStatus = (typeof captureStatuses)[number];

/** True once the capture has its one outcome. */
export function isTerminal(status: CaptureStatus): boolean {
  return status !== 'queued' && status !== 'processing';
}

/** The images of a capture of a national ID, in the order in which they are sent to the provider. */
export const imageNames = ['front', 'back', 'face1', 'face2', 'face3'] as const;
export type ImageName = (typeof imageNames)[number];

/** Interactive captures (somebody is waiting) go before bulk ones. */
export const lanes = ['interactive', 'bulk'] as const;
export type Lane = (typeof lanes)[number];

/** Sizes that are refused at the door, whoever asks. Public source of the two image limits: Vlens errors 5002 and 5003. */
export const captureLimits = {
  /** Decoded bytes of one image. */
  imageBytesMax: 5 * 1024 * 1024,
  /** Width times height of one image. */
  imagePixelsMax: 25_000_000,
  /** Characters of an end user's token. */
  userTokenCharsMax: 8192,
  /** Longest time a capture may stay open. */
  expiryMsMax: 7 * 24 * 3_600_000,
} as const;

/** The client's own id of a person. */
export const subject = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._~-]{0,127}$/,
    'must be 1 to 128 letters, digits or . _ ~ - (your own id of the person; never a name, number or address)',
  )
  .meta({
    description: "Your own id of the person. It becomes part of the events' key: never a name, phone or ID number.",
  });

const userToken = z
  .string()
  .regex(
    new RegExp(`^[\\x21-\\x7e]{1,${captureLimits.userTokenCharsMax}}$`),
    `must be one token of 1 to ${captureLimits.userTokenCharsMax} visible ASCII characters, without the word Bearer`,
  )
  .meta({ description: "The end user's Vlens access token. Kept encrypted, gone once the capture has its outcome." });

const common = {
  subject,
  lane: z.enum(lanes).default('interactive').meta({ description: 'Interactive captures go before bulk ones.' }),
  expiresAt: z.iso
    .datetime({ offset: true })
    .optional()
    .meta({ description: 'When the outcome is of no more use; at most 7 days ahead. Default: 24 hours from now.' }),
};

/** Attach a transaction that already ran on the provider to its user. */
export const linkFields = z.strictObject({
  kind: z.literal('link'),
  ...common,
  userToken,
  transactionId: z.uuid().meta({ description: 'The Vlens transaction that holds front, back and liveness.' }),
});

/** Verify a person from both sides of the national ID and three face frames; the images travel beside these fields. */
export const nationalIdFields = z.strictObject({ kind: z.literal('national_id'), ...common, userToken });

/** The same before the person has logged in: it yields a transaction, which a later `link` attaches to its user. */
export const nationalIdOcrFields = z.strictObject({ kind: z.literal('national_id_ocr'), ...common });

/** Everything of a capture but its images, as a client sends it. */
export const captureFields = z.discriminatedUnion('kind', [linkFields, nationalIdFields, nationalIdOcrFields]);
export type CaptureFields = z.infer<typeof captureFields>;

/** True for the name of a kind that this version knows. */
export function isCaptureKind(kind: unknown): kind is CaptureKind {
  return (captureKinds as readonly unknown[]).includes(kind);
}

/** How many provider calls a capture of each kind takes when none of them ends it early. */
export const callsOf = { link: 1, national_id: 3, national_id_ocr: 3 } as const satisfies Record<CaptureKind, number>;

/** The kinds that carry images. */
export function carriesImages(kind: CaptureKind): boolean {
  return kind !== 'link';
}
