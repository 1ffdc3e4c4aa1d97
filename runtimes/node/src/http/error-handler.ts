import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { findUnavailable } from '../engine/outage.ts';
import { AttemptTimeout, HttpError, PermanentError, RETRY_AFTER, TransientError } from '../errors.ts';
import { hasBody } from './body-parser.ts';
import { discardRest } from './discard-rest.ts';
import { InvalidRequest, NOT_JSON, tooLong } from './invalid-request.ts';

export const BODY_LIMIT_BYTES = 2 * 1024 * 1024;

/** Every error body is `{"detail": …}`; the text of an exception never leaves the host. */
export async function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  if (isUnrouted(error, request)) return answerNotFound(request, reply);
  if (error instanceof HttpError) {
    if (hasBody(request)) await discardRest(request.raw);
    return reply.code(error.status).headers(error.headers).send({ detail: error.code });
  }
  const invalid = asInvalidRequest(error);
  if (isTooLarge(error)) await discardRest(request.raw);
  if (invalid) return reply.code(422).send({ detail: invalid.detail });
  if (error instanceof AttemptTimeout) return reply.code(504).send({ detail: error.code });
  if (error instanceof TransientError || error instanceof PermanentError) {
    request.log.warn({ err: error }, 'work failed');
    if (error instanceof PermanentError) return reply.code(502).send({ detail: error.code });
    return reply.code(503).headers(RETRY_AFTER).send({ detail: error.code });
  }
  const unavailable = findUnavailable(error);
  if (unavailable) return answerError(unavailable, request, reply);
  request.log.error({ err: error }, 'request failed');
  return reply.code(500).send({ detail: 'internal_error' });
}

const CLIENT_ERRORS: Readonly<Record<string, readonly [status: number, code: string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'headers_too_large'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'request_timeout'],
};

/** Answers what is not HTTP, and closes the connection. */
export function answerClientError(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const [status, code] = CLIENT_ERRORS[error.code ?? ''] ?? [400, 'bad_request'];
  const body = JSON.stringify({ detail: code });
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'content-type: application/json',
    `content-length: ${body.length}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

/** Answers a request that the router can't read. */
export function answerFrameworkError(error: FastifyError, request: FastifyRequest, reply: FastifyReply) {
  // Hooks don't run.
  reply.header('x-request-id', request.id);
  if (error.code === 'FST_ERR_BAD_URL') return reply.code(400).send({ detail: 'bad_request' });
  return answerNotFound(request, reply);
}

export function answerNotFound(_request: FastifyRequest, reply: FastifyReply) {
  return reply.code(404).send({ detail: 'not_found' });
}

/** A request without a route, whose body does not matter. QUERY is a method of no route. */
function isUnrouted(error: unknown, request: FastifyRequest): boolean {
  const { code } = error as Partial<FastifyError>;
  return code === 'FST_ERR_ROUTE_MISSING_CONTENT_TYPE' || (request.is404 && code?.startsWith('FST_ERR_CTP_') === true);
}

function asInvalidRequest(error: unknown): InvalidRequest | undefined {
  if (error instanceof InvalidRequest) return error;
  const { code, statusCode } = error as Partial<FastifyError>;
  if (isTooLarge(error)) return tooLong(['body'], BODY_LIMIT_BYTES);
  const unreadable = code?.startsWith('FST_ERR_CTP_') || (error instanceof SyntaxError && statusCode === 400);
  return unreadable ? new InvalidRequest([NOT_JSON]) : undefined;
}

function isTooLarge(error: unknown): boolean {
  return (error as Partial<FastifyError>).code === 'FST_ERR_CTP_BODY_TOO_LARGE';
}
