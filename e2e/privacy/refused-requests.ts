import type { PlantedValues } from './planted-values.ts';
import type { PlantedRequest, PrivacyStage } from './privacy-stage.ts';
import { plantedImage, plantedLink, submissionOf } from './submit-planted.ts';

const json = { 'content-type': 'application/json' };

/** Sends everything that the API refuses, personal data in the wrong places included. */
export async function sendRefused(stage: PrivacyStage): Promise<void> {
  for (const [what, path, request] of requests(stage.values)) {
    const { status } = await stage.ask(what, path, request);
    if (status < 400 || status === 500) throw new Error(`${what} was answered ${status}`);
  }
  await repeatKey(stage);
}

type Refused = readonly [what: string, path: string, request: PlantedRequest];

function requests(values: PlantedValues): Refused[] {
  const text = (what: string): string => values.text(what);
  const submit = (what: string, body: string | FormData, headers: Record<string, string>): Refused => [
    what,
    '/v1/captures',
    { method: 'POST', body, headers: { 'idempotency-key': text('idempotency key'), ...headers } },
  ];
  const link = (change: object): string => JSON.stringify({ ...plantedLink(values), ...change });
  const image = plantedImage(values).toString('base64');
  const form = new FormData();
  form.set('kind', 'national_id');
  form.set('subject', text('subject'));
  form.set('front', new Blob([Buffer.from(text('text for an image'))]), text('file name'));
  return [
    submit('broken JSON', link({}).slice(0, -3), json),
    submit('JSON that is one text', JSON.stringify(text('body')), json),
    submit('a bare text', text('body'), json),
    submit('another type', text('body'), { 'content-type': 'text/plain' }),
    submit('compressed', text('body'), { ...json, 'content-encoding': 'gzip' }),
    submit(
      'values of the wrong form',
      link({ subject: 'محمد '.concat(text('name')), userToken: 'a '.concat(text('token')) }),
      json,
    ),
    submit('strange kind', link({ kind: text('kind') }), json),
    submit('strange value', link({ nationalId: text('ID number'), expiresAt: text('date') }), json),
    submit('image beside a link', link({ front: image }), json),
    submit('image that is not base64', link({ kind: 'national_id', front: `${image}*` }), json),
    submit('form with faults', form, {}),
    submit('form cut short', `--b\r\ncontent-disposition: form-data; name="userToken"\r\n\r\n${text('token')}`, {
      'content-type': 'multipart/form-data; boundary=b',
    }),
    submit('wrong key', link({}), { ...json, authorization: `Bearer ${text('wrong API key')}` }),
    submit('password', link({}), {
      ...json,
      authorization: `Basic ${Buffer.from(text('password')).toString('base64')}`,
    }),
    ['read a name', `/v1/captures/${text('name in a path')}`, {}],
    ['read a path', `/v1/${text('name in a path')}?token=${text('token in a query')}`, {}],
    [
      'strange query',
      `/v1/captures?subject=${encodeURIComponent(`محمد ${text('name')}`)}&status=${text('status')}`,
      {},
    ],
    ['strange contact', `/v1/identities/images?emailOrPhoneNumber=${text('contact')}`, {}],
    ['strange file', `/v1/identities/images/content?transactionId=${text('id')}&fileName=${text('file name')}`, {}],
    [
      'strange webhook',
      `/v1/webhooks/vlens/${text('tenant')}/${text('webhook secret')}`,
      { method: 'POST', body: '{}' },
    ],
    ['strange method', `/v1/subjects/${text('subject')}`, { method: 'PATCH', body: text('body') }],
    ['strange subject', `/v1/subjects/${encodeURIComponent(`محمد ${text('name')}`)}`, { method: 'DELETE' }],
    ['strange dead letter', `/v1/ops/dead-letters/${text('name')}`, {}],
    ['strange page', `/problems/${text('name')}`, {}],
    ['strange schema', `/schemas/${text('name')}`, {}],
  ];
}

/** The same key for two persons. */
async function repeatKey({ ask, values }: PrivacyStage): Promise<void> {
  const headers = { ...json, 'idempotency-key': values.text('idempotency key') };
  for (const status of [202, 422]) {
    const { body } = submissionOf(values, { kind: 'link' });
    const answer = await ask('repeated key', '/v1/captures', { method: 'POST', headers, body });
    if (answer.status !== status) throw new Error(`a repeated key was answered ${answer.status}`);
  }
}
