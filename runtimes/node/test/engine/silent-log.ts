import type { Log } from '../../src/log.ts';

const silent = () => {};

export const log = { info: silent, warn: silent, error: silent, debug: silent } as unknown as Log;
