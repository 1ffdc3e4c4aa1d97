import type { FastifyInstance, FastifyRequest } from 'fastify';
import { InvalidRequest, NOT_JSON } from './invalid-request.ts';
import { parseInteroperable } from './json.ts';

const JSON_TYPE = /^application\/([\w.-]+\+)?json\b/;

/** Reads JSON bodies; an empty body is no body, and anything that is not JSON is refused. */
export function installBodyParser(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(JSON_TYPE, { parseAs: 'buffer' }, async (_request: FastifyRequest, body: Buffer) => {
    return body.length === 0 ? undefined : parseJson(body);
  });
  app.addContentTypeParser('*', { parseAs: 'buffer' }, async (_request: FastifyRequest, body: Buffer) => {
    if (body.length > 0) throw new InvalidRequest([NOT_JSON]);
  });
}

function parseJson(body: Buffer): unknown {
  try {
    return parseInteroperable(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw new InvalidRequest([NOT_JSON]);
  }
}
