import { renderPage, toText } from './render-page.ts';

/** What the page reads of a JSON Schema. */
interface Schema {
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
}

interface Message {
  readonly title: string;
  readonly summary: string;
  readonly headers: Schema;
  readonly payload: Schema;
  readonly bindings: { readonly kafka: { readonly key: { readonly description: string } } };
  readonly 'x-schema': string;
  readonly examples: readonly { readonly payload: unknown }[];
}

/** What the page reads of the AsyncAPI document. */
export interface EventsDocument {
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly channels: Readonly<Record<string, { readonly address: string }>>;
  readonly components: { readonly messages: Readonly<Record<string, Message>> };
}

/** The AsyncAPI document as a page for people: each topic with its record. It has no script. */
export function renderEventsPage({ info, channels, components }: EventsDocument): string {
  const topics = Object.entries(channels).map(([name, { address }]) => [address, components.messages[name]] as const);
  const links = topics.map(([address]) => `<a href="#${toText(address)}">${toText(address)}</a>`);
  return renderPage(
    `Events of ${info.title}`,
    `<main>
<h1>Events of ${toText(info.title)}</h1>
<p class="dim">Version ${toText(info.version)} of the contract · <a href="/asyncapi.json">AsyncAPI document</a> · <a href="/docs">HTTP interface</a></p>
<p>${toCode(info.description)}</p>
<nav aria-label="Topics">${links.join('\n')}</nav>
${topics.map(([address, message]) => (message ? topicSection(address, message) : '')).join('\n')}
</main>`,
    '<link rel="icon" href="data:,">\n<link rel="stylesheet" href="/docs/events.css">\n',
  );
}

function topicSection(address: string, { title, summary, headers, payload, bindings, examples, ...rest }: Message) {
  const [example] = examples;
  return `<section id="${toText(address)}" aria-labelledby="title-${toText(address)}">
<h2 id="title-${toText(address)}">${toText(address)}</h2>
<p class="dim">${toText(title)} · <a href="${toText(rest['x-schema'])}">JSON Schema</a></p>
<p>${toCode(summary)}</p>
<p>Key of the record: ${toCode(bindings.kafka.key.description)}</p>
<h3>Value</h3>
${fieldsTable(payload, `Fields of the value of ${address}`)}
<details><summary>Headers</summary>
${fieldsTable(headers, `Headers of ${address}`)}
</details>
<details open><summary>Example of a value</summary>
<pre tabindex="0"><code>${toText(JSON.stringify(example?.payload, null, 2))}</code></pre>
</details>
</section>`;
}

function fieldsTable(schema: Schema, label: string): string {
  return `<div class="wide"><table aria-label="${toText(label)}">
<thead><tr><th scope="col">name</th><th scope="col">type</th><th scope="col">what it is</th></tr></thead>
<tbody>
${rows(schema, '').join('\n')}
</tbody></table></div>`;
}

/** One row for each field, those of objects below their own, with the whole path as the name. */
function rows({ properties = {}, required = [] }: Schema, prefix: string): string[] {
  return Object.entries(properties).flatMap(([name, field]) => {
    const optional = required.includes(name) ? '' : ' <span class="dim">optional</span>';
    const own = `<tr><td><code>${toText(prefix + name)}</code>${optional}</td><td>${typeOf(field)}</td><td>${toCode(field.description ?? '')}</td></tr>`;
    return [own, ...rows(field.items ?? field, `${prefix}${name}${field.items ? '[]' : ''}.`)];
  });
}

function typeOf({ type, enum: values, items, format, anyOf, ...schema }: Schema): string {
  if (anyOf) return anyOf.map(typeOf).join(' or ');
  if (schema.const !== undefined) return `<code>${toText(JSON.stringify(schema.const))}</code>`;
  if (values) return values.map((value) => `<code>${toText(String(value))}</code>`).join(' ');
  const name = typeof type === 'string' ? type : (type ?? ['any']).join(' or ');
  return toText(items ? `list of ${items.type as string}` : format ? `${name}, ${format}` : name);
}

/** Text in which what stands between backticks is code. */
function toCode(text: string): string {
  return toText(text).replace(/`([^`]+)`/g, '<code>$1</code>');
}
