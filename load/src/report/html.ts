import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { machineInWords } from '../measure/machine.ts';
import type { RunResult } from '../result.ts';
import { type Chart, chartsOf, chartsOfTwo } from './charts.ts';
import { figuresOf, inMs } from './figures.ts';
import { pairs } from './tables.ts';

const page = join(import.meta.dirname, '..', '..', 'page');
const uplot = join(dirname(createRequire(import.meta.url).resolve('uplot')));

/** The report of a run: one file with everything in it, for any browser, offline. */
export function reportOf(result: RunResult): string {
  const { profile, broken, startedAt, seconds, target, machine } = result;
  const verdict =
    broken.length === 0 ? '<span class="verdict">passed</span>' : '<span class="verdict broken">failed</span>';
  const content = `
<div class="head"><h1>Load run: ${escape(profile.name)}</h1>${verdict}</div>
<p>${escape(profile.description)}</p>
<p class="soft">${escape(target)}, through ${profile.door === 'http' ? 'HTTP' : 'the queue'}; ${startedAt}, ${seconds.toFixed(0)} s; ${escape(machineInWords(machine))}</p>
${broken.length === 0 ? '' : `<ul class="broken-list">${broken.map((one) => `<li>${escape(one)}</li>`).join('')}</ul>`}
<div class="cards">${cards(result)}</div>
<h2>Pictures</h2>
{{charts}}
<h2>Figures</h2>
${figuresTable(
  ['', 'value'],
  figuresOf(result).map(({ name, text }) => [name, text]),
)}
${refusals(result)}
${Object.entries(result.hotFunctions).map(hotTable).join('')}
<h2>Profile</h2>
<pre>${escape(JSON.stringify(profile, null, 2))}</pre>`;
  return document(`Load run ${profile.name}`, content, chartsOf(result));
}

/** Two runs in one page. */
export function comparisonOf(a: RunResult, b: RunResult): string {
  const line = (name: string, { profile, startedAt, target, machine }: RunResult): string =>
    `<p><b>${name}</b> ${escape(profile.name)}, ${startedAt}, ${escape(target)} <span class="soft">${escape(machineInWords(machine))}</span></p>`;
  const content = `
<div class="head"><h1>Two load runs</h1></div>
${line('a', a)}${line('b', b)}
<h2>Pictures</h2>
{{charts}}
<h2>Figures</h2>
${figuresTable(
  ['', 'a', 'b', 'b / a'],
  pairs(a, b).map(({ name, a: left, b: right, ratio }) => [name, left, right, ratio]),
)}`;
  return document(`${a.profile.name} and ${b.profile.name}`, content, chartsOfTwo(a, b));
}

function cards({ acceptedPerSecond, eventsPerSecond, latencies, balance }: RunResult): string {
  const lost = balance.missing + balance.late + balance.conflicts + balance.unexpected;
  const all: [name: string, value: string, bad: boolean][] = [
    ['accepted per second', acceptedPerSecond.toFixed(1), false],
    ['events per second', eventsPerSecond.toFixed(1), false],
    ['accept p50', inMs(latencies.accept.p50Ms), false],
    ['accept p99', inMs(latencies.accept.p99Ms), false],
    ['capture to event p50', inMs(latencies.event.p50Ms), false],
    ['capture to event p99', inMs(latencies.event.p99Ms), false],
    ['missing, late or wrong', lost.toLocaleString('en'), lost > 0],
    ['duplicates', balance.duplicates.toLocaleString('en'), false],
  ];
  return all
    .map(
      ([name, value, bad]) =>
        `<div class="card${bad ? ' bad' : ''}"><b>${value}</b><span class="soft">${name}</span></div>`,
    )
    .join('');
}

function figuresTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (tag: string, row: readonly string[]): string =>
    `<tr>${row.map((cell) => `<${tag}>${escape(cell)}</${tag}>`).join('')}</tr>`;
  return `<table class="figures">${cells('th', head)}${rows.map((row) => cells('td', row)).join('')}</table>`;
}

function refusals({ refused }: RunResult): string {
  const rows = Object.entries(refused).map(([why, count]) => [why, count.toLocaleString('en')]);
  return rows.length === 0 ? '' : `<h2>Not accepted</h2>${figuresTable(['why', 'how often'], rows)}`;
}

function hotTable([process, functions]: [string, RunResult['hotFunctions'][string]]): string {
  const rows = functions.map(({ name, place, share }) => [name, place, `${(share * 100).toFixed(1)} %`]);
  return rows.length === 0
    ? ''
    : `<h2>Where ${escape(process)} spent its time</h2>${figuresTable(['function', 'place', 'own time'], rows)}`;
}

function document(title: string, content: string, charts: readonly Chart[]): string {
  const places = charts
    .map(
      ({ title, note }, i) =>
        `<div class="chart"><h3>${escape(title)}</h3><p>${escape(note)}</p><div id="chart-${i}"></div></div>`,
    )
    .join('\n');
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title>
<style>${readFileSync(join(uplot, 'uPlot.min.css'), 'utf8')}
${readFileSync(join(page, 'report.css'), 'utf8')}</style>
<body>
${content.replace('{{charts}}', () => `<div class="charts">${places}</div>`)}
<script type="application/json" id="charts">${JSON.stringify(charts).replaceAll('<', '\\u003c')}</script>
<script>${readFileSync(join(uplot, 'uPlot.iife.min.js'), 'utf8')}</script>
<script>${readFileSync(join(page, 'report.js'), 'utf8')}</script>
</body>
</html>
`;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escape(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? character);
}
