import type { FastifyInstance } from 'fastify';
import { HttpError } from '../errors.ts';

/** Refuses requests whose path or query has a malformed percent escape: 400 `bad_request`. */
export function refuseMalformedEscapes(app: FastifyInstance): void {
  app.addHook('onRequest', async ({ raw }) => {
    if (!isDecodable(raw.url ?? '')) throw new HttpError(400, 'bad_request');
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
