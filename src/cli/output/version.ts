import packageJson from '../../../package.json' with { type: 'json' };
import type { Io } from '../../io/io.ts';

export const version: string = packageJson.version;

/** The command that starts the tool, for lines to paste: with npx if the user started it with npx. */
export function programName({ env }: Io): string {
  const isFromRegistry = env.npm_command === 'exec' || env.npm_command === 'init';
  return isFromRegistry ? 'npx create-ai-module' : 'create-ai-module';
}
