import type { RequestHandler } from 'express';

/**
 * On every answer: nothing is kept by caches, shown in frames, run as a page, taken for another type or told to other sites. Routes
 * that give out pages and documents set the first two anew. HTTPS' own header is for whoever ends TLS.
 *
 * https://cheatsheetseries.owasp.org/cheatsheets/REST_Security_Cheat_Sheet.html#security-headers
 */
const headers = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;

export const securityHeaders: RequestHandler = (_request, response, next) => {
  response.set(headers);
  next();
};
