import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { RequestHandler } from 'express';
import { type EventsDocument, renderEventsPage } from './events-page.ts';
import { HttpProblem } from './problem.ts';
import { renderPage } from './render-page.ts';

const require = createRequire(import.meta.url);

const page = renderPage(
  'identity-events',
  `<div id="page"></div>
<noscript>This page needs JavaScript; <a href="/openapi.json">the document itself</a> does not.</noscript>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>`,
  '<link rel="icon" href="data:,">\n<link rel="stylesheet" href="/docs/swagger-ui.css">\n',
);

/** No validator: it would send the document to a server on the internet. */
const start = "SwaggerUIBundle({ url: '/openapi.json', dom_id: '#page', deepLinking: true, validatorUrl: null });\n";

/** Nothing from elsewhere. Swagger UI sets styles on its elements, and its style sheet holds small images. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** `GET /docs`: the OpenAPI document as a page. Everything it needs comes from here, so it works offline. */
export const docsPageRoute: RequestHandler = (_request, response) => {
  response.set('content-security-policy', contentSecurityPolicy).type('html').send(page);
};

/** `GET /docs/events`: the AsyncAPI document as a page. */
export function eventsPageRoute(document: object): RequestHandler {
  const eventsPage = renderEventsPage(document as EventsDocument);
  return (_request, response) => {
    response.set('content-security-policy', contentSecurityPolicy).type('html').send(eventsPage);
  };
}

const files: ReadonlyMap<string, string> = new Map([
  ['events.css', fileURLToPath(new URL('../../public/events.css', import.meta.url))],
  ['swagger-ui-bundle.js', require.resolve('swagger-ui-dist/swagger-ui-bundle.js')],
  ['swagger-ui.css', require.resolve('swagger-ui-dist/swagger-ui.css')],
]);

/** `GET /docs/{asset}`: the files of the page, by a fixed list. */
export const docsAssetRoute: RequestHandler<{ asset: string }> = ({ params: { asset } }, response, next) => {
  response.set('cache-control', 'public, max-age=3600');
  if (asset === 'start.js') return void response.type('text/javascript').send(start);
  const file = files.get(asset);
  if (!file) throw new HttpProblem('not-found');
  response.sendFile(file, { dotfiles: 'allow', cacheControl: false }, (error) => error && next(error));
};
