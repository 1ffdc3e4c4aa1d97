import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FastifyPluginAsync } from 'fastify';
import { HIDDEN } from './openapi.ts';

const TYPES: Readonly<Record<string, string>> = {
  'index.html': 'text/html; charset=utf-8',
  'console.js': 'text/javascript; charset=utf-8',
  'console.css': 'text/css; charset=utf-8',
};

/** The page loads nothing from other servers, and nothing that it shows becomes code. */
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-cache',
};

/** `/console/`: a page for administrators. It holds no data: that comes from endpoints with a guard. */
export const consoleRoutes: FastifyPluginAsync = async (app) => {
  app.get('/console', { schema: HIDDEN }, async (_request, reply) => reply.redirect('console/'));
  for (const [file, type] of Object.entries(TYPES)) {
    const url = file === 'index.html' ? '/console/' : `/console/${file}`;
    app.get(url, { schema: HIDDEN }, async (_request, reply) =>
      reply
        .headers(HEADERS)
        .type(type)
        .send(await read(file)),
    );
  }
};

/** `dist/console` in the package; `runtimes/console` in the repository, which `npm run build` makes. */
function read(file: string): Promise<Buffer> {
  const here = dirname(fileURLToPath(import.meta.url));
  const folder = [join(here, '../console'), join(here, '../../../console')].find((each) => existsSync(each));
  if (!folder) throw new Error('The package is incomplete: its folder console is missing.');
  return readFile(join(folder, file));
}
