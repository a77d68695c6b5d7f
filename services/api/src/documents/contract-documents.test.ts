import { Parser } from '@asyncapi/parser';
import { jsonCapture } from '@identity-events/shared/contracts/capture-request';
import { eventTypes } from '@identity-events/shared/contracts/event-contracts';
import { eventSchemaName } from '@identity-events/shared/contracts/event-versions';
import { problemNames, problemType } from '@identity-events/shared/contracts/problems';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, it } from 'vitest';
import { checkCapture } from '../captures/check-capture.ts';
import { jpegOf } from '../captures/image.fixture.ts';
import { buildContractDocuments } from './contract-documents.ts';
import { exampleEvents } from './example-events.ts';

const documents = buildContractDocuments();
const copy = (value: object): Record<string, unknown> => JSON.parse(JSON.stringify(value)) as Record<string, unknown>;

/** Severity 0 is an error, 1 a warning, and so on. */
const isError = ({ severity }: { severity: number }): boolean => severity === 0;

it('the OpenAPI document is valid by the schema of OpenAPI 3.1', async () => {
  const validator = new Validator();
  expect(await validator.validate(copy(documents.openapi))).toEqual({ valid: true });
  expect(validator.version).toBe('3.1');
});

it('every problem is an answer of some operation; a wrong method is no operation', () => {
  const paths = JSON.stringify((documents.openapi as { paths: object }).paths);
  const unanswered = problemNames.filter((name) => !paths.includes(`"value":{"type":"${problemType(name)}"`));
  expect(unanswered).toEqual(['method-not-allowed']);
});

it('a broken OpenAPI document is found', async () => {
  const { info: _, ...broken } = copy(documents.openapi);
  expect(await new Validator().validate(broken)).toMatchObject({ valid: false });
});

it('the AsyncAPI document is valid by the parser of AsyncAPI', async () => {
  const { document, diagnostics } = await new Parser().parse(JSON.stringify(documents.asyncapi));
  expect(diagnostics.filter(isError)).toEqual([]);
  expect(
    document
      ?.allChannels()
      .all()
      .map((channel) => channel.address())
      .toSorted(),
  ).toEqual(eventTypes.toSorted());
});

it('a broken AsyncAPI document is found', async () => {
  const broken = JSON.stringify(documents.asyncapi).replaceAll('"#/channels/', '"#/nothing/');
  const { document, diagnostics } = await new Parser().parse(broken);
  expect(document).toBeUndefined();
  expect(diagnostics.some(isError)).toBe(true);
});

it.each(Object.entries(exampleEvents))(
  'the schema of %s is valid JSON Schema, takes an event and refuses another',
  (type, { data }) => {
    const schema = documents.eventSchemas.get(eventSchemaName(type, 1));
    const validate = new Ajv2020({ strictSchema: false, validateFormats: false }).compile(copy(schema ?? {}));
    expect(validate(data)).toBe(true);
    expect(validate({ ...data, another: 'field' })).toBe(true);
    expect(validate({ ...data, tenant: 1 })).toBe(false);
    if ('outcome' in data) expect(validate({ ...data, outcome: 'expired' })).toBe(false);
  },
);

it('nothing in the documents depends on when they are made', () => {
  expect(JSON.stringify([buildContractDocuments().openapi, buildContractDocuments().asyncapi])).toBe(
    JSON.stringify([documents.openapi, documents.asyncapi]),
  );
});

const names = ['front', 'back', 'face1', 'face2', 'face3'] as const;
const files = new Map(names.map((name, seed) => [name, jpegOf(3, 2, seed)]));
const base64 = Object.fromEntries([...files].map(([name, bytes]) => [name, bytes.toString('base64')]));
const person = { subject: 'user-1', userToken: 'token' };

it.each([
  ['a link', true, { kind: 'link', ...person, transactionId: '3f2504e0-4f89-41d3-9a0c-0305e82c3301' }, false],
  ['a national ID', true, { kind: 'national_id', ...person }, true],
  ['a national ID before login', true, { kind: 'national_id_ocr', subject: 'user-1' }, true],
  ['no images', false, { kind: 'national_id', ...person }, false],
  [
    'a link with images',
    false,
    { kind: 'link', ...person, transactionId: '3f2504e0-4f89-41d3-9a0c-0305e82c3301' },
    true,
  ],
  ['a field of another kind', false, { kind: 'national_id_ocr', ...person }, true],
  ['another kind', false, { kind: 'passport', ...person }, true],
] as const)('the schema of a submission and the check at the door agree on %s', (_, ok, fields, withImages) => {
  expect(checkCapture({ fields, images: new Map(withImages ? files : []) }, Date.now()).ok).toBe(ok);
  expect(jsonCapture.safeParse({ ...fields, ...(withImages ? base64 : {}) }).success).toBe(ok);
});
