import { expect, test } from 'vitest';
import { systemClock } from '../clock.ts';
import { settingsSchema } from '../settings.ts';
import { createState, resetState } from './sandbox-state.ts';
import { UserStore } from './user-store.ts';

const settings = settingsSchema.parse({ transactionsMax: 100, imageMemoryBytesMax: 1_000, callsMax: 50 });

test('transactions and images stay within their limits', () => {
  const state = createState(settings, systemClock);
  for (let index = 0; index < 1_000; index += 1) {
    const { id } = state.transactions.open('tenant', state.random.uuid());
    state.images.keep(id, 'front.jpg', Buffer.alloc(90));
    expect(state.transactions.size).toBeLessThanOrEqual(100);
    expect(state.images.bytes).toBeLessThanOrEqual(1_000);
  }
  expect(state.transactions.size).toBe(100);
});

test('magic transactions count towards the limit, and come back after being forgotten', () => {
  const state = createState(settings, systemClock);
  const magic = '00000000-0000-4000-8000-000000000000';
  for (let index = 0; index < 1_000; index += 1) {
    state.transactions.find('tenant', `11111111-0000-4000-8000-${String(index).padStart(12, '0')}`);
  }
  expect(state.transactions.size).toBe(100);
  expect(state.transactions.find('tenant', magic)?.steps).toHaveProperty('liveness');
});

test('users stay within their limit, found by every contact while kept', () => {
  const users = new UserStore(10);
  const first = users.register('tenant', '+201000000000', 'First@Example.org');
  expect(users.findByContact('tenant', 'first@example.org')).toBe(first);
  expect(users.findByContact('other', 'first@example.org')).toBeUndefined();
  for (let index = 1; index < 100; index += 1) users.register('tenant', `+20100000${String(index).padStart(4, '0')}`);
  expect(users.find(first.id)).toBeUndefined();
});

test('a reset forgets everything and repeats the same new transaction ids', () => {
  const state = createState(settings, systemClock);
  const id = state.random.uuid();
  state.transactions.open('tenant', id);
  state.calls.arrive('call', 0, 0);
  resetState(state);
  expect(state.transactions.find('tenant', id)).toBeUndefined();
  expect(state.calls.totals.calls).toBe(0);
  expect(state.random.uuid()).toBe(id);
});
