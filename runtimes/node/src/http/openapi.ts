import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import type { JsonObject } from '../engine/store.ts';
import type { Operation } from './operations.ts';

/** Schema of a route that the document leaves out. */
export const HIDDEN: object = { hide: true };

type Transform = typeof jsonSchemaTransform;
type TransformObject = typeof jsonSchemaTransformObject;

/** Describes every route at `/openapi.json`, and at `/docs` as a page that loads nothing from other servers. */
export async function installOpenApi(app: FastifyInstance): Promise<void> {
  const operations = new Map<string, Operation>();
  const { prefix } = app;
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'AI modules', version: '1.0.0' },
      // Removed from the paths in the document.
      ...(prefix !== '' && { servers: [{ url: prefix }] }),
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } } },
    },
    transform: transformWith(operations, prefix),
    transformObject: addOperations(operations),
  });
  await app.register(swaggerUi, { routePrefix: '/docs' });
  app.get('/openapi.json', { schema: HIDDEN }, async () => app.swagger());
}

/** A route with a guard needs a token. Modules of version 0.1 have their guards in `preValidation`. */
function transformWith(operations: Map<string, Operation>, prefix: string): Transform {
  return (input) => {
    const { config, method, onRequest, preValidation } = input.route;
    const operation = config?.openapi;
    if (operation) {
      const path = input.url.slice(prefix.length).replace(/:(\w+)/g, '{$1}');
      for (const each of [method].flat()) operations.set(`${each.toLowerCase()} ${path}`, operation);
      // Replaced below: the operation is complete.
      return { schema: {}, url: input.url };
    }
    const { schema, url } = jsonSchemaTransform(input);
    const isGuarded = onRequest !== undefined || preValidation !== undefined;
    return { schema: isGuarded ? { ...schema, security: [{ bearer: [] }] } : schema, url };
  };
}

function addOperations(operations: ReadonlyMap<string, Operation>): TransformObject {
  return (input) => {
    const document = jsonSchemaTransformObject(input) as {
      paths?: Record<string, Record<string, JsonObject>>;
      components: { schemas: JsonObject };
    };
    for (const [key, { operation, components }] of operations) {
      const [method = '', path = ''] = key.split(' ');
      const methods = document.paths?.[path];
      if (methods?.[method]) methods[method] = operation;
      Object.assign(document.components.schemas, components);
    }
    return document as ReturnType<TransformObject>;
  };
}
