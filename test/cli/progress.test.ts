import { expect, it, vi } from 'vitest';
import { withProgress } from '../../src/cli/output/progress.ts';
import type { Io } from '../../src/io/io.ts';

async function shownBy(isTty: boolean, env: Io['env'] = {}, stepMs = 1_100): Promise<string> {
  vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval', 'clearTimeout', 'clearInterval', 'performance'] });
  const shown: string[] = [];
  const err = { isTty, columns: 100, write: (more: string) => shown.push(more) };
  try {
    await withProgress({ env, err } as unknown as Io, 'Merging', async (onProgress) => {
      for (const done of [0, 6]) {
        await onProgress(done, 12);
        vi.advanceTimersByTime(stepMs);
      }
    });
  } finally {
    vi.useRealTimers();
  }
  return shown.join('');
}

it('shows a bar on a terminal after a second, and removes it', async () => {
  const text = await shownBy(true);
  expect(text).toContain(`Merging ${'█'.repeat(12)}${'░'.repeat(12)} 6 of 12 (2 s)`);
  expect(text).toMatch(/\r\x1b\[K$/);
});

it('shows one static line without colors, and nothing without a terminal', async () => {
  expect(await shownBy(true, { NO_COLOR: '1' })).toBe('Merging …\n');
  expect(await shownBy(false)).toBe('');
  expect(await shownBy(true, {}, 400)).toBe('');
});
