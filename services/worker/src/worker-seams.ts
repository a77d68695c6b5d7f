import type { Captures } from '@identity-events/shared/store/captures';
import type { ProviderCalls } from './captures/collect-evidence.ts';
import type { EventPublisher } from './captures/event-publisher.ts';
import type { CaptureJobDeps } from './queue/capture-job-processor.ts';

/**
 * Wrappers around the ports between the parts, by which tests stand in the way at a chosen moment, so that the parts
 * themselves hold no failpoints. What a wrapper returns must keep the port's promise. In production there are none.
 */
export interface WorkerSeams {
  readonly captures?: (captures: Captures) => Captures;
  readonly provider?: (provider: ProviderCalls) => ProviderCalls;
  readonly publisher?: (publisher: EventPublisher) => EventPublisher;
  readonly process?: (process: CaptureJobDeps['process']) => CaptureJobDeps['process'];
}

/** The port, behind its wrapper if there is one. */
export function through<T>(wrap: ((port: T) => T) | undefined, port: T): T {
  return wrap ? wrap(port) : port;
}
