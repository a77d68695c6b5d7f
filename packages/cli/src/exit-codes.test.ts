import { ConnectionError, ImageSourceError, ProblemError, TimeoutError } from '@identity-events/sdk/errors';
import { expect, it } from 'vitest';
import { exitCodeOf, Interrupted, OutputClosed, UnavailableError, UsageError } from './exit-codes.ts';
import { explainError } from './explain-error.ts';

const problem = (status: number) => new ProblemError({ status, type: '/problems/gone', title: 'Gone.' });

it.each([
  [new OutputClosed('closed'), 0],
  [Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }), 0],
  [new UsageError('no'), 2],
  [new ImageSourceError('image-too-large', 'front'), 2],
  [problem(410), 3],
  [problem(501), 3],
  [problem(429), 4],
  [problem(503), 4],
  [new ConnectionError('no whole answer arrived'), 4],
  [new TimeoutError('late'), 4],
  [new UnavailableError('Kafka'), 4],
  [new TypeError('a bug'), 70],
  ['no error at all', 70],
  [new Interrupted('SIGINT', 2), 130],
])('%s ends with %i', (error, code) => {
  expect(exitCodeOf(error)).toBe(code);
});

it('a problem is told with its code, every fault and the request', () => {
  const errors = [{ pointer: '#/subject', detail: 'is missing' }];
  const facts = {
    status: 422,
    type: '/problems/invalid-capture',
    title: 'The capture is not valid.',
    requestId: 'r-1',
  };
  expect(explainError(new ProblemError({ ...facts, errors }))).toBe(
    'error: 422 The capture is not valid. (invalid-capture)\n  #/subject: is missing\nrequest r-1\n',
  );
});

it('what the service says can not steer the terminal', () => {
  const told = explainError(new UsageError('\u001b[2Jx\u0007\u009b31m'));
  expect(told).toBe('error: x?\n');
});
