import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';

/** Schema of a route that the document leaves out. */
export const HIDDEN: object = { hide: true };

type Transform = typeof jsonSchemaTransform;

/** Describes every route at `/openapi.json`, and at `/docs` as a page that loads nothing from other servers. */
export async function installOpenApi(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'AI modules', version: '1.0.0' },
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } } },
    },
    transform: addSecurity,
    transformObject: jsonSchemaTransformObject,
  });
  await app.register(swaggerUi, { routePrefix: '/docs' });
  app.get('/openapi.json', { schema: HIDDEN }, async () => app.swagger());
}

/** A route with a guard needs a token. Modules of version 0.1 have their guards in `preValidation`. */
const addSecurity: Transform = (input) => {
  const { schema, url } = jsonSchemaTransform(input);
  const isGuarded = input.route.onRequest !== undefined || input.route.preValidation !== undefined;
  return { schema: isGuarded ? { ...schema, security: [{ bearer: [] }] } : schema, url };
};
