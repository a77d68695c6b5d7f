import type { Redis } from 'ioredis';
import { keys } from './keys.ts';
import { whileRedisIsUp } from './redis-errors.ts';

/** Tells when captures change: when they begin, finish a step, end, and when their event is in Kafka. */
export interface CaptureChanges {
  /**
   * From the moment this resolves, `onChange` is called after every change of the capture, by whichever process; also when
   * there may have been one, after Redis was away. Read the record then: several changes may come as one call, and a call
   * may come for none. Returns what ends it. Throws `AppError('redis_unavailable')`.
   */
  watch(captureId: string, onChange: () => void): Promise<() => void>;
}

interface Channel {
  readonly listeners: Set<() => void>;
  readonly open: Promise<unknown>;
}

/** How often a silent connection is asked for a sign of life while somebody watches, in ms. */
const pulseMs = 5_000;

/**
 * `subscriber` is a connection that nothing else uses: Redis takes no other commands on it. However many watch, a process
 * has this one connection, and hears of the captures that are watched, no others: the steps publish on a channel of each
 * capture, named like its record. While somebody watches, it is asked for a sign of life every `everyMs`, so that one that is half open
 * owes an answer and is given up (`connectFailingFast`).
 */
export function createCaptureChanges(subscriber: Redis, everyMs = pulseMs): CaptureChanges {
  const channels = new Map<string, Channel>();
  let pulse: NodeJS.Timeout | undefined;
  const ring = (channel: string): void => channels.get(channel)?.listeners.forEach((listener) => listener());
  subscriber.on('message', ring);
  // Whatever was published while the connection was gone is lost.
  subscriber.on('ready', () => {
    const watched = [...channels.keys()];
    if (watched.length === 0) return;
    subscriber.subscribe(...watched).then(
      () => watched.forEach(ring),
      () => undefined, // Gone again: the next connection does it.
    );
  });

  function close(name: string, { listeners }: Channel, listener: () => void): void {
    if (!listeners.delete(listener) || listeners.size > 0) return;
    channels.delete(name);
    if (channels.size === 0) clearInterval(pulse);
    subscriber.unsubscribe(name).catch(() => undefined);
  }

  return {
    async watch(captureId, onChange) {
      const name = keys.capture(captureId);
      const listener = (): void => onChange();
      const channel = channels.get(name) ?? {
        listeners: new Set(),
        open: whileRedisIsUp(() => subscriber.subscribe(name)),
      };
      if (channels.size === 0) pulse = setInterval(() => void subscriber.ping().catch(() => undefined), everyMs);
      channels.set(name, channel);
      channel.listeners.add(listener);
      try {
        await channel.open;
      } catch (error) {
        close(name, channel, listener);
        throw error;
      }
      return () => close(name, channel, listener);
    },
  };
}
