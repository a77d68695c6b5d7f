/** A call as the sandbox logged it. */
export interface SandboxCall {
  readonly endpoint: string;
  readonly transactionId: string | null;
  readonly epochMs: number;
  readonly monotonicMs: number;
  readonly status: number | null;
}

/** The sandbox's own interface, for faults and for what it saw. */
export class SandboxClient {
  readonly #url: string;

  constructor(url: string) {
    this.#url = `${url}/_sandbox`;
  }

  /** Every call so far, or those about one transaction. */
  async calls(transactionId?: string): Promise<SandboxCall[]> {
    const { calls } = (await this.#ask('GET', '/calls?limit=200000')) as { calls: SandboxCall[] };
    return calls.filter((call) => transactionId === undefined || call.transactionId === transactionId);
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

  async #ask(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(this.#url + path, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`the sandbox answered ${response.status}: ${await response.text()}`);
    return response.json();
  }
}
