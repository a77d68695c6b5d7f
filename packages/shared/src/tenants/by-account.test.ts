import { expect, it } from 'vitest';
import { rememberByAccount } from './by-account.ts';
import { keepTenants } from './keep-tenants.ts';
import { testTenant } from './tenant.fixture.ts';

const account = (apiKey: string) => ({ baseUrl: 'https://vlens.example', apiKey, admin: null });

function fixture() {
  const kept = keepTenants([testTenant('demo', { vlens: account('first') }), testTenant('mute')]);
  const closed: string[] = [];
  const things = rememberByAccount(kept.tenants, ({ apiKey }) => ({
    made: { apiKey },
    close: async () => void closed.push(apiKey),
  }));
  return { kept, closed, things };
}

it('a thing is made once for an account, whatever else changes of its tenant', () => {
  const { kept, closed, things } = fixture();
  const first = things.of('demo');
  kept.replace([testTenant('demo', { vlens: account('first'), retentionMs: 1 })]);
  expect(things.of('demo')).toBe(first);
  expect(closed).toEqual([]);
});

it('another account gets another thing, and the old one is closed', () => {
  const { kept, closed, things } = fixture();
  things.of('demo');
  kept.replace([testTenant('demo', { vlens: account('second') })]);
  expect(things.of('demo')).toEqual({ apiKey: 'second' });
  expect(closed).toEqual(['first']);
});

it('there is none for a tenant without an account, or without a place in the file; what it had is closed', async () => {
  const { kept, closed, things } = fixture();
  expect(things.of('mute')).toBeUndefined();
  things.of('demo');
  kept.replace([]);
  expect(things.of('demo')).toBeUndefined();
  expect(closed).toEqual(['first']);
  await things.close();
  expect(closed).toEqual(['first']);
});

it('all are closed in the end', async () => {
  const { closed, things } = fixture();
  things.of('demo');
  await things.close();
  expect(closed).toEqual(['first']);
});
