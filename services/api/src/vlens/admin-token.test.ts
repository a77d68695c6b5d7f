import { expect, it } from 'vitest';
import { toAdminToken } from './admin-token.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const askedAt = Date.parse('2026-01-01T00:00:00Z');
const tokens = {
  accessToken: 'access',
  expireInSeconds: 86_400,
  refreshToken: 'refresh',
  refreshTokenExpireInSeconds: 604_800,
};

it('counts lives from when the tokens were asked for, and renews at 85 %', () => {
  expect(toAdminToken(tokens, { askedAt, refreshed: null })).toEqual({
    accessToken: 'access',
    renewAt: askedAt + 0.85 * dayMs,
    expiresAt: askedAt + dayMs,
    refreshToken: 'refresh',
    refreshExpiresAt: askedAt + 7 * dayMs,
  });
});

it('takes the documented lives where the provider names none', () => {
  const unnamed = { ...tokens, expireInSeconds: null, refreshTokenExpireInSeconds: null };
  expect(toAdminToken(unnamed, { askedAt, refreshed: null })).toMatchObject({
    expiresAt: askedAt + dayMs,
    refreshExpiresAt: askedAt + 7 * dayMs,
  });
});

it('keeps the end of the first refresh token, for a refresh names none', () => {
  const refreshed = toAdminToken(tokens, { askedAt, refreshed: null });
  const unnamed = { ...tokens, refreshTokenExpireInSeconds: null };
  const next = toAdminToken(unnamed, { askedAt: askedAt + 20 * hourMs, refreshed });
  expect(next.refreshExpiresAt).toBe(askedAt + 7 * dayMs);
});

it.each([
  [0, 60_000],
  [-5, 60_000],
  [1e12, 7 * dayMs],
])('holds a life of %i seconds within limits', (expireInSeconds, lifeMs) => {
  const { expiresAt } = toAdminToken({ ...tokens, expireInSeconds }, { askedAt, refreshed: null });
  expect(expiresAt - askedAt).toBe(lifeMs);
});

it.each(['', 'two words', 'line\nbreak', 'ü', 'x'.repeat(16_385)])(
  'refuses a token that no header carries',
  (accessToken) => {
    expect(() => toAdminToken({ ...tokens, accessToken }, { askedAt, refreshed: null })).toThrow(
      expect.objectContaining({ code: 'provider_answer_unusable' }),
    );
  },
);
