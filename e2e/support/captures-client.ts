import { randomUUID } from 'node:crypto';
import { sampleImage } from '@identity-events/vlens-sandbox/sample-image';

export type ImageName = 'front' | 'back' | 'face1' | 'face2' | 'face3';
const imageNames: readonly ImageName[] = ['front', 'back', 'face1', 'face2', 'face3'];

/** A capture as the API shows it. */
export interface CaptureView {
  readonly id: string;
  readonly subject: string;
  readonly status: string;
  readonly transactionId: string;
  readonly expectedBy: string;
  readonly steps: readonly { readonly name: string }[];
  readonly reason?: { readonly code: string; readonly category: string; readonly providerCode: number | null };
  readonly event?: { readonly topic: string; readonly partition: number; readonly offset: string };
}

/** Submits and reads captures as any internal service would. */
export class CapturesClient {
  readonly #apiUrl: string;
  readonly #apiKey: string;

  constructor(apiUrl: string, apiKey: string) {
    this.#apiUrl = apiUrl;
    this.#apiKey = apiKey;
  }

  /** Submits a `link` to the sandbox's transaction of the scenario, four digits; resolves to the capture's id. */
  link(scenario: string, change: Record<string, string> = {}): Promise<string> {
    const transactionId = `00000000-0000-4000-8000-00000000${scenario}`;
    const subject = `link-${randomUUID().slice(0, 8)}`;
    const body = { kind: 'link', subject, userToken: `sandbox-user-${subject}`, transactionId, ...change };
    return this.#submit(JSON.stringify(body), { 'content-type': 'application/json' });
  }

  /** Submits images of which some carry a scenario for the sandbox; resolves to the capture's id. */
  nationalId(scenarios: Partial<Record<ImageName, string>> = {}, change: Record<string, string> = {}): Promise<string> {
    const subject = change['subject'] ?? `person-${randomUUID().slice(0, 8)}`;
    const form = new FormData();
    const fields = { kind: 'national_id', subject, userToken: `sandbox-user-${subject}`, ...change };
    for (const [name, value] of Object.entries(fields)) if (value !== '') form.set(name, value);
    for (const name of imageNames) {
      const scenario = scenarios[name];
      const image = sampleImage({ seed: `${subject}-${name}`, ...(scenario === undefined ? {} : { scenario }) });
      form.set(name, new Blob([new Uint8Array(image)]), `${name}.jpg`);
    }
    return this.#submit(form, {});
  }

  /** Where the capture stands; with `wait`, such as `30s`, once it has its outcome. */
  async read(captureId: string, wait?: string): Promise<CaptureView> {
    const response = await this.ask(`/v1/captures/${captureId}${wait === undefined ? '' : `?wait=${wait}`}`);
    if (!response.ok) throw new Error(`reading ${captureId} was answered ${response.status}`);
    return (await response.json()) as CaptureView;
  }

  /** The states of a capture as its stream tells them, until the stream ends. */
  async *follow(captureId: string): AsyncGenerator<CaptureView> {
    const response = await this.ask(`/v1/captures/${captureId}/events`);
    if (!response.ok || !response.body) throw new Error(`following ${captureId} was answered ${response.status}`);
    let text = '';
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      const messages = text.split('\n\n');
      text = messages.pop() ?? '';
      for (const message of messages) {
        const data = /^data: (.*)$/m.exec(message)?.[1];
        if (data !== undefined) yield JSON.parse(data) as CaptureView;
      }
    }
  }

  /** Reads something that needs `evidence:read`. */
  evidence(path: string, query: Record<string, string>): Promise<Response> {
    return this.ask(`/v1/identities/${path}?${new URLSearchParams(query).toString()}`);
  }

  /** Any request, with the API key. */
  ask(
    path: string,
    init: { method?: string; body?: string; headers?: Record<string, string> } = {},
  ): Promise<Response> {
    return fetch(`${this.#apiUrl}${path}`, { ...init, headers: { ...this.#headers(), ...init.headers } });
  }

  async #submit(body: string | FormData, type: Record<string, string>): Promise<string> {
    const headers = { ...this.#headers(), 'idempotency-key': randomUUID(), ...type };
    const response = await fetch(`${this.#apiUrl}/v1/captures`, { method: 'POST', headers, body });
    if (response.status !== 202) throw new Error(`answered ${response.status}: ${await response.text()}`);
    return ((await response.json()) as { id: string }).id;
  }

  #headers(): Record<string, string> {
    return { authorization: `Bearer ${this.#apiKey}` };
  }
}
