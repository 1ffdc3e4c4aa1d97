import packageJson from '../../../package.json' with { type: 'json' };
import type { Io } from '../../io/io.ts';

export const version: string = packageJson.version;

/** How the tool is called in a line to paste: as it was started, as far as npm tells. */
export function programName({ env }: Io): string {
  const isFromRegistry = env.npm_command === 'exec' || env.npm_command === 'init';
  return isFromRegistry ? 'npx create-ai-module' : 'create-ai-module';
}
