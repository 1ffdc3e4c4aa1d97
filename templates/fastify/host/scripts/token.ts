import { parseArgs } from 'node:util';
import { loadEnvFile } from 'ai-module-runtime';
import { readSettings } from '../src/settings.ts';
import { createTokens } from '../src/users.ts';

const USAGE = 'npm run token -- <user> [--permission <namespace>:<verb>]… [--admin]';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { permission: { type: 'string', multiple: true, default: [] }, admin: { type: 'boolean', default: false } },
});
const [id] = positionals;
if (!id || positionals.length > 1) {
  console.error(`usage: ${USAGE}`);
  process.exit(2);
}
loadEnvFile();
try {
  console.log(createTokens(readSettings()).issue({ id, permissions: values.permission, isAdmin: values.admin }));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(2);
}
