import type { FastifyInstance, FastifyRequest } from 'fastify';
import { InvalidRequest, IS_NULL, NOT_JSON } from './invalid-request.ts';
import { parseInteroperable } from './json.ts';

const JSON_TYPE = /^application\/([\w.-]+\+)?json\s*(;|$)/;
const TOKEN = "[\\w!#$%&'*+.^`|~-]+";
const MEDIA_TYPE = new RegExp(`^${TOKEN}/${TOKEN}\\s*(;|$)`);

/** Reads JSON bodies. An empty body is no body. Anything else is refused by routes that declare a body, and ignored by others. */
export function installBodyParser(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addHook('onRequest', async (request) => {
    // Fastify would refuse an invalid type even if nothing reads the body.
    const { headers } = request.raw;
    const isRead = hasBody(request) && takesBody(request);
    if (!isRead && !MEDIA_TYPE.test(headers['content-type'] ?? '')) delete headers['content-type'];
  });
  app.addContentTypeParser(JSON_TYPE, { parseAs: 'buffer' }, async (request: FastifyRequest, body: Buffer) => {
    if (body.length === 0 || request.is404) return undefined;
    const value = parseJson(body);
    if (value === null && takesBody(request)) throw new InvalidRequest([IS_NULL]);
    return value;
  });
  app.addContentTypeParser('*', { parseAs: 'buffer' }, async (request: FastifyRequest, body: Buffer) => {
    if (body.length > 0 && takesBody(request)) throw new InvalidRequest([NOT_JSON]);
  });
}

/** Whether the route declares a body. */
function takesBody({ routeOptions }: FastifyRequest): boolean {
  return routeOptions.schema?.body !== undefined;
}

/** Whether a request says that it has a body. */
export function hasBody({ headers }: Pick<FastifyRequest, 'headers'>): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function parseJson(body: Buffer): unknown {
  try {
    return parseInteroperable(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw new InvalidRequest([NOT_JSON]);
  }
}
