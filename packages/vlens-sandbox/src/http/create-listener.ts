import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { ZodError, z } from 'zod';
import { adminRoutes } from '../admin/admin-routes.ts';
import { ApiFailure } from '../provider/api-failure.ts';
import { providerRoutes } from '../provider/routes.ts';
import type { SandboxState } from '../state/sandbox-state.ts';
import { deliver } from './delivery.ts';
import { readJsonBody, readTarget, type Target } from './read-request.ts';
import { jsonReply, type Reply } from './reply.ts';
import { RouteTable } from './route-table.ts';
import { serveProviderCall } from './serve-provider-call.ts';

const ADMIN_PREFIX = '/_sandbox/';

/**
 * The sandbox's request listener: `/_sandbox/` is its own interface, everything else the provider's. Bugs end the one
 * connection they struck.
 */
export function createListener(state: SandboxState, onBug: (error: unknown) => void): RequestListener {
  const provider = new RouteTable(providerRoutes);
  const admin = new RouteTable(adminRoutes);
  return (request, response) => {
    const method = request.method ?? 'GET';
    const target = readTarget(request.url ?? '/');
    const served = target.path.startsWith(ADMIN_PREFIX)
      ? serveAdminCall(admin.find(method, target.path)?.answer, { request, response, target }, state)
      : serveProviderCall(provider.find(method, target.path), { request, response, target }, state);
    served.catch((error: unknown) => {
      if (!isClientGone(request)) onBug(error);
      response.destroy();
    });
  };
}

type AdminAnswer = (typeof adminRoutes)[number]['answer'];

async function serveAdminCall(
  answer: AdminAnswer | undefined,
  { request, response, target }: { request: IncomingMessage; response: ServerResponse; target: Target },
  state: SandboxState,
): Promise<void> {
  const reply = await adminReply(answer, request, { target, state });
  await deliver(response, reply, { how: 'whole' }, state.clock);
}

async function adminReply(
  answer: AdminAnswer | undefined,
  request: IncomingMessage,
  { target, state }: { target: Target; state: SandboxState },
): Promise<Reply> {
  if (answer === undefined) return jsonReply(404, { error: 'no such endpoint' });
  try {
    return answer(state, await readJsonBody(request), target);
  } catch (error) {
    if (error instanceof ZodError) return jsonReply(400, { error: z.prettifyError(error) });
    if (error instanceof ApiFailure) return jsonReply(error.code, { error: error.message });
    throw error;
  }
}

function isClientGone(request: IncomingMessage): boolean {
  return request.destroyed && !request.complete;
}
