import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { ModuleFacts } from '../host/host.ts';
import { under } from '../wire/caller.ts';
import type { World } from '../world.ts';
import { endpoints } from './endpoints.ts';

const media = z.record(z.string(), z.object({ schema: z.unknown() }));
const operation = z.object({
  requestBody: z.object({ content: media }).optional(),
  responses: z.record(z.string(), z.object({ description: z.string(), content: media.optional() })),
  security: z.array(z.unknown()).optional(),
});
const document = z.object({
  openapi: z.string().regex(/^3\./),
  paths: z.record(z.string(), z.record(z.string(), z.unknown())),
  components: z.object({ schemas: z.record(z.string(), z.unknown()) }),
});

/** Section 2, last sentence: one document describes every request and response of every module. */
export function describeOpenapi(world: World): void {
  const read = async () => document.parse((await world.stranger().get('/openapi.json')).json);

  it('GET /docs returns a page', async () => {
    let answer = await world.stranger().get('/docs');
    if (answer.status >= 300 && answer.status < 400) answer = await world.stranger().get(`${answer.headers.location}`);
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toMatch(/^text\/html/);
  });

  it("contains the host's own endpoints", async () => {
    const { paths } = await read();
    for (const path of ['/health', '/api/v1/events', '/api/v1/modules/list'])
      expect(Object.keys(paths)).toContain(path);
    expect(Object.keys(paths).some((path) => /^\/api\/v1\/modules\/(\{\w+\}|\w+)\/health$/.test(path))).toBe(true);
    const ids = Object.values(paths).flatMap((methods) =>
      Object.values(methods).map((each) => (each as { operationId?: string }).operationId),
    );
    expect(ids).toEqual(expect.arrayContaining(['host_health', 'list_modules', 'module_health', 'publish_event']));
  });

  describe.each([world.subject, world.neighbour].map((module) => [module.name, module] as const))('%s', (_, module) => {
    const routes = routesOf(module);

    it('contains exactly the routes of its manifest', async () => {
      const { paths } = await read();
      const found = Object.entries(paths).flatMap(([path, methods]) =>
        path.startsWith(under(module, '/'))
          ? Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`)
          : [],
      );
      const wanted = routes.map(([method, path]) => `${method} ${under(module, path)}`);
      expect(found.filter((route) => !route.endsWith('/health') && !route.startsWith('HEAD ')).sort()).toEqual(
        wanted.sort(),
      );
    });

    it.each(routes)('%s %s: schemas for request and answer, and all errors', async (method, path, success) => {
      const { paths, components } = await read();
      const found = operation.parse(paths[under(module, path)]?.[method.toLowerCase()]);
      const schemas: unknown[] = [];
      if (success !== '204') schemas.push(found.responses[success]?.content?.['application/json']?.schema);
      if (['POST', 'PUT', 'PATCH'].includes(method) && !/^\/(cancel|retry)\//.test(path)) {
        schemas.push(found.requestBody?.content['application/json']?.schema);
      }
      for (const schema of schemas) {
        const name = /^#\/components\/schemas\/(.+)$/.exec((schema as { $ref?: string })?.$ref ?? '')?.[1] ?? '';
        expect(Object.keys(components.schemas)).toContain(name);
        expect(name.startsWith(module.schemaPrefix), name).toBe(true);
      }
      expect(Object.keys(found.responses)).toEqual(expect.arrayContaining([success, '401', '403']));
      expect(found.security?.length, 'requires a token').toBeGreaterThan(0);
    });
  });

  it('has no broken references', async () => {
    const { text } = await world.stranger().get('/openapi.json');
    const { schemas } = (await read()).components;
    const known = Object.keys(schemas).map((name) => `#/components/schemas/${name}`);
    const references = [...text.matchAll(/"\$ref":\s*"([^"]+)"/g)].map((match) => match[1]!);
    expect(references.length).toBeGreaterThan(0);
    expect(references.filter((reference) => !known.includes(reference))).toEqual([]);
  });
}

/** Method, path and success status of every endpoint in a module's manifest. */
function routesOf(module: ModuleFacts): Array<readonly [method: string, path: string, success: string]> {
  const { process, status, list, cancel, retry, result, stats } = endpoints;
  const standard = [
    process,
    status,
    list,
    cancel,
    ...(module.hasRetry ? [retry] : []),
    ...(module.hasResult ? [result] : []),
    ...(module.hasStats ? [stats] : []),
  ];
  const success = (path: string) =>
    [process.path, retry.path].includes(path as never) ? '202' : path === cancel.path ? '204' : '200';
  return [
    ...standard.map(({ method, path }) => [method, path, success(path)] as const),
    ...module.extraEndpoints.map(({ method, path }) => [method, path, '200'] as const),
  ];
}
