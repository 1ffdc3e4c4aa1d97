import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { ApiError } from './api.ts';

export interface Loaded<T> {
  readonly data: T | undefined;
  readonly error: ApiError | undefined;
  readonly reload: () => void;
}

/**
 * What `load` returns; loaded again when `key` changes, and every `seconds` while the page is visible. An answer that is
 * overtaken by a later one is dropped.
 */
export function useData<T>(key: string, load: () => Promise<T>, seconds?: number): Loaded<T> {
  const [state, setState] = useState<{ key: string; data?: T; error?: ApiError }>({ key });
  const [round, setRound] = useState(0);
  const current = useRef(load);
  current.current = load;
  const reload = useCallback(() => setRound((before) => before + 1), []);
  useEffect(() => {
    let isOver = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const run = async () => {
      if (!document.hidden) {
        try {
          const data = await current.current();
          if (!isOver) setState({ key, data });
        } catch (error) {
          const shown = error instanceof ApiError ? error : new ApiError(0, 'console_failed');
          if (!isOver) setState((before) => ({ ...before, key, error: shown }));
        }
      }
      if (!isOver && seconds !== undefined) timer = setTimeout(run, seconds * 1000);
    };
    void run();
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [key, seconds, round]);
  const isStale = state.key !== key;
  return { data: isStale ? undefined : state.data, error: isStale ? undefined : state.error, reload };
}
