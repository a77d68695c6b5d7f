import { sampleImage } from '@identity-events/vlens-sandbox/sample-image';

/** A capture to submit for show, and the event that must come of it. */
export type Sample = {
  readonly title: string;
  readonly subject: string;
  readonly expected: Expected;
} & (
  | { readonly kind: 'link'; readonly transactionId: string }
  | { readonly kind: 'national_id' | 'national_id_ocr'; readonly images: Readonly<Record<ImageName, Buffer>> }
);

/** An outcome; one that failed has a reason. */
export type Expected =
  | { readonly outcome: 'verified' | 'captured' }
  | { readonly outcome: 'failed'; readonly reason: string };

const IMAGE_NAMES = ['front', 'back', 'face1', 'face2', 'face3'] as const;
type ImageName = (typeof IMAGE_NAMES)[number];

const verified: Expected = { outcome: 'verified' };
const failed = (reason: string): Expected => ({ outcome: 'failed', reason });

/** One capture for each kind of end, by the magic values of the sandbox's scenario table. */
export function samples(): readonly Sample[] {
  return [
    link('linked to a good transaction', '0000', verified),
    link('linked to an unknown transaction', '0070', failed('transaction_rejected')),
    link('linked, but an AML list matches', '0030', failed('aml_match')),
    nationalId('all images good', {}, verified),
    {
      ...nationalId('the same before login', {}, { outcome: 'captured' }),
      kind: 'national_id_ocr',
      subject: 'sample-journey',
    },
    nationalId('a photo of a screen', { front: 'spoof' }, failed('document_not_genuine')),
    nationalId('a still face', { face1: 'liveness-false' }, failed('liveness_failed')),
    nationalId('somebody else', { face1: 'face-differs' }, failed('face_mismatch')),
    nationalId('an expired card', { front: 'expired' }, failed('document_expired')),
  ];
}

/** The second half of a journey: the person has logged in, and the transaction of the capture before gets its user. */
export function linkAfterLogin({ subject }: Sample, transactionId: string): Sample {
  return { kind: 'link', title: 'and linked after login', subject, transactionId, expected: verified };
}

function link(title: string, scenarioNumber: string, expected: Expected): Sample {
  const transactionId = `00000000-0000-4000-8000-00000000${scenarioNumber}`;
  return { kind: 'link', title, subject: `sample-${scenarioNumber}`, transactionId, expected };
}

function nationalId(
  title: string,
  scenarios: Partial<Record<ImageName, string>>,
  expected: Expected,
): Extract<Sample, { images: unknown }> {
  const subject = `sample-${Object.values(scenarios)[0] ?? 'good'}`;
  const image = (name: ImageName): Buffer => {
    const scenario = scenarios[name];
    return sampleImage({ seed: `${subject}-${name}`, width: 320, height: 200, ...(scenario && { scenario }) });
  };
  const images = Object.fromEntries(IMAGE_NAMES.map((name) => [name, image(name)])) as Record<ImageName, Buffer>;
  return { kind: 'national_id', title, subject, images, expected };
}
