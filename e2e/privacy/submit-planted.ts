import { randomUUID } from 'node:crypto';
import { fullName, syntheticIdentity } from '@identity-events/vlens-sandbox/identities/synthetic-identity';
import { sampleImage } from '@identity-events/vlens-sandbox/sample-image';
import type { CaptureView } from '../support/captures-client.ts';
import type { PlantedValues } from './planted-values.ts';
import type { PrivacyStage } from './privacy-stage.ts';

const imageNames = ['front', 'back', 'face1', 'face2', 'face3'] as const;

/** What a submission shall be; everything else of it is made up and planted. */
export interface Submission {
  readonly kind: 'link' | 'national_id' | 'national_id_ocr';
  /** Of a link. Default: a new one, which is verified. */
  readonly transactionId?: string;
  /** Default: one that nobody else has. */
  readonly userToken?: string;
  /** What the sandbox finds in the front of the document. */
  readonly front?: string;
}

/** A body, and the headers that name its type. */
interface PlantedBody {
  readonly body: string | FormData;
  readonly headers: Readonly<Record<string, string>>;
}

/** A transaction that the sandbox verifies. */
export const verifiedTransaction = (): string => `11111111${randomUUID().slice(8)}`;

/** Submits a capture whose every value is planted; resolves to its id once it is accepted. */
export async function submitPlanted(stage: PrivacyStage, submission: Submission): Promise<string> {
  const { values } = stage;
  const { body, headers } = submissionOf(values, submission);
  const request = {
    method: 'POST',
    body,
    headers: { ...headers, 'idempotency-key': values.text('idempotency key'), ...strangeHeaders(values) },
  };
  const answer = await stage.ask('submit', '/v1/captures', request);
  if (answer.status !== 202) throw new Error(`submitting was answered ${answer.status}: ${answer.text}`);
  const { id } = JSON.parse(answer.text) as { id: string };
  const view = await readCapture(stage, id);
  plantTransaction(values, view.transactionId);
  return id;
}

/** The fields of a link, which is verified. */
export function plantedLink(values: PlantedValues): Record<string, string> {
  return {
    kind: 'link',
    subject: values.text('subject', 'person-'),
    userToken: values.text('user token', 'sandbox-user-'),
    transactionId: verifiedTransaction(),
  };
}

/** A body with planted values, links as JSON, images as multipart. */
export function submissionOf(values: PlantedValues, { kind, userToken, front, ...link }: Submission): PlantedBody {
  if (kind === 'link') {
    const body = JSON.stringify({ ...plantedLink(values), ...link });
    return { body, headers: { 'content-type': 'application/json' } };
  }
  const token =
    kind === 'national_id_ocr' ? {} : { userToken: userToken ?? values.text('user token', 'sandbox-user-') };
  const fields: Record<string, string> = { kind, subject: values.text('subject', 'person-'), ...token };
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  for (const name of imageNames) {
    const scenario = name === 'front' ? front : undefined;
    const image = plantedImage(values, scenario);
    form.set(name, new Blob([new Uint8Array(image)]), `${values.text('file name', 'محمد ')}.jpg`);
  }
  return { body: form, headers: {} };
}

/** An image with a comment in it as cameras leave them, both planted. */
export function plantedImage(values: PlantedValues, scenario?: string): Buffer {
  const comment = values.text('image comment');
  const image = sampleImage({ seed: comment, ...(scenario === undefined ? {} : { scenario }) });
  const windowBytes = 32;
  for (const part of [0.4, 0.6, 0.8]) {
    const begin = Math.floor(image.length * part);
    values.add('image', image.subarray(begin, begin + windowBytes));
  }
  return image;
}

/** Reads a capture as its client does; with `wait`, such as `30s`, once it has its outcome. */
export async function readCapture(stage: PrivacyStage, id: string, wait?: string): Promise<CaptureView> {
  const { text } = await stage.ask('read', `/v1/captures/${id}${wait === undefined ? '' : `?wait=${wait}`}`);
  return JSON.parse(text) as CaptureView;
}

/** The card that the sandbox reads for a transaction, and the transaction itself. */
function plantTransaction(values: PlantedValues, transactionId: string): void {
  values.add('transaction', transactionId);
  const person = syntheticIdentity('vlens-sandbox', transactionId);
  for (const name of [fullName(person), person.lastNames, person.husbandName]) {
    if (!name) continue;
    values.add('name', name.arabic);
    values.add('name', name.english);
  }
  values.add('address', `${person.street.arabic} - ${person.governorate.arabic}`);
  values.add('address', `${person.street.english}, ${person.governorate.english}`);
  values.add('ID number', person.idNumber);
  values.add('ID key', person.idKey);
  values.add('date of birth', person.dateOfBirth);
}

/** What browsers and proxies add. */
function strangeHeaders(values: PlantedValues): Record<string, string> {
  return {
    cookie: `session=${values.text('cookie')}`,
    'user-agent': values.text('user agent'),
    referer: `https://portal.example/?who=${values.text('referer')}`,
    'x-forwarded-for': values.text('forwarded address'),
    'x-request-id': values.text('unusable request id', 'person: '),
  };
}
