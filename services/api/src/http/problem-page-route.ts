import { problems, problemType } from '@identity-events/shared/contracts/problems';
import type { RequestHandler } from 'express';
import { HttpProblem } from './problem.ts';
import { renderPage, toText } from './render-page.ts';

/** `GET /problems/{name}`: what the problem means and what to do, for whoever follows its `type`. */
export const problemPageRoute: RequestHandler<{ name: string }> = ({ params: { name } }, response) => {
  if (!Object.hasOwn(problems, name)) throw new HttpProblem('not-found');
  const { status, title, meaning, remedy } = problems[name as keyof typeof problems];
  const page = renderPage(
    title,
    `<h1>${toText(title)}</h1>
<p><code>${problemType(name as keyof typeof problems)}</code>, status ${status}</p>
<h2>What it means</h2>
<p>${toText(meaning)}</p>
<h2>What to do</h2>
<p>${toText(remedy)}</p>
<p><a href="/docs">The whole interface</a></p>`,
  );
  response.type('html').send(page);
};
