import { type CaptureKind, type CaptureStatus, callsOf, isTerminal, type Lane } from '../contracts/capture.ts';

/** A capture as the model sees it: everything that the engines should say about it. */
export interface ModelCapture {
  readonly id: string;
  readonly kind: CaptureKind;
  readonly lane: Lane;
  readonly fingerprint: string;
  status: CaptureStatus;
  readonly steps: Set<string>;
  failedCalls: number;
  event: 'none' | 'outbox' | 'lost' | 'published';
  job: 'waiting' | 'running' | 'dead' | 'none';
  diedAt: number;
  redrives: number;
  redriveOf: number;
}

/** All captures by the key with which they were accepted. */
export interface Model {
  readonly captures: Map<string, ModelCapture>;
}

export function newModelCapture(id: string, kind: CaptureKind, lane: Lane, fingerprint: string): ModelCapture {
  return {
    id,
    kind,
    lane,
    fingerprint,
    status: 'queued',
    steps: new Set(),
    failedCalls: 0,
    event: 'none',
    job: 'waiting',
    diedAt: 0,
    redrives: 0,
    redriveOf: 0,
  };
}

export const stepsOfModel = (kind: CaptureKind): string[] =>
  Array.from({ length: callsOf[kind] }, (_, i) => `step_${i}`);

/** The provider calls that open captures of a lane still need. */
export function backlogOf({ captures }: Model, lane: Lane): number {
  return [...captures.values()]
    .filter((capture) => capture.lane === lane && !isTerminal(capture.status))
    .reduce((sum, { kind, steps }) => sum + callsOf[kind] - steps.size, 0);
}
