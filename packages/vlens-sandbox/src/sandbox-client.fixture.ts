import { onTestFinished } from 'vitest';
import { type SampleImageOptions, sampleImage } from './sample-image.ts';
import { type Sandbox, startSandbox } from './sandbox.ts';

export interface TestReply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests reach into answers of every shape
  readonly body: any;
}

export interface TestClient {
  readonly sandbox: Sandbox;
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<TestReply>;
  get(path: string, headers?: Record<string, string>): Promise<TestReply>;
  request(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<TestReply>;
  /** Runs front, back and liveness of one transaction, with these scenarios, and gives the three replies. */
  verify(marks?: Marks, transactionId?: string): Promise<{ front: TestReply; back: TestReply; liveness: TestReply }>;
  link(transactionId: string, headers?: Record<string, string>): Promise<TestReply>;
}

export interface Marks {
  readonly front?: string;
  readonly back?: string;
  readonly face?: string;
}

export const asUser = { ApiKey: 'sandbox-api-key', Authorization: 'Bearer sandbox-user-201001234567' };
export const asOtherUser = { ApiKey: 'sandbox-api-key', Authorization: 'Bearer sandbox-user-201007654321' };
export const asAdmin = { ApiKey: 'sandbox-api-key', Authorization: 'Bearer sandbox-admin-a' };
export const keyOnly = { ApiKey: 'sandbox-api-key' };
export const someTransaction = '5f0f3c61-9a50-4a3e-8d5e-0d3f4a1b2c3d';

/** The transaction id that carries a scenario's number. */
export function magicId(number: string): string {
  return `00000000-0000-4000-8000-00000000${number}`;
}

/** A sample image in base64. */
export function image(seed: string, scenario?: string, more: Partial<SampleImageOptions> = {}): string {
  return sampleImage({ seed, ...(scenario !== undefined && { scenario }), ...more }).toString('base64');
}

export function threeFaces(scenario?: string) {
  return { face_1: image('face 1'), face_2: image('face 2', scenario), face_3: image('face 3') };
}

/** A sandbox that is closed when the test is over, and a client of it. */
export async function startTestSandbox(options: Parameters<typeof startSandbox>[0] = {}): Promise<TestClient> {
  const sandbox = await startSandbox(options);
  onTestFinished(() => sandbox.close());
  const request: TestClient['request'] = async (method, path, body, headers = {}) => {
    const content = body === undefined ? {} : { body: JSON.stringify(body) };
    const json = { 'content-type': 'application/json', ...headers };
    const response = await fetch(`${sandbox.url}${path}`, { method, headers: json, redirect: 'manual', ...content });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: parsed(text) };
  };
  const post: TestClient['post'] = (path, body, headers = asUser) => request('POST', path, body, headers);
  return {
    sandbox,
    request,
    post,
    get: (path, headers = asAdmin) => request('GET', path, undefined, headers),
    link: (transactionId, headers = asUser) =>
      post('/api/DigitalIdentity/LinkUserWithExistingTransaction', { transactionId, getExtractedData: true }, headers),
    verify: async (marks = {}, transaction_id = someTransaction) => {
      const side = (name: string, mark?: string) => ({
        image: image(name, mark),
        transaction_id,
        getExtractedData: true,
      });
      return {
        front: await post('/api/DigitalIdentity/verify/id/front', side('front', marks.front)),
        back: await post('/api/DigitalIdentity/verify/id/back', side('back', marks.back)),
        liveness: await post('/api/DigitalIdentity/verify/liveness/multi', {
          ...threeFaces(marks.face),
          transaction_id,
          getExtractedData: true,
        }),
      };
    },
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
