import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { sampleImage } from '@identity-events/vlens-sandbox/sample-image';
import type { AcceptedCapture } from './check-run.ts';

/** One thing to submit, and the topic in which its outcome belongs. */
export interface Submission {
  readonly idempotencyKey: string;
  readonly subject: string;
  readonly expected: string;
  readonly kind: 'link' | 'national_id';
  /** Seconds from now until the capture is of no more use. Default: the API's. */
  readonly expiresInSeconds?: number;
  /** Least size of each image. Default: as small as they come. */
  readonly imageBytes?: number;
}

/** An answer of the API, or none. */
interface Answer {
  readonly status: number | 'none';
  readonly ms: number;
  readonly captureId: string | undefined;
}

/** A client of the API that keeps what it was told: the accept log. */
export interface Load {
  /** Every 202 so far. */
  readonly accepted: readonly AcceptedCapture[];
  /** Asks once. */
  submit(submission: Submission): Promise<Answer>;
  /** Asks with the same key until it is accepted, as a client that must not lose it would. */
  insist(submission: Submission): Promise<string>;
  /** Insists on so many new submissions, so many at a time. */
  insistOn(count: number, change?: Partial<Submission>): Promise<void>;
  /** Insists once more on the latest accepted submissions, with their keys. */
  repeatLatest(count: number): Promise<void>;
  /** Insists on new ones for as long as it may, while fewer than `openMax` are without an outcome. */
  keepOpen(openMax: number, outcomes: () => number, mayGoOn: () => boolean): Promise<void>;
}

const insistMs = 90_000;
const betweenTriesMs = 100;
const submitters = 8;

const names = ['front', 'back', 'face1', 'face2', 'face3'] as const;
const scenarioOf: Readonly<Record<string, string>> = { 'identity.failed': 'spoof' };
const images = new Map<string, readonly (readonly [string, Blob])[]>();

/** Images that lead to the outcome; made once, for drawing them takes longer than sending them. */
function imagesFor(expected: string, bytesMin: number): readonly (readonly [string, Blob])[] {
  const made =
    images.get(`${expected} ${bytesMin}`) ??
    names.map((name) => {
      const scenario = name === 'front' ? scenarioOf[expected] : undefined;
      const image = sampleImage({ seed: `chaos-${name}`, bytesMin, ...(scenario ? { scenario } : {}) });
      return [name, new Blob([new Uint8Array(image)])] as const;
    });
  images.set(`${expected} ${bytesMin}`, made);
  return made;
}

/** A load on the APIs, of so many persons; submissions go to each API in turn. */
export function openLoad(apiUrls: readonly string[], apiKey: string, subjects: number): Load {
  const accepted: AcceptedCapture[] = [];
  const submissions: Submission[] = [];
  const captureIds = new Set<string>();
  let count = 0;
  let asked = 0;

  const next = (change: Partial<Submission>): Submission => toSubmission((count += 1), subjects, change);

  async function submit(submission: Submission): Promise<Answer> {
    const { idempotencyKey, expected } = submission;
    const apiUrl = apiUrls[(asked += 1) % apiUrls.length] ?? '';
    const answer = await post(apiUrl, apiKey, submission);
    if (answer.status !== 202) return answer;
    accepted.push({ idempotencyKey, captureId: answer.captureId ?? '', expected });
    submissions.push(submission);
    captureIds.add(answer.captureId ?? '');
    return answer;
  }

  async function insist(submission: Submission): Promise<string> {
    const deadline = Date.now() + insistMs;
    for (;;) {
      const { status, captureId } = await submit(submission);
      if (status === 202) return captureId ?? '';
      if (status !== 'none' && status !== 503) throw new Error(`a submission was answered ${status}`);
      if (Date.now() > deadline) throw new Error(`not accepted within ${insistMs} ms; the last answer was ${status}`);
      await delay(betweenTriesMs);
    }
  }

  async function inParallel(mayGoOn: () => boolean, change: Partial<Submission> = {}): Promise<void> {
    const one = async (): Promise<void> => {
      while (mayGoOn()) await insist(next(change));
    };
    await Promise.all(Array.from({ length: submitters }, one));
  }

  return {
    accepted,
    submit,
    insist,
    insistOn(number, change) {
      let left = number;
      return inParallel(() => (left -= 1) >= 0, change);
    },
    repeatLatest: async (number) => void (await Promise.all(submissions.slice(-number).map(insist))),
    async keepOpen(openMax, outcomes, mayGoOn) {
      while (mayGoOn()) {
        await inParallel(() => mayGoOn() && captureIds.size - outcomes() < openMax);
        await delay(20);
      }
    },
  };
}

/** The nth submission of a load: mostly links, every fifth with images, and every second of those with a forged document. */
export function toSubmission(n: number, subjects: number, change: Partial<Submission> = {}): Submission {
  const kind = change.kind ?? (n % 5 === 0 ? 'national_id' : 'link');
  const expected = kind === 'national_id' && n % 10 === 0 ? 'identity.failed' : 'identity.verified';
  return { idempotencyKey: randomUUID(), subject: `person-${n % subjects}`, kind, expected, ...change };
}

async function post(apiUrl: string, apiKey: string, submission: Submission): Promise<Answer> {
  const begun = performance.now();
  const { body, type } = encode(submission);
  const headers = { authorization: `Bearer ${apiKey}`, 'idempotency-key': submission.idempotencyKey, ...type };
  const signal = AbortSignal.timeout(10_000);
  try {
    const response = await fetch(`${apiUrl}/v1/captures`, { method: 'POST', headers, body, signal });
    const { id } = (await response.json()) as { id?: string };
    return { status: response.status, ms: performance.now() - begun, captureId: id };
  } catch {
    return { status: 'none', ms: performance.now() - begun, captureId: undefined };
  }
}

function encode({ idempotencyKey, subject, kind, expected, expiresInSeconds, imageBytes = 0 }: Submission) {
  const expiresAt = expiresInSeconds && new Date(Date.now() + expiresInSeconds * 1_000).toISOString();
  const fields = { kind, subject, userToken: `sandbox-user-${subject}`, ...(expiresAt ? { expiresAt } : {}) };
  // The sandbox verifies whatever begins like this, so each link is its own transaction, and its calls can be counted.
  const transactionId = `11111111${idempotencyKey.slice(8)}`;
  if (kind === 'link') {
    return { body: JSON.stringify({ ...fields, transactionId }), type: { 'content-type': 'application/json' } };
  }
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  for (const [name, image] of imagesFor(expected, imageBytes)) form.set(name, image, `${name}.jpg`);
  return { body: form, type: {} };
}
