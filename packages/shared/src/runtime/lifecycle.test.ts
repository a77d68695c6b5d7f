import { expect, it } from 'vitest';
import { createLifecycle } from './lifecycle.ts';
import type { Logger } from './logger.ts';

const lines: string[] = [];
const note = (message: string): void => void lines.push(message);
const logger: Logger = { debug: note, info: note, warn: note, error: note };

it('releases newest first, all of them even when one fails, and each once', async () => {
  const released: string[] = [];
  const lifecycle = createLifecycle(logger);
  lifecycle.onStop('first', async () => released.push('first'));
  lifecycle.onStop('second', async () => {
    throw new Error('stuck');
  });
  lifecycle.onStop('third', async () => released.push('third'));
  const stops = await Promise.all([lifecycle.stop(1_000), lifecycle.stop(1_000)]);
  expect(stops).toEqual([false, false]);
  expect(released).toEqual(['third', 'first']);
  expect(lines).toContain('stop.failed');
});

it('gives up at the deadline', async () => {
  const lifecycle = createLifecycle(logger);
  lifecycle.onStop('hangs', () => new Promise(() => undefined));
  expect(await lifecycle.stop(20)).toBe(false);
});
