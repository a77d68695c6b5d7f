import { randomUUID } from 'node:crypto';
import { scenarios } from '@identity-events/vlens-sandbox/scenarios/scenario-table';
import type { PrivacyStage } from './privacy-stage.ts';
import { plantedLink, readCapture, type Submission, submitPlanted, verifiedTransaction } from './submit-planted.ts';

/** How much of everything is gone through. */
export interface Extent {
  /** Every code and find of the provider instead of one of each sort. */
  readonly whole: boolean;
}

/** Captures that end well, of every kind, and whatever their client may then read. */
export async function succeed(stage: PrivacyStage): Promise<void> {
  const phone = `2010${String(Math.floor(Math.random() * 1e8)).padStart(8, '0')}`;
  stage.values.add('phone number', phone);
  const kinds: Submission[] = [
    { kind: 'national_id', userToken: `sandbox-user-${phone}` },
    { kind: 'national_id_ocr' },
    { kind: 'link' },
  ];
  for (const kind of kinds) {
    const id = await submitPlanted(stage, kind);
    const view = await outcomeOf(stage, id);
    if (!['verified', 'captured'].includes(view.status)) throw new Error(`${kind.kind} ended as ${view.status}`);
    await stage.ask('events', `/v1/captures/${id}/events`);
    await stage.ask('identity', `/v1/captures/${id}/identity`, { handsOut: true });
    if (kind.userToken !== undefined) await readEvidence(stage, phone, view.transactionId);
  }
  await stage.ask('list', '/v1/captures?limit=100');
  await stage.ask('batch', '/v1/captures/batch', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': stage.values.text('idempotency key') },
    body: JSON.stringify({
      captures: [linkOf(stage), { ...linkOf(stage), colour: stage.values.text('strange value') }],
    }),
  });
}

const linkOf = ({ values }: PrivacyStage) => ({
  idempotencyKey: values.text('idempotency key'),
  ...plantedLink(values),
});

const evidenceFaults = [
  { kind: 'malformed' },
  { kind: 'truncate' },
  { kind: 'html' },
  { kind: 'status', status: 500 },
  { kind: 'error', errorCode: 9999 },
  { kind: 'reset' },
] as const;

/** The images that the provider holds: had, not had, and spoilt on the way. */
async function readEvidence(stage: PrivacyStage, phone: string, transactionId: string): Promise<void> {
  const { values, test } = stage;
  const list = `/v1/identities/images?emailOrPhoneNumber=%2B${phone}`;
  const { status, text } = await stage.ask('evidence list', list, { handsOut: true });
  if (status !== 200) throw new Error(`the list of images was answered ${status}: ${text}`);
  const { images } = JSON.parse(text) as { images: { fileName: string }[] };
  for (const { fileName } of images) values.add('evidence file name', fileName);
  const [first] = images;
  const content = `/v1/identities/images/content?transactionId=${transactionId}&fileName=${first?.fileName}`;
  const image = await stage.ask('evidence image', content, { handsOut: true });
  if (image.status !== 200) throw new Error(`the image was answered ${image.status}`);
  for (const fault of evidenceFaults) {
    for (const [endpoint, path] of [
      ['GetUserDigitalIdentityImages', list],
      ['GetStepImage', content],
    ] as const) {
      await test.sandbox.addFault({ ...fault, endpoint, times: 1, when: 'after' });
      await stage.ask(`evidence ${fault.kind}`, path);
    }
  }
  await test.sandbox.clearFaults();
  const nobody = `${values.text('e-mail address')}@nobody.example`;
  await stage.ask('evidence of nobody', `/v1/identities/images?emailOrPhoneNumber=${encodeURIComponent(nobody)}`);
}

/** These hold a tenant's captures until the account is mended, as long as a transaction is answered so. */
const accountCodes = new Set(['0401', '4001', '4002', '4004', '4005', '4006', '4007']);
const someFinds = new Set([
  '0010',
  '0020',
  '0025',
  '0030',
  '0040',
  '0050',
  '1050',
  '3010',
  '3101',
  '4209',
  '5005',
  '7001',
]);

/** Whatever the provider may find, in a linked transaction and in an image. */
export async function failByFinds(stage: PrivacyStage, { whole }: Extent): Promise<void> {
  const finds = scenarios.filter(({ number }) => !accountCodes.has(number) && (whole || someFinds.has(number)));
  const submissions = finds.flatMap(({ name, number, carriedBy }): Submission[] => [
    { kind: 'link', transactionId: `00000000-0000-4000-8000-00000000${number}` },
    ...(carriedBy === 'id, image' ? [{ kind: 'national_id', front: name } as const] : []),
  ]);
  const ids: string[] = [];
  for (const submission of submissions) ids.push(await submitPlanted(stage, submission));
  for (const id of ids) await outcomeOf(stage, id);
}

const providerFaults = [
  ...evidenceFaults,
  { kind: 'status', status: 429, retryAfterSeconds: 1 },
  { kind: 'status', status: 400 },
  { kind: 'error', errorCode: 4002 },
  { kind: 'redirect', location: 'http://127.0.0.1:9/elsewhere' },
  { kind: 'hang' },
] as const;

/** Whatever may befall a call on its way: one capture with images and one link each. */
export async function failByFaults(stage: PrivacyStage): Promise<void> {
  for (const fault of providerFaults) {
    const transactionId = verifiedTransaction();
    const when = fault.kind === 'hang' ? 'before' : 'after';
    const struck = { ...fault, times: 1, when };
    await stage.test.sandbox.addFault({ ...struck, endpoint: 'verify/id/front' });
    await stage.test.sandbox.addFault({ ...struck, endpoint: 'LinkUserWithExistingTransaction', transactionId });
    const ids = [
      await submitPlanted(stage, { kind: 'national_id' }),
      await submitPlanted(stage, { kind: 'link', transactionId }),
    ];
    for (const id of ids) await outcomeOf(stage, id);
  }
  await stage.test.sandbox.clearFaults();
}

/** What the provider posts, with more in it than we asked for, and from who may not. */
export async function notify({ ask, values }: PrivacyStage, webhookSecret: string): Promise<void> {
  const notification = (change: object = {}) =>
    JSON.stringify({
      Id: randomUUID(),
      WebhookEvent: 'App.BusinessRequestStatusChange',
      Attempt: 1,
      Data: { Id: randomUUID(), NewStatus: 'PendingApproval', CustomerName: values.text('name in a webhook') },
      Customer: { Phone: values.text('phone in a webhook'), NationalId: values.text('ID number in a webhook') },
      ...change,
    });
  const post = (what: string, body: string, secret: string, path = '') =>
    ask(`webhook ${what}`, `/v1/webhooks/vlens/demo${path}`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', ...(secret === '' ? {} : { 'x-webhook-secret': secret }) },
    });
  await post('by header', notification(), webhookSecret);
  await post('by path', notification(), '', `/${webhookSecret}`);
  await post('of a stranger', notification(), values.text('wrong webhook secret'));
  await post('of a stranger by path', notification(), '', `/${values.text('wrong webhook secret')}`);
  await post('of a strange kind', notification({ WebhookEvent: values.text('webhook kind') }), webhookSecret);
  await post('with a strange id', notification({ Id: values.text('webhook id') }), webhookSecret);
  await post('broken', notification().slice(0, -1), webhookSecret);
}

/** The capture with its outcome, which is in Kafka. */
export function outcomeOf(stage: PrivacyStage, id: string) {
  return stage.test.until(
    () => readCapture(stage, id, '10s'),
    ({ event }) => event !== undefined,
    60_000,
  );
}
