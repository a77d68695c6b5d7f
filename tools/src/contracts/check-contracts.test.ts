import { expect, test } from 'vitest';
import { checkContracts, findStale } from './check-contracts.ts';
import { buildFiles, toText } from './contract-files.ts';
import { type DocumentFiles, findBreaks } from './find-breaks.ts';
import type { Json } from './json-schema.ts';

const built = buildFiles();

/** The documents with one of them changed by replacing text; fails when the text is not there. */
function withChange(file: string, from: string, to: string, more: DocumentFiles = new Map()): DocumentFiles {
  const text = JSON.stringify(built.get(file));
  if (!text.includes(from)) expect.fail(`${from} is not in ${file}`);
  return new Map([...built, [file, JSON.parse(text.replace(from, to)) as Json], ...more]);
}

test('the committed documents are what the schemas say, and break nobody', () => {
  expect(checkContracts()).toEqual({ ok: true, output: '' });
});

test('a file that differs, is missing or should not be there is stale', () => {
  const texts = new Map([...built].map(([name, document]) => [name, toText(document)]));
  expect(findStale(texts, built)).toEqual([]);
  texts.set('openapi.json', '{}\n').set('events/old.json', '{}\n').delete('asyncapi.json');
  expect(findStale(texts, built).toSorted()).toEqual(['asyncapi.json', 'events/old.json', 'openapi.json']);
});

const failed = 'events/identity.failed.v1.schema.json';

test.each([
  ['a path', 'openapi.json', '"/v1/captures/{id}"', '"/v1/captures/{captureId}"', 'GET /v1/captures/{id} was removed'],
  ['a method', 'openapi.json', '"post":', '"put":', 'POST /v1/captures was removed'],
  ['a body type', 'openapi.json', '"multipart/form-data"', '"multipart/mixed"', 'no longer takes multipart/form-data'],
  ['a success', 'openapi.json', '"202"', '"201"', 'no longer answers 202'],
  ['an optional header', 'openapi.json', '"name":"traceparent"', '"name":"trace"', 'header traceparent was removed'],
  ['a certain header of an answer', 'openapi.json', '"Location"', '"Content-Location"', 'the header Location'],
  [
    'a field of an answer',
    'openapi.json',
    '"transactionId":{"type":"string","description":"The provider',
    '"transaction":{"type":"string","description":"The provider',
    '/transactionId was removed',
  ],
  [
    'a problem type',
    'openapi.json',
    '"/problems/gone","/problems/body-too-large"',
    '"/problems/body-too-large"',
    'no longer has the value "/problems/gone"',
  ],
  ['a kind of capture', 'openapi.json', '"const":"link"', '"const":"links"', 'no longer takes the'],
  [
    'a topic',
    'asyncapi.json',
    '"address":"identity.failed"',
    '"address":"failed"',
    'channel identity.failed was removed or moved',
  ],
  ['a header of a record', 'asyncapi.json', '"ce_subject":', '"ce_person":', '/ce_subject was removed'],
  ['a field of an event', failed, '"subject":', '"person":', 'identity.failed v1/subject was removed'],
  ['a reason', failed, '"face_mismatch",', '', 'reason/code no longer has the value "face_mismatch"'],
  [
    'a type in an event',
    failed,
    '"recapture":{"type":"boolean"',
    '"recapture":{"type":"string"',
    'recapture may now have the type',
  ],
])('a change of %s is refused', (_, file, from, to, told) => {
  expect(findBreaks(built, withChange(file, from, to)).join('\n')).toContain(told);
});

test.each([
  ['a new reason', failed, '"face_mismatch",', '"face_mismatch","face_hidden",'],
  ['a new field of an event', failed, '"properties":{', '"properties":{"more":{"type":"string"},'],
  ['a new topic', 'asyncapi.json', '"channels":{', '"channels":{"identity.more":{"address":"identity.more"},'],
  ['a new path', 'openapi.json', '"paths":{', '"paths":{"/v1/more":{"get":{}},'],
  ['other words', 'openapi.json', 'Submit a capture', 'Hand in a capture'],
  ['a raised version of a document', 'openapi.json', '"version":"1.', '"version":"2.'],
])('%s is allowed', (_, file, from, to) => {
  expect(findBreaks(built, withChange(file, from, to))).toEqual([]);
});

test('a break is allowed under a raised version only', () => {
  const broken = withChange('openapi.json', '"post":', '"put":');
  expect(findBreaks(built, broken)).toHaveLength(1);
  const raise = JSON.stringify(broken.get('openapi.json')).replace(/"version":"1\.\d+\.\d+"/, '"version":"2.0.0"');
  expect(findBreaks(built, new Map([...broken, ['openapi.json', JSON.parse(raise) as Json]]))).toEqual([]);
});

test('an event may break under a higher version of its own, and may not vanish', () => {
  const gone = new Map([...built].filter(([name]) => name !== failed));
  expect(findBreaks(built, gone)).toEqual(['identity.failed v1 was removed']);
  const raised = new Map([...gone, ['events/identity.failed.v2.schema.json', { type: 'object' }]]);
  expect(findBreaks(built, raised)).toEqual([]);
});
