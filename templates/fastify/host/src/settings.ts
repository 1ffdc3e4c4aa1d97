import { type Env, parseEnv, readSettings as readRuntimeSettings, type Settings } from 'ai-module-runtime';
import * as z from 'zod';

/** The application's own environment variables. */
const Variables = z.object({
  HOST: z.string().default('127.0.0.1'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(8000),
});

export interface AppSettings extends Settings {
  readonly server: { readonly host: string; readonly port: number };
}

/** Reads the settings of the runtime, with or without the prefix `AI_`, and those of the application. */
export function readSettings(env: Env = process.env): AppSettings {
  const { HOST: host, PORT: port } = parseEnv(Variables, env);
  return { ...readRuntimeSettings(env, { withoutPrefix: true }), server: { host, port } };
}
