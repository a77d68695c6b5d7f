import { type CaptureKind, callsOf, type Lane } from '../contracts/capture.ts';
import type { RecordStatus } from './capture-states.ts';

/** Where an event is. */
type EventPlace = 'none' | 'outbox' | 'lost' | 'published';

/** A capture as the model sees it: everything that the engines should say about it. */
export interface ModelCapture {
  readonly id: string;
  readonly kind: CaptureKind;
  readonly lane: Lane;
  readonly key: string;
  readonly fingerprint: string;
  status: RecordStatus;
  readonly steps: Set<string>;
  failedCalls: number;
  event: EventPlace;
  redaction: EventPlace;
  /** Its outcome stands behind its redaction in the outbox. */
  late: boolean;
  job: 'waiting' | 'running' | 'dead' | 'none';
  diedAt: number;
  redrives: number;
  redriveOf: number;
}

/** All captures by the key with which they were accepted. */
export interface Model {
  readonly captures: Map<string, ModelCapture>;
}

export function newModelCapture(
  id: string,
  kind: CaptureKind,
  lane: Lane,
  claim: Pick<ModelCapture, 'key' | 'fingerprint'>,
): ModelCapture {
  return {
    id,
    kind,
    lane,
    ...claim,
    status: 'queued',
    steps: new Set(),
    failedCalls: 0,
    event: 'none',
    redaction: 'none',
    late: false,
    job: 'waiting',
    diedAt: 0,
    redrives: 0,
    redriveOf: 0,
  };
}

export const stepsOfModel = (kind: CaptureKind): string[] =>
  Array.from({ length: callsOf[kind] }, (_, i) => `step_${i}`);

export const isOpen = (status: RecordStatus): boolean => status === 'queued' || status === 'processing';

/** The provider calls that open captures of a lane still need. */
export function backlogOf({ captures }: Model, lane: Lane): number {
  return [...captures.values()]
    .filter((capture) => capture.lane === lane && isOpen(capture.status))
    .reduce((sum, { kind, steps }) => sum + callsOf[kind] - steps.size, 0);
}
