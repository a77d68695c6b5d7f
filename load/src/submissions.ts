import { randomUUID } from 'node:crypto';
import {
  type CaptureFields,
  captureFields,
  carriesImages,
  type ImageName,
  imageNames,
} from '@identity-events/shared/contracts/capture';
import type { SeededRandom } from '@identity-events/vlens-sandbox/random';
import { sampleImage } from '@identity-events/vlens-sandbox/sample-image';
import type { AcceptedCapture } from './ledger.ts';
import type { Profile, Share } from './profile.ts';

/** A body as it goes over the wire. */
interface Encoded {
  readonly contentType: string;
  readonly body: string | Buffer;
}

/** One thing to submit. */
export interface Submission {
  readonly idempotencyKey: string;
  readonly expect: AcceptedCapture['expect'];
  readonly fields: CaptureFields;
  readonly images: ReadonlyMap<ImageName, Uint8Array>;
  readonly encode: () => Encoded;
}

type Draft = Omit<Submission, 'idempotencyKey' | 'expect'>;

/** End users' tokens are JWTs of about this length: https://docs.vlenseg.com. A `link` is then a request of about 1 KB. */
const userTokenChars = 720;

/** Drawing and encoding images takes longer than sending them, so each size has so many captures, which are sent again. */
const imageDraftsPerSize = 8;

/** Draws submissions of a profile's mix, each with a new idempotency key; images are made once, before the first. */
export async function createSubmissions(
  { mix, subjects }: Pick<Profile, 'mix' | 'subjects'>,
  random: SeededRandom,
): Promise<() => Submission> {
  const subject = (): string => `person-${random.integer(1, subjects)}`;
  const shares = await Promise.all(mix.map(async (share) => ({ share, draft: await drafts(share, random, subject) })));
  const total = mix.reduce((sum, { weight }) => sum + weight, 0);
  return () => {
    let left = random.next() * total;
    const chosen = shares.find(({ share }) => (left -= share.weight) < 0) ?? shares.at(-1);
    if (!chosen) throw new Error('a mix has at least one part');
    const { share, draft } = chosen;
    const idempotencyKey = randomUUID();
    return { idempotencyKey, expect: share.expect ?? usualEnd(share), ...draft(idempotencyKey) };
  };
}

function usualEnd({ kind }: Share): AcceptedCapture['expect'] {
  return kind === 'national_id_ocr' ? 'captured' : 'verified';
}

async function drafts(share: Share, random: SeededRandom, subject: () => string): Promise<(key: string) => Draft> {
  if (!carriesImages(share.kind)) return (key) => linkDraft(share, subject(), key);
  const made: Draft[] = [];
  for (const bytesMin of share.imageBytes) {
    for (let n = 0; n < imageDraftsPerSize; n += 1) made.push(await imageDraft(share, subject(), bytesMin));
  }
  return () => random.pick(made);
}

function linkDraft({ kind, lane, scenario }: Share, subject: string, key: string): Draft {
  // The sandbox verifies whatever begins like this, so that each capture has a transaction of its own.
  const transactionId = scenario ? `00000000-0000-4000-8000-00000000${scenario}` : `11111111${key.slice(8)}`;
  const fields = { kind, subject, lane, userToken: tokenOf(subject), transactionId };
  const encode = (): Encoded => ({ contentType: 'application/json', body: JSON.stringify(fields) });
  return { fields: captureFields.parse(fields), images: new Map(), encode };
}

async function imageDraft(
  { kind, lane, scenario, encoding }: Share,
  subject: string,
  bytesMin: number,
): Promise<Draft> {
  const images = new Map(
    imageNames.map((name) => {
      const found = name === 'front' && scenario ? { scenario } : {};
      return [name, sampleImage({ seed: `${subject}-${name}`, bytesMin, ...found })] as const;
    }),
  );
  const fields = { kind, subject, lane, ...(kind === 'national_id_ocr' ? {} : { userToken: tokenOf(subject) }) };
  const encoded = await (encoding === 'json' ? asJson(fields, images) : asMultipart(fields, images));
  return { fields: captureFields.parse(fields), images, encode: () => encoded };
}

function tokenOf(subject: string): string {
  return `sandbox-user-${subject}-`.padEnd(userTokenChars, 'token-');
}

function asJson(fields: object, images: ReadonlyMap<string, Buffer>): Encoded {
  const inBase64 = Object.fromEntries([...images].map(([name, image]) => [name, image.toString('base64')]));
  return { contentType: 'application/json', body: Buffer.from(JSON.stringify({ ...fields, ...inBase64 })) };
}

async function asMultipart(fields: object, images: ReadonlyMap<string, Buffer>): Promise<Encoded> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, String(value));
  for (const [name, image] of images) form.set(name, new Blob([new Uint8Array(image)]), `${name}.jpg`);
  const response = new Response(form);
  const contentType = response.headers.get('content-type') ?? '';
  return { contentType, body: Buffer.from(await response.arrayBuffer()) };
}
