import { z } from 'zod';
import { faultSchema } from '../faults/fault.ts';
import type { Target } from '../http/read-request.ts';
import { jsonReply, type Reply } from '../http/reply.ts';
import type { Routable } from '../http/route-table.ts';
import { latencyText } from '../latency.ts';
import { providerRoutes } from '../provider/routes.ts';
import { rateWindowsText } from '../rate/rate-window.ts';
import { scenarios } from '../scenarios/scenario-table.ts';
import { changeSettings } from '../settings.ts';
import { resetState, type SandboxState } from '../state/sandbox-state.ts';
import { webhookSchema } from '../webhooks/webhook-sender.ts';

/** A route of the sandbox's own interface, which is no part of the provider. */
export interface AdminRoute extends Routable {
  readonly answer: (state: SandboxState, body: unknown, target: Target) => Reply;
}

const endpoints = providerRoutes.map(({ endpoint }) => endpoint);
const known = new Set(['*', ...endpoints.map((endpoint) => endpoint.toLowerCase())]);
const faultsSchema = z.array(faultSchema).max(100);
const pageSchema = z.object({
  since: z.coerce.number().int().nonnegative().default(0),
  limit: z.coerce.number().int().positive().max(200_000).default(1_000),
});

/** All paths under `/_sandbox/`. Bodies that do not fit throw a ZodError, which is answered with 400. */
export const adminRoutes: readonly AdminRoute[] = [
  { method: 'GET', path: '/_sandbox/health', answer: health },
  { method: 'GET', path: '/_sandbox/scenarios', answer: () => jsonReply(200, { scenarios }) },
  { method: 'GET', path: '/_sandbox/settings', answer: (state) => jsonReply(200, settingsShown(state)) },
  { method: 'PATCH', path: '/_sandbox/settings', answer: patchSettings },
  { method: 'GET', path: '/_sandbox/faults', answer: (state) => jsonReply(200, { faults: state.faults.list() }) },
  { method: 'POST', path: '/_sandbox/faults', answer: addFaults },
  { method: 'DELETE', path: '/_sandbox/faults', answer: clearFaults },
  { method: 'GET', path: '/_sandbox/calls', answer: readCalls },
  { method: 'GET', path: '/_sandbox/counters', answer: readCounters },
  { method: 'POST', path: '/_sandbox/webhooks', answer: sendWebhook },
  { method: 'GET', path: '/_sandbox/webhooks', answer: (state) => jsonReply(200, { webhooks: state.webhooks.list() }) },
  { method: 'POST', path: '/_sandbox/reset', answer: reset },
];

function health(state: SandboxState): Reply {
  const kept = { transactions: state.transactions.size, imageBytes: state.images.bytes };
  return jsonReply(200, { status: 'ok', ...kept, endpoints });
}

/** API keys are left out. */
function settingsShown({ settings }: SandboxState): object {
  const { latency, rateWindows } = settings;
  return { ...settings, apiKeys: undefined, latency: latencyText(latency), rateWindows: rateWindowsText(rateWindows) };
}

function patchSettings(state: SandboxState, body: unknown): Reply {
  state.settings = changeSettings(state.settings, body);
  return jsonReply(200, settingsShown(state));
}

function addFaults(state: SandboxState, body: unknown): Reply {
  const faults = faultsSchema.parse([body].flat());
  const stray = faults.find(({ endpoint }) => !known.has(endpoint.toLowerCase()));
  if (stray !== undefined) return jsonReply(400, { error: `unknown endpoint ${stray.endpoint}`, endpoints });
  const ids = faults.map((fault) => state.faults.add(fault));
  return ids.includes(false) ? jsonReply(409, { error: 'too many faults' }) : jsonReply(201, { ids });
}

function clearFaults(state: SandboxState): Reply {
  state.faults.clear();
  return jsonReply(200, { faults: [] });
}

function readCalls({ calls }: SandboxState, _body: unknown, { query }: Target): Reply {
  const { since, limit } = pageSchema.parse(Object.fromEntries(query));
  return jsonReply(200, calls.read(since, limit));
}

function readCounters({ calls }: SandboxState): Reply {
  return jsonReply(200, { ...calls.totals, byEndpointStatusAndCode: calls.counters.snapshot() });
}

function sendWebhook(state: SandboxState, body: unknown): Reply {
  return jsonReply(202, state.webhooks.send(webhookSchema.parse(body)));
}

function reset(state: SandboxState): Reply {
  resetState(state);
  return jsonReply(200, { status: 'reset' });
}
