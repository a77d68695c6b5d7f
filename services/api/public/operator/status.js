/** How often the numbers are read. The service reads them once a second at most, however many pages ask. */
const everyMs = 2_000;
/** How long an answer may take. */
const patienceMs = 5_000;

/** @param {string} id */
const at = (id) => document.getElementById(id);

/** An element with text or elements in it; text is never read as HTML. */
function element(name, content, attributes = {}) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...(Array.isArray(content) ? content : [String(content)]));
  return made;
}

const units = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
  ['s', 1],
];

/** Seconds in one or two units. */
function age(seconds) {
  const first = units.findIndex(([, size]) => seconds >= size);
  if (first < 0) return '0 s';
  const [unit, size] = units[first];
  const whole = `${Math.floor(seconds / size)} ${unit}`;
  const rest = units[first + 1] ? Math.floor((seconds % size) / units[first + 1][1]) : 0;
  return rest > 0 ? `${whole} ${rest} ${units[first + 1][0]}` : whole;
}

const number = (count) => count.toLocaleString('en');
const pile = ({ count, oldestSeconds }) => (count === 0 ? '0' : `${number(count)}, oldest ${age(oldestSeconds)}`);
const spoken = (code) => code.replaceAll('_', ' ');

/** What an operator should look at, in sentences. */
function troubles({ tenants, outbox, overdue, queue }) {
  const dead = queue.find(({ state }) => state === 'failed')?.count ?? 0;
  return [
    ...tenants
      .filter(({ gate }) => gate !== 'open')
      .map(({ id, why, gate }) => `The provider's gate of ${id} is ${gate} (${spoken(why)}).`),
    ...(dead > 0 ? [`${number(dead)} dead letter${dead > 1 ? 's' : ''}.`] : []),
    ...(outbox.count > 0 && outbox.oldestSeconds > 30
      ? [`Events wait for Kafka since ${age(outbox.oldestSeconds)}.`]
      : []),
    ...(overdue > 0 ? [`${number(overdue)} capture${overdue > 1 ? 's are' : ' is'} overdue.`] : []),
  ];
}

function showVerdict(found) {
  const text = found.length === 0 ? 'All is well.' : found.join(' ');
  // Only what changes is read out.
  if (at('verdict').textContent !== text) at('verdict').textContent = text;
  at('verdict').classList.toggle('bad', found.length > 0);
}

function card(label, value, hint, isBad = false) {
  const shown = [element('dd', value, { class: 'value' }), element('dd', hint, { class: 'dim' })];
  return element('div', [element('dt', label), ...shown], isBad ? { class: 'bad' } : {});
}

function showCards({ minutes, tenants, queue, outbox, overdue }) {
  const lately = (what) => number(minutes.slice(-5).reduce((sum, minute) => sum + minute[what], 0));
  const open = tenants.reduce((sum, tenant) => sum + tenant.open.count, 0);
  const oldest = Math.max(0, ...tenants.map((tenant) => tenant.open.oldestSeconds));
  const dead = queue.find(({ state }) => state === 'failed') ?? { count: 0, oldestSeconds: 0 };
  const since = ({ count, oldestSeconds }, none) => (count > 0 ? `oldest ${age(oldestSeconds)}` : none);
  at('cards').replaceChildren(
    card('Accepted', lately('accepted'), 'in five minutes'),
    card('Ended', lately('ended'), 'in five minutes'),
    card('Open captures', number(open), since({ count: open, oldestSeconds: oldest }, 'none waits')),
    card('Overdue', number(overdue), 'later than expected', overdue > 0),
    card(
      'Outbox',
      number(outbox.count),
      since(outbox, 'all events are in Kafka'),
      outbox.count > 0 && outbox.oldestSeconds > 30,
    ),
    card('Dead letters', number(dead.count), since(dead, 'none'), dead.count > 0),
  );
}

function showFlow({ minutes }) {
  const most = Math.max(1, ...minutes.flatMap(({ accepted, ended }) => [accepted, ended]));
  const svg = 'http://www.w3.org/2000/svg';
  const bars = minutes.flatMap((minute, index) =>
    ['accepted', 'ended'].map((what, side) => {
      const bar = document.createElementNS(svg, 'rect');
      const height = (minute[what] / most) * 125;
      const place = { x: index * 12 + side * 5 + 1, y: 130 - height, width: 4.5, height, class: what };
      for (const [key, value] of Object.entries(place)) bar.setAttribute(key, String(value));
      return bar;
    }),
  );
  const sum = (what) => number(minutes.reduce((all, minute) => all + minute[what], 0));
  at('flow').setAttribute(
    'aria-label',
    `In the last hour ${sum('accepted')} captures were accepted and ${sum('ended')} ended.`,
  );
  at('flow').replaceChildren(...bars);
  at('flow-most').textContent = `${sum('accepted')} accepted, ${sum('ended')} ended; at most ${number(most)} a minute`;
}

function gateBadge({ gate, why, closedForSeconds }) {
  const badge = element('span', gate, { class: gate === 'open' ? 'badge' : 'badge bad' });
  if (gate === 'open') return [badge];
  return [badge, ` ${spoken(why)}`, ...(closedForSeconds > 0 ? [`, ${age(closedForSeconds)} more`] : [])];
}

function budgetMeter({ calls, used, seconds }) {
  const words = `${number(used)} of ${number(calls)} in ${age(seconds)}`;
  const meter = element('meter', '', { min: 0, max: calls, value: used, 'aria-label': words });
  return element('div', [meter, words], { class: 'budget' });
}

function row(cells, numbers = []) {
  const made = cells.map((cell, index) =>
    element(index === 0 ? 'th' : 'td', cell, {
      ...(index === 0 ? { scope: 'row' } : {}),
      ...(numbers.includes(index) ? { class: 'number' } : {}),
    }),
  );
  return element('tr', made);
}

function showRows(id, rows, none, columns) {
  const empty = element('tr', [element('td', none, { colspan: columns, class: 'dim' })]);
  at(id).replaceChildren(...(rows.length > 0 ? rows : [empty]));
}

const clock = (time) => new Date(time).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });

function show(status) {
  showVerdict(troubles(status));
  showCards(status);
  showFlow(status);
  const tenants = status.tenants.map(({ id, budget, open, waiting, ...gate }) =>
    row([id, gateBadge(gate), budget.map(budgetMeter), pile(open), pile(waiting.interactive), pile(waiting.bulk)]),
  );
  showRows('tenants', tenants, 'There are no tenants.', 6);
  const outcomes = status.outcomes.map(({ outcome, reason, count }) =>
    row([outcome, reason === 'none' ? '' : spoken(reason), number(count)], [2]),
  );
  showRows('outcomes', outcomes, 'No capture ended.', 3);
  const errors = status.errors.map(({ where, code, count, lastAt }) =>
    row([clock(lastAt), where, code, number(count)], [3]),
  );
  showRows('errors', errors, 'No errors.', 4);
  const jobs = status.queue.map(({ state, count, oldestSeconds }) =>
    row(
      [state === 'failed' ? 'failed: dead letters' : state, number(count), count > 0 ? age(oldestSeconds) : ''],
      [1, 2],
    ),
  );
  showRows('queue', jobs, '', 3);
}

async function read() {
  try {
    const response = await fetch('status.json', { signal: AbortSignal.timeout(patienceMs) });
    if (!response.ok) throw new Error(response.status === 503 ? 'Redis is away' : `answered ${response.status}`);
    const status = await response.json();
    show(status);
    at('live').textContent = `live, as of ${new Date(status.at).toLocaleTimeString('en-GB')}`;
  } catch (error) {
    const why = error.name === 'TimeoutError' ? 'no answer' : error.message;
    showVerdict([`These numbers are not of now: ${why}.`]);
  }
}

/** A page that nobody sees asks for nothing. */
async function follow() {
  if (!document.hidden) await read();
  setTimeout(follow, everyMs);
}

void follow();
