import { expect, it } from 'vitest';
import { readRetryAfter, toProblemError } from './problem.ts';

const answer = (status: number, headers: Record<string, string> = {}) => new Response(null, { status, headers });

it('a problem of the service is an error with all that it says', () => {
  const body = {
    type: '/problems/invalid-capture',
    title: 'The capture is not valid.',
    status: 422,
    errors: [{ pointer: '#/front', detail: 'is missing' }],
    requestId: 'r-1',
  };
  const error = toProblemError(answer(422), JSON.stringify(body));
  expect(error).toMatchObject({ ...body, code: 'invalid-capture', name: 'ProblemError' });
  expect(error.message).toBe('422 The capture is not valid.');
});

it('an answer of something in between is an error by its status', () => {
  const error = toProblemError(answer(502, { 'x-request-id': 'r-2' }), '<html>bad gateway</html>');
  expect(error).toMatchObject({ code: 'http-502', status: 502, type: 'about:blank', errors: [], requestId: 'r-2' });
});

it('members of the wrong type count as missing', () => {
  const body = JSON.stringify({ type: 7, title: null, errors: 'all', detail: {} });
  expect(toProblemError(answer(400), body)).toMatchObject({ code: 'http-400', detail: undefined, errors: [] });
});

it.each([
  [null, undefined],
  ['3', 3_000],
  ['Tue, 24 Nov 2026 06:00:10 GMT', 10_000],
  ['Tue, 24 Nov 2026 05:00:00 GMT', 0],
  ['soon', undefined],
  ['-1', undefined],
])('Retry-After %o is %o ms', (header, ms) => {
  expect(readRetryAfter(header, Date.parse('2026-11-24T06:00:00Z'))).toBe(ms);
});
