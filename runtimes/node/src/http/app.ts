import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import Fastify, { type FastifyInstance } from 'fastify';
import { serializerCompiler } from 'fastify-type-provider-zod';
import { inRequest } from '../engine/request-time.ts';
import { loggerOptions } from '../log.ts';
import type { Ports } from '../ports.ts';
import type { Settings } from '../settings.ts';
import { installAuth } from './auth.ts';
import { installBodyParser } from './body-parser.ts';
import {
  answerClientError,
  answerError,
  answerFrameworkError,
  answerNotFound,
  BODY_LIMIT_BYTES,
} from './error-handler.ts';
import { compileValidator } from './invalid-request.ts';
import { refusePaths } from './refuse-paths.ts';
import { logRequests, requestIdOf } from './request-log.ts';

/** How long a client may take for the head of a request, and for all of it. */
const HEAD_MS = 10_000;
const REQUEST_MS = 40_000;
const MAX_CONNECTIONS = 4_096;

/** An application without routes: parsing, validation, authentication and errors. */
export function createApp(
  settings: Pick<Settings, 'logLevel'>,
  ports: Ports,
  genReqId: (request: IncomingMessage) => string = requestIdOf,
): FastifyInstance {
  const app = Fastify({
    ...(ports.logger
      ? { loggerInstance: ports.logger }
      : { logger: loggerOptions(settings.logLevel), childLoggerFactory: (log) => log }),
    ...requestLogOptions(),
    requestIdHeader: false,
    genReqId,
    bodyLimit: BODY_LIMIT_BYTES,
    // Longer than any path that Node accepts.
    routerOptions: { maxParamLength: 20_000 },
    frameworkErrors: answerFrameworkError,
    clientErrorHandler: answerClientError,
    // Requests on open connections are answered while the host stops: `/readyz` says that it does.
    return503OnClosing: false,
    requestTimeout: REQUEST_MS,
    http: {
      // Node's own answer has no body; `refusePaths` answers instead.
      requireHostHeader: false,
      headersTimeout: HEAD_MS,
      connectionsCheckingInterval: 1_000,
    },
  });
  app.server.maxConnections = MAX_CONNECTIONS;
  app.setValidatorCompiler(compileValidator);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler(answerError);
  app.setNotFoundHandler(answerNotFound);
  logRequests(app, ports.logger !== undefined);
  // After the body was read: its events would lose the context.
  app.addHook('preValidation', (_request, _reply, done) => inRequest(done));
  app.server.on('connect', (_request, socket: Socket) => answerClientError(new Error('CONNECT'), socket));
  refusePaths(app);
  installBodyParser(app);
  installAuth(app, ports);
  return app;
}

/** Fastify warns of these options where it has `LogController`, which its older versions do not have. */
function requestLogOptions() {
  const options = { disableRequestLogging: true, requestIdLogLabel: 'request_id' };
  return Fastify.LogController === undefined ? options : { logController: new Fastify.LogController(options) };
}
