/** A call as the sandbox logged it. */
export interface SandboxCall {
  readonly seq: number;
  readonly endpoint: string;
  readonly transactionId: string | null;
  readonly epochMs: number;
  readonly monotonicMs: number;
  readonly status: number | null;
  /** The kind of the fault that struck it, if one did. */
  readonly fault: string | null;
  readonly outcome: 'pending' | 'answered' | 'aborted';
}

/** A webhook as the sandbox sent it. */
interface SandboxWebhook {
  readonly id: string;
  readonly attempts: readonly { readonly status: number | null }[];
  readonly outcome: 'pending' | 'delivered' | 'given_up';
}

/** The sandbox's own interface, for faults and for what it saw. */
export class SandboxClient {
  readonly #url: string;

  constructor(url: string) {
    this.#url = `${url}/_sandbox`;
  }

  /** Every call so far, or those about one transaction. */
  async calls(transactionId?: string): Promise<SandboxCall[]> {
    const calls = await this.callsSince(0);
    return calls.filter((call) => transactionId === undefined || call.transactionId === transactionId);
  }

  /** Calls whose `seq` is not below the given one. */
  async callsSince(seq: number): Promise<SandboxCall[]> {
    const { calls } = (await this.#ask('GET', `/calls?since=${seq}&limit=200000`)) as { calls: SandboxCall[] };
    return calls;
  }

  addFault(fault: Record<string, unknown>): Promise<unknown> {
    return this.#ask('POST', '/faults', fault);
  }

  clearFaults(): Promise<unknown> {
    return this.#ask('DELETE', '/faults');
  }

  changeSettings(settings: Record<string, unknown>): Promise<unknown> {
    return this.#ask('PATCH', '/settings', settings);
  }

  sendWebhook(webhook: Record<string, unknown>): Promise<unknown> {
    return this.#ask('POST', '/webhooks', webhook);
  }

  /** What became of the webhooks so far. */
  async webhooks(): Promise<SandboxWebhook[]> {
    return ((await this.#ask('GET', '/webhooks')) as { webhooks: SandboxWebhook[] }).webhooks;
  }

  async #ask(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(this.#url + path, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`the sandbox answered ${response.status}: ${await response.text()}`);
    return response.json();
  }
}
