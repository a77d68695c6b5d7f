import fc from 'fast-check';
import { expect, it } from 'vitest';
import { captureKinds } from './capture.ts';
import { type Decision, failedBy } from './decision.ts';
import { type Checks, checkNames, checkResults, identityEvent } from './identity-event.ts';
import { reasonCodes, reasons } from './reasons.ts';
import { announce, toIdentityEvent } from './to-identity-event.ts';

const checks = fc.record(Object.fromEntries(checkNames.map((name) => [name, fc.constantFrom(...checkResults)])));
const decision = fc.oneof(
  fc.record({ outcome: fc.constantFrom('verified', 'captured'), checks }),
  fc.record({
    outcome: fc.constant('failed'),
    checks,
    reason: fc.constantFrom(...reasonCodes),
    providerCode: fc.option(fc.integer()),
  }),
) as fc.Arbitrary<Decision>;
const capture = fc.record({
  id: fc.stringMatching(/^cap_[0-9a-f]{32}$/),
  tenant: fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,62}$/),
  subject: fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._~-]{0,127}$/),
  kind: fc.constantFrom(...captureKinds),
  transactionId: fc.uuid(),
  createdAt: fc.nat({ max: 4e12 }),
  traceparent: fc.option(fc.constant('00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'), { nil: undefined }),
});
const decidedAt = fc.nat({ max: 4e12 });

it('every decision about every capture is an event that readers can parse, and the same one each time', () => {
  fc.assert(
    fc.property(capture, decision, decidedAt, (...made) => {
      const event = toIdentityEvent(...made);
      expect(identityEvent.parse(JSON.parse(JSON.stringify(event)))).toEqual(event);
      expect(toIdentityEvent(...made)).toEqual(event);
      expect(event.id).toBe(`${made[0].id}.outcome`);
      expect(event.type).toBe(`identity.${made[1].outcome}`);
    }),
  );
});

it('an event can be made again from the outcome that the record keeps', () => {
  fc.assert(
    fc.property(capture, decision, decidedAt, (...made) => {
      const event = JSON.stringify(toIdentityEvent(...made));
      const { data } = identityEvent.parse(JSON.parse(event));
      expect(JSON.parse(JSON.stringify(announce(data, made[0].traceparent)))).toEqual(JSON.parse(event));
    }),
  );
});

it.each(reasonCodes)('without evidence, %s fails with its group and every check not run', (reason) => {
  const { category, recapture } = reasons[reason];
  const [known] = fc.sample(capture, 1);
  if (!known) expect.fail();
  const { data } = toIdentityEvent(known, failedBy(reason), 0);
  expect(data).toMatchObject({ outcome: 'failed', reason: { code: reason, category, recapture, providerCode: null } });
  expect(Object.values(data.checks satisfies Checks)).toEqual(checkNames.map(() => 'not_run'));
});
