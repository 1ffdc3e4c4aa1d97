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
    const document = withoutDoubles(jsonSchemaTransformObject(input) as unknown as OpenApiDocument);
    for (const [key, { operation, components }] of operations) {
      const [method = '', path = ''] = key.split(' ');
      const methods = document.paths?.[path];
      if (methods?.[method]) methods[method] = operation;
      Object.assign(document.components.schemas, components);
    }
    return document as unknown as ReturnType<TransformObject>;
  };
}

interface OpenApiDocument {
  readonly paths?: Record<string, Record<string, JsonObject>>;
  readonly components: { schemas: JsonObject };
}

/** The transform adds each schema with a name twice, `Event` for answers and `EventInput` for requests. Few are used. */
function withoutDoubles({ paths, components, ...document }: OpenApiDocument): OpenApiDocument {
  const used: Record<string, unknown> = {};
  const follow = (part: unknown) => {
    for (const name of referencesIn(part)) {
      if (Object.hasOwn(used, name)) continue;
      used[name] = components.schemas[name];
      follow(used[name]);
    }
  };
  follow(paths);
  const nameOf = (name: string) => {
    const short = name.replace(/Input$/, '');
    return Object.hasOwn(components.schemas, short) && !Object.hasOwn(used, short) ? short : name;
  };
  const schemas = Object.fromEntries(Object.entries(used).map(([name, schema]) => [nameOf(name), schema]));
  const text = JSON.stringify({ paths, components: { ...components, schemas } });
  const renamed = text.replace(REFERENCE, (_, name: string) => JSON.stringify(`#/components/schemas/${nameOf(name)}`));
  return { ...document, ...(JSON.parse(renamed) as OpenApiDocument) };
}

const REFERENCE = /"#\/components\/schemas\/([^"]+)"/g;

function referencesIn(part: unknown): string[] {
  return [...(JSON.stringify(part) ?? '').matchAll(REFERENCE)].map(([, name = '']) => name);
}
