import { randomUUID } from 'node:crypto';
import type { Sample } from '../samples.ts';

const TIMEOUT_MS = 10_000;

/** A sample that the API has accepted. */
export type Submitted = { readonly sample: Sample; readonly captureId: string; readonly acceptedAtMs: number };

/**
 * Submits a sample as any client would; resolves with the id of its capture once the API has accepted it.
 *
 * @throws Error with the API's answer when that is not 202.
 */
export async function submitSample(sample: Sample, apiUrl: string, apiKey: string): Promise<Submitted> {
  const { body, type } = encode(sample);
  const response = await fetch(`${apiUrl}/v1/captures`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'idempotency-key': randomUUID(), ...type },
    body,
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const acceptedAtMs = Date.now();
  if (response.status !== 202)
    throw new Error(`"${sample.title}" was answered ${response.status}: ${await response.text()}`);
  const { id } = (await response.json()) as { id: string };
  return { sample, captureId: id, acceptedAtMs };
}

type Encoded = { readonly body: string | FormData; readonly type: Readonly<Record<string, string>> };

function encode(sample: Sample): Encoded {
  const { kind, subject } = sample;
  const token = kind === 'national_id_ocr' ? {} : { userToken: `sandbox-user-${subject}` };
  const fields = { kind, subject, ...token };
  if (sample.kind === 'link') {
    const body = JSON.stringify({ ...fields, transactionId: sample.transactionId });
    return { body, type: { 'content-type': 'application/json' } };
  }
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  for (const [name, bytes] of Object.entries(sample.images)) {
    form.set(name, new Blob([new Uint8Array(bytes)], { type: 'image/jpeg' }), `${name}.jpg`);
  }
  return { body: form, type: {} };
}
