import { Agent, type Dispatcher } from 'undici';
import type { z } from 'zod';
import { readAnswer, type VlensAnswer } from './answer.ts';
import type { EndpointName } from './endpoints.ts';
import type { CallReport, VlensClientOptions } from './options.ts';
import { assertUsable, type CallInput, credentialOf, toHttpRequest } from './request.ts';
import { sendHttp } from './transport.ts';
import { VlensTransportError } from './transport-error.ts';

/** Makes calls as one tenant. */
export interface Caller {
  readonly call: <T>(name: EndpointName, input: CallInput, result: z.ZodType<T>) => Promise<VlensAnswer<T>>;
  readonly close: () => Promise<void>;
}

const connectionsMax = 64;
const timeoutMsDefault = 20_000;
const maxResponseBytesDefault = 16 * 1024 * 1024;

/**
 * Joins the parts of a call in order: request, transport, answer, report. Opens no connection yet.
 *
 * @throws TypeError on options that can't work.
 */
export function createCaller(options: VlensClientOptions): Caller {
  assertUsable(options);
  // HTTP/1.1 on purpose: one request per connection, so that a lost connection costs one capture and not all of them.
  const dispatcher = options.dispatcher ?? new Agent({ connections: connectionsMax, allowH2: false });
  return {
    call: async (name, input, result) => {
      const startedAt = performance.now();
      const report = (outcome: Pick<CallReport, 'outcome' | 'status' | 'errorCode'>) =>
        tell(options.onCall, { endpoint: name, ...outcome, durationMs: performance.now() - startedAt });
      try {
        const http = await sendHttp(toHttpRequest(name, input, options), limitsOf(dispatcher, input, options));
        const context = { endpoint: name, credential: credentialOf(name, input), now: Date.now() };
        const answer = readAnswer(context, http, result);
        const errorCode = answer.ok ? null : answer.fault.providerCode;
        report({ outcome: answer.ok ? 'ok' : 'fault', status: http.status, errorCode });
        return answer;
      } catch (error) {
        if (error instanceof VlensTransportError) {
          report({ outcome: 'transport_error', status: error.httpStatus, errorCode: error.code });
        }
        throw error;
      }
    },
    close: async () => {
      if (!options.dispatcher) await dispatcher.close();
    },
  };
}

function limitsOf(dispatcher: Dispatcher, { options: call }: CallInput, client: VlensClientOptions) {
  return {
    dispatcher,
    timeoutMs: call?.timeoutMs ?? client.timeoutMs ?? timeoutMsDefault,
    maxResponseBytes: client.maxResponseBytes ?? maxResponseBytesDefault,
    signal: call?.signal,
  };
}

function tell(onCall: VlensClientOptions['onCall'], report: CallReport): void {
  try {
    onCall?.(report);
  } catch {
    // The provider has done and billed the work; a fault in counting must not make it look undone.
  }
}
