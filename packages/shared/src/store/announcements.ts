import type { Redis } from 'ioredis';
import type { CloudEvent } from '../contracts/cloud-event.ts';
import { keys } from './keys.ts';
import { runScript, script } from './run-script.ts';
import { announceOnceScript } from './scripts.ts';

/** What tells one announcement from another, and for how long. */
export interface Once {
  readonly tenant: string;
  /** Up to 128 characters; the same for what must be announced once. */
  readonly id: string;
  /** How long it is remembered that it was announced. */
  readonly windowMs: number;
}

/** Events that are about no capture. */
export interface Announcements {
  /**
   * Puts an event into the outbox, from where it goes to Kafka behind those with the same key: `announced`. With an id that was
   * announced within its window nothing happens: `repeated`. Both in one step, however many callers race. Throws
   * `AppError('redis_unavailable')`.
   */
  once(event: CloudEvent, once: Once): Promise<'announced' | 'repeated'>;
}

const announceOnce = script(announceOnceScript);

export function createAnnouncements(redis: Redis): Announcements {
  return {
    async once(event, { tenant, id, windowMs }) {
      const touched = [keys.announced(tenant, id), keys.outbox];
      const reply = await runScript(redis, announceOnce, touched, [windowMs, JSON.stringify(event), event.type]);
      return reply === 1 ? 'announced' : 'repeated';
    },
  };
}
