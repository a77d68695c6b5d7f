import type { CaptureView } from './open-contracts.ts';

/** Known by its code, so that an error of another copy of this package counts too. */
export const dependencyUnavailable = 'dependency-unavailable';

/** Anything this package throws on purpose. `code` is stable; what else is thrown is a bug or comes from your own code. */
export abstract class IdentityEventsError extends Error {
  abstract readonly code: string;

  override get name(): string {
    return this.constructor.name;
  }
}

/** What is wrong with one member of a body (`pointer`, RFC 6901) or one parameter of a query. */
export interface ProblemFault {
  readonly pointer?: string | undefined;
  readonly parameter?: string | undefined;
  readonly detail: string;
}

/** What a problem answer says. */
export interface ProblemFacts {
  readonly status: number;
  readonly type: string;
  readonly title: string;
  readonly detail?: string | undefined;
  readonly errors?: readonly ProblemFault[] | undefined;
  readonly requestId?: string | undefined;
  readonly retryAfterMs?: number | undefined;
}

/**
 * The service answered that it will not do it (RFC 9457).
 *
 * `code` is the last part of `type`, such as `invalid-capture`, or `http-<status>` when something in between answered
 * without a problem body. `<baseUrl><type>` is a page that says what to do.
 */
export class ProblemError extends IdentityEventsError implements ProblemFacts {
  override readonly code: string;
  readonly status: number;
  readonly type: string;
  readonly title: string;
  readonly detail: string | undefined;
  /** Every fault of the body or query; empty when the answer named none. */
  readonly errors: readonly ProblemFault[];
  /** Names the request in the service's logs. */
  readonly requestId: string | undefined;
  /** How long to wait before the same request is worth sending, if the answer said so. */
  readonly retryAfterMs: number | undefined;

  constructor(facts: ProblemFacts) {
    super([`${facts.status} ${facts.title}`, facts.detail].filter(Boolean).join(' '));
    this.code = facts.type.startsWith('/problems/') ? facts.type.slice('/problems/'.length) : `http-${facts.status}`;
    this.status = facts.status;
    this.type = facts.type;
    this.title = facts.title;
    this.detail = facts.detail;
    this.errors = facts.errors ?? [];
    this.requestId = facts.requestId;
    this.retryAfterMs = facts.retryAfterMs;
  }
}

/** No whole answer arrived: no connection, or it was lost. Whether the service did the work is unknown. */
export class ConnectionError extends IdentityEventsError {
  override readonly code = 'connection-lost';
}

/** No whole answer arrived in time. Whether the service did the work is unknown. */
export class TimeoutError extends IdentityEventsError {
  override readonly code = 'timeout';
}

/** The service answered with success, and in a form that this version can not read. */
export class UnusableAnswerError extends IdentityEventsError {
  override readonly code = 'unusable-answer';
}

/** An image can not be read, or is larger than the service takes. Nothing was sent. */
export class ImageSourceError extends IdentityEventsError {
  override readonly code: 'image-unreadable' | 'image-too-large';
  /** Which image: `front`, `back`, `face1`, `face2` or `face3`. */
  readonly image: string;

  constructor(code: ImageSourceError['code'], image: string, options?: ErrorOptions) {
    super(`${image}: ${code === 'image-too-large' ? 'larger than 5 MiB' : 'can not be read'}`, options);
    this.code = code;
    this.image = image;
  }
}

/** The capture had no outcome within the time given to `wait`; it goes on, and can be waited for again. */
export class StillOpenError extends IdentityEventsError {
  override readonly code = 'still-open';
  /** The capture as it was seen last. */
  readonly capture: CaptureView;

  constructor(capture: CaptureView) {
    super(`${capture.id} has no outcome yet: it is ${capture.status}`);
    this.capture = capture;
  }
}

/**
 * Thrown by your handler when something that it needs is away. The partition is held and the same event delivered again,
 * after longer and longer waits, until the handler succeeds or fails otherwise: nothing is skipped, no attempt counts.
 */
export class DependencyUnavailableError extends IdentityEventsError {
  override readonly code = dependencyUnavailable;
  /** How long to hold the partition, in ms, if you know. Limit: 300,000. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, { retryAfterMs, ...options }: ErrorOptions & { readonly retryAfterMs?: number } = {}) {
    super(message, options);
    this.retryAfterMs = retryAfterMs;
  }
}

/** A handler did not settle in time, or was told to stop. */
export class HandlerTimeoutError extends IdentityEventsError {
  override readonly code = 'handler-timeout';
}

/** A record is not an event as the contracts have it. The message never quotes it. */
export class UnreadableEventError extends IdentityEventsError {
  override readonly code = 'unreadable-event';
}
