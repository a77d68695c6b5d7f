import { type ApiScope, apiScopes } from '@identity-events/shared/contracts/scopes';
import request from 'supertest';
import { expect, it } from 'vitest';
import { createApiFixture, keyWith } from './http.fixture.ts';

const routes: readonly (readonly [method: 'get' | 'post' | 'delete', path: string, scope: ApiScope])[] = [
  ['post', '/v1/captures', 'captures:write'],
  ['get', '/v1/captures', 'captures:read'],
  ['post', '/v1/captures/batch', 'captures:write'],
  ['get', '/v1/captures/cap_1', 'captures:read'],
  ['get', '/v1/captures/cap_1/events', 'captures:read'],
  ['delete', '/v1/captures/cap_1', 'captures:write'],
  ['delete', '/v1/subjects/person_1', 'captures:write'],
  ['get', '/v1/captures/cap_1/identity', 'identity:read'],
  ['get', '/v1/identities/images', 'evidence:read'],
  ['get', '/v1/identities/images/content', 'evidence:read'],
];
const cases = routes.flatMap(([method, path, needed]) =>
  apiScopes.map((scope) => ({ method, path, needed, scope, may: scope === needed })),
);

it.each(cases)('$method $path with $scope: $may', async ({ method, path, needed, scope, may }) => {
  const client = request(createApiFixture().app);
  const response = await client[method](path).set('authorization', `Bearer ${keyWith(scope)}`);
  expect(response.status === 403).toBe(!may);
  // What the request lacks beside its scope is told only to those who may ask.
  expect([200, 400, 404, 403, 415]).toContain(response.status);
  if (may) return;
  expect(response.body).toMatchObject({ type: '/problems/forbidden', detail: expect.stringContaining(needed) });
  expect(response.headers['www-authenticate']).toBe('Bearer error="insufficient_scope"');
});

/** Webhooks know their senders by other means. */
const needsKey = (path = ''): boolean => path.startsWith('/v1/') && !path.startsWith('/v1/webhooks/');

it('covers every route under /v1', () => {
  const { app } = createApiFixture();
  const stack = app.router.stack as { route?: { path: string } }[];
  const paths = stack.flatMap(({ route }) => (needsKey(route?.path) ? [route?.path] : []));
  expect(new Set(routes.map(([, path]) => path.replace('cap_1', ':id').replace('person_1', ':subject')))).toEqual(
    new Set(paths),
  );
});
