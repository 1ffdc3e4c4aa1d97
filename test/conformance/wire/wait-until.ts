const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Polls until the result is neither undefined nor false; fails with the name at the deadline. */
export async function waitUntil<T>(
  what: string,
  ask: () => Promise<T | undefined | false> | T | undefined | false,
  seconds = 60,
): Promise<T> {
  const deadline = performance.now() + seconds * 1000;
  for (let wait = 10; ; wait = Math.min(100, wait * 1.5)) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (performance.now() > deadline) throw new Error(`waited ${seconds} s in vain: ${what}`);
    await pause(wait);
  }
}
