import { captureQueueName } from '@identity-events/shared/contracts/capture-job';
import { replayQueueName } from '@identity-events/shared/contracts/replay-job';
import type { PrivacyStage } from './privacy-stage.ts';

/** Where the operators' pages are, and who may see them. */
interface OperatorLogin {
  readonly url: string;
  readonly name: string;
  readonly password: string;
}

/** Everything that the operators' pages tell, and the jobs of every state that their page of the queues shows: places to search. */
export async function readOperatorPages(
  { answers }: PrivacyStage,
  { url, name, password }: OperatorLogin,
): Promise<void> {
  const headers = { authorization: `Basic ${btoa(`${name}:${password}`)}` };
  const read = async (path: string): Promise<string> => {
    const response = await fetch(url + path, { headers });
    const text = await response.text();
    if (!response.ok) throw new Error(`${path} was answered ${response.status}`);
    answers.push({
      place: `answer ${response.status} operator ${path}`,
      bytes: Buffer.from(JSON.stringify([...response.headers]) + text),
    });
    return text;
  };
  for (const path of ['/ops/', '/ops/status.json', '/ops/queues/', '/ops/queues/api/redis/stats']) await read(path);
  const list = '/ops/queues/api/queues';
  await read(`${list}?activeQueue=${replayQueueName}&status=latest&page=1&jobsPerPage=100`);
  await read(`${list}?activeQueue=${captureQueueName}&status=latest&page=1&jobsPerPage=100`);
  const failed = await read(`${list}?activeQueue=${captureQueueName}&status=failed&page=1&jobsPerPage=100`);
  const { queues } = JSON.parse(failed) as { queues: { jobs: { id: string }[] }[] };
  const ids = queues.flatMap(({ jobs }) => jobs.map(({ id }) => id));
  if (ids.length === 0) throw new Error('there is no dead letter to look at');
  for (const id of ids) for (const part of ['', '/logs']) await read(`${list}/${captureQueueName}/${id}${part}`);
}
