import { expect, test } from 'vitest';
import { type ArrivedEvent, createLedger, type Ledger } from './ledger.ts';

const open = (): Ledger => createLedger(1_000, () => undefined);
const capture = { captureId: 'cap_1', dueAt: 0, expect: 'verified' } as const;
const event: ArrivedEvent = { captureId: 'cap_1', eventId: 'cap_1.outcome', topic: 'identity.verified', at: 10 };

test('a capture with its event is in order', () => {
  const ledger = open();
  ledger.accept(capture);
  ledger.arrive(event);

  expect(ledger.balance()).toEqual({
    accepted: 1,
    arrived: 1,
    missing: 0,
    duplicates: 0,
    conflicts: 0,
    late: 0,
    unexpected: 0,
    foreign: 0,
  });
});

test('an event that is faster than the answer to its submission counts as well', () => {
  const seen: string[] = [];
  const ledger = createLedger(1_000, ({ captureId }) => seen.push(captureId));
  ledger.arrive(event);
  ledger.accept(capture);

  expect(ledger.balance()).toMatchObject({ arrived: 1, foreign: 0 });
  expect(seen).toEqual(['cap_1']);
});

test('a lost event is missing', () => {
  const ledger = open();
  ledger.accept(capture);
  ledger.accept({ ...capture, captureId: 'cap_2' });
  ledger.arrive(event);

  expect(ledger.balance()).toMatchObject({ accepted: 2, arrived: 1, missing: 1 });
  expect(ledger.open()).toBe(1);
});

test('a second record with the same id is a duplicate, with another id a conflict', () => {
  const ledger = open();
  ledger.accept(capture);
  ledger.arrive(event);
  ledger.arrive(event);
  ledger.arrive({ ...event, eventId: 'cap_1.other' });

  expect(ledger.balance()).toMatchObject({ arrived: 1, duplicates: 1, conflicts: 1 });
});

test('an event later than allowed is late, and only the first one counts', () => {
  const ledger = open();
  ledger.accept(capture);
  ledger.accept({ ...capture, captureId: 'cap_2' });
  ledger.arrive({ ...event, at: 1_001 });
  ledger.arrive({ ...event, captureId: 'cap_2', at: 999 });
  ledger.arrive({ ...event, captureId: 'cap_2', at: 5_000 });

  expect(ledger.balance().late).toBe(1);
});

test('another outcome than expected is told', () => {
  const ledger = open();
  ledger.accept(capture);
  ledger.arrive({ ...event, topic: 'identity.failed' });

  expect(ledger.balance().unexpected).toBe(1);
});

test('events of others are told apart', () => {
  const ledger = open();
  ledger.accept(capture);
  ledger.arrive(event);
  ledger.arrive({ ...event, captureId: 'cap_of_somebody' });

  expect(ledger.balance()).toMatchObject({ accepted: 1, foreign: 1, duplicates: 0 });
});

test('a replayed answer is the same capture', () => {
  const ledger = open();
  ledger.accept(capture);
  ledger.accept(capture);

  expect(ledger.balance()).toMatchObject({ accepted: 1, missing: 1 });
});
