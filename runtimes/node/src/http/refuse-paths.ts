import type { FastifyInstance } from 'fastify';
import { HttpError } from '../errors.ts';

/**
 * Refuses requests without a Host, or with a malformed percent escape in path or query, with 400 `bad_request`, and paths
 * with an escaped slash or an empty parameter with 404 `not_found`.
 */
export function refusePaths(app: FastifyInstance): void {
  app.addHook('onRequest', async ({ raw, params }) => {
    const url = raw.url ?? '';
    const needsHost = raw.httpVersion === '1.1' && raw.headers.host === undefined;
    if (needsHost || !isDecodable(url)) throw new HttpError(400, 'bad_request');
    const { '*': _rest, ...named } = (params ?? {}) as Record<string, string>;
    if (/^[^?]*%2f/i.test(url) || Object.values(named).includes('')) throw new HttpError(404, 'not_found');
  });
}

function isDecodable(url: string): boolean {
  if (!url.includes('%')) return true;
  try {
    decodeURIComponent(url);
    return true;
  } catch {
    return false;
  }
}
