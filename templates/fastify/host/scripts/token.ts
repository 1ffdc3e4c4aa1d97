import { parseArgs } from 'node:util';
import { readHostConfig } from '../src/platform/config.ts';
import { loadEnvFile } from '../src/platform/env-file.ts';
import { jwtSecret } from '../src/platform/http/jwt-secret.ts';
import { Tokens } from '../src/platform/http/tokens.ts';

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
const tokens = new Tokens(jwtSecret(readHostConfig()));
console.log(tokens.issue({ id, permissions: values.permission, admin: values.admin }));
