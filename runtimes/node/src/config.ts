/** @deprecated Import `Env` from `ai-module-runtime`. */
export type { Env } from './settings.ts';
