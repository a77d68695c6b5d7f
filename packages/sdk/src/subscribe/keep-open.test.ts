import { expect, it, vi } from 'vitest';
import { keepOpen } from './keep-open.ts';

/** Opens as told, and keeps what it opened with. */
function opener(...outcomes: ('opens' | 'fails')[]) {
  const opened: { crash: (error: Error) => void; closed: boolean }[] = [];
  const open = async (crash: (error: Error) => void) => {
    if (outcomes.shift() === 'fails') throw new Error('not there');
    const one = { crash, closed: false };
    opened.push(one);
    return { disconnect: async () => void (one.closed = true) };
  };
  return { open, opened };
}

it('what has crashed for good is opened again, however often that fails', async () => {
  const { open, opened } = opener('opens', 'fails', 'opens');
  const errors: unknown[] = [];
  const stopping = new AbortController();
  const kept = await keepOpen({ open, onError: (error) => void errors.push(error), stopping: stopping.signal });
  opened[0]?.crash(new Error('crashed'));
  await vi.waitFor(() => expect(opened).toHaveLength(2), 5_000);
  expect(errors.map(String)).toEqual(['Error: crashed', 'Error: not there']);
  stopping.abort();
  await kept.close();
  expect(opened[1]?.closed).toBe(true);
});

it('a first opening that fails is thrown', async () => {
  const { open } = opener('fails');
  const opening = keepOpen({ open, onError: () => undefined, stopping: new AbortController().signal });
  await expect(opening).rejects.toThrow('not there');
});

it('nothing is opened once it stops', async () => {
  const { open, opened } = opener('opens', 'opens');
  const stopping = new AbortController();
  const kept = await keepOpen({ open, onError: () => undefined, stopping: stopping.signal });
  opened[0]?.crash(new Error('crashed'));
  stopping.abort();
  await kept.close();
  expect(opened).toHaveLength(1);
});
