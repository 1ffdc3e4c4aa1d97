import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { findUnavailable } from '../engine/outage.ts';
import { AttemptTimeout, HttpError, PermanentError, TransientError } from '../errors.ts';
import { discardRest } from './discard-rest.ts';
import { InvalidRequest, NOT_JSON, tooLong } from './invalid-request.ts';

export const BODY_LIMIT_BYTES = 2 * 1024 * 1024;

/** Every error body is `{"detail": …}`; the text of an exception never leaves the host. */
export async function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
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
    return reply.code(503).header('retry-after', '5').send({ detail: error.code });
  }
  const unavailable = findUnavailable(error);
  if (unavailable) return answerError(unavailable, request, reply);
  request.log.error({ err: error }, 'request failed');
  return reply.code(500).send({ detail: 'internal_error' });
}

/** Answers a request that the router can't read. */
export function answerFrameworkError(error: FastifyError, request: FastifyRequest, reply: FastifyReply) {
  if (error.code === 'FST_ERR_BAD_URL') return reply.code(400).send({ detail: 'bad_request' });
  return answerNotFound(request, reply);
}

export function answerNotFound(_request: FastifyRequest, reply: FastifyReply) {
  return reply.code(404).send({ detail: 'not_found' });
}

function asInvalidRequest(error: unknown): InvalidRequest | undefined {
  if (error instanceof InvalidRequest) return error;
  const { code, statusCode } = error as Partial<FastifyError>;
  if (isTooLarge(error)) return tooLong(['body'], BODY_LIMIT_BYTES);
  const unreadable = code?.startsWith('FST_ERR_CTP_') || (error instanceof SyntaxError && statusCode === 400);
  return unreadable ? new InvalidRequest([NOT_JSON]) : undefined;
}

function hasBody({ headers }: FastifyRequest): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function isTooLarge(error: unknown): boolean {
  return (error as Partial<FastifyError>).code === 'FST_ERR_CTP_BODY_TOO_LARGE';
}
