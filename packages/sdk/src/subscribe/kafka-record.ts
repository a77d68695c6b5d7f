/** A header's value as Kafka clients give it. */
type HeaderValue = Buffer | string | (Buffer | string)[] | undefined;

/** A record as it came from Kafka. */
export interface KafkaRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  /** When it was written, in epoch ms. */
  readonly timestamp: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers?: Readonly<Record<string, HeaderValue>>;
}

/** A header as text; of a repeated one, the last. */
export function headerOf(record: Pick<KafkaRecord, 'headers'>, name: string): string | undefined {
  const value = record.headers?.[name];
  const last = Array.isArray(value) ? value.at(-1) : value;
  return last?.toString();
}
