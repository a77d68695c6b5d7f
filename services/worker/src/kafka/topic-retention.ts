import { redactedEventType } from '@identity-events/shared/contracts/redacted-event';

/** The longest time a segment of a log is written to, in ms: Kafka deletes whole segments, so this is how late it may be. */
const segmentMsMax = 86_400_000;

/**
 * How a topic forgets, as Kafka's topic settings (https://kafka.apache.org/documentation/#topicconfigs): by age alone, counted
 * from when the broker took the record, whatever a worker's clock says.
 *
 * A record is gone after its retention and one segment. Redactions stay one segment longer than outcomes, so that while an
 * outcome can be read its redaction can be, too.
 */
export function topicRetention(topic: string, retentionMs: number): Readonly<Record<string, string>> {
  const segmentMs = Math.min(segmentMsMax, Math.ceil(retentionMs / 7));
  return {
    'cleanup.policy': 'delete',
    'retention.ms': String(topic === redactedEventType ? retentionMs + segmentMs : retentionMs),
    'segment.ms': String(segmentMs),
    'message.timestamp.type': 'LogAppendTime',
  };
}
