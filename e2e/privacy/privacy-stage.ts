import type { Haystack } from '../search/needles.ts';
import type { Redis } from '../search/read-redis.ts';
import type { TestSystem } from '../support/test-system.ts';
import type { PlantedValues } from './planted-values.ts';

/** A request; its headers are added to those of a client who may do everything. */
export interface PlantedRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | FormData;
  /** The answer gives personal data to a client who may have it: when it is 2xx it is no place to search. */
  readonly handsOut?: boolean;
}

/** What came back. */
interface PlantedAnswer {
  readonly status: number;
  readonly text: string;
  readonly bytes: Buffer;
}

/** The system under proof, what was planted in it, and every answer that it gave. */
export interface PrivacyStage {
  readonly test: TestSystem;
  readonly redis: Redis;
  readonly values: PlantedValues;
  /** Places to search: every answer, its headers included. */
  readonly answers: Haystack[];
  /** Sends a request; `what` names its answer for people. */
  ask(what: string, path: string, request?: PlantedRequest): Promise<PlantedAnswer>;
}

/** The values that the system is started with: secrets, to be found nowhere. */
export interface PlantedSecrets {
  readonly apiKey: string;
  readonly webhookSecret: string;
}

export function createPrivacyStage(
  test: TestSystem,
  redis: Redis,
  values: PlantedValues,
  { apiKey }: PlantedSecrets,
): PrivacyStage {
  const answers: Haystack[] = [];
  return {
    test,
    redis,
    values,
    answers,
    async ask(what, path, { method = 'GET', headers = {}, body, handsOut = false } = {}) {
      const response = await fetch(test.system.apiUrl + path, {
        method,
        headers: { authorization: `Bearer ${apiKey}`, ...headers },
        ...(body === undefined ? {} : { body }),
      });
      const bytes = Buffer.from(await response.arrayBuffer());
      const told = handsOut && response.ok ? [] : [bytes];
      const head = Buffer.from(JSON.stringify([...response.headers]));
      answers.push({ place: `answer ${response.status} ${what}`, bytes: Buffer.concat([head, ...told]) });
      return { status: response.status, text: bytes.toString(), bytes };
    },
  };
}
