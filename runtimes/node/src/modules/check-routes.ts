import { createApp } from '../http/app.ts';
import { moduleRoutes } from '../http/job-routes.ts';
import type { AnyModule } from './base-module.ts';
import { endpointsOf, readEndpoints } from './endpoints.ts';
import type { Manifest } from './manifest.ts';
import { ModuleProblem } from './module-problem.ts';

/**
 * Throws a `ModuleProblem` if a module does not serve exactly the endpoints of its manifest, or asks for a permission that it
 * doesn't declare. Its routes are mounted in an application of their own: a mistake must not reach the host.
 */
export async function checkRoutes(module: AnyModule, manifest: Manifest): Promise<void> {
  const { name } = manifest;
  const unknown = readEndpoints(manifest).find(({ permission }) => !manifest.permissions_required.includes(permission));
  if (unknown) {
    const { method, path, permission } = unknown;
    throw new ModuleProblem(
      'manifest_invalid',
      `${method} ${path} asks for ${permission}, which is not in permissions_required`,
    );
  }
  const served = await servedBy(module, name);
  const declared = endpointsOf(manifest);
  const differences = [
    ...declared.filter((endpoint) => !served.includes(endpoint)).map((endpoint) => `${endpoint} is not served`),
    ...served
      .filter((endpoint) => !declared.includes(endpoint))
      .map((endpoint) => `${endpoint} is not in the manifest`),
  ];
  if (differences.length > 0) throw new ModuleProblem('endpoints_invalid', `${name}: ${differences.join('; ')}`);
}

async function servedBy(module: AnyModule, name: string): Promise<string[]> {
  const app = createApp({ logLevel: 'silent' }, { authenticate: () => null });
  const served = new Set<string>();
  app.addHook('onRoute', ({ method, url, prefix }) => {
    const path = url.slice(prefix.length).replace(/:(\w+)/g, '{$1}') || '/';
    for (const each of [method].flat()) if (each !== 'HEAD') served.add(`${each} ${path}`);
  });
  try {
    await app.register(moduleRoutes(module), { prefix: `/api/v1/modules/${name}` });
    await app.ready();
    return [...served].sort();
  } catch (cause) {
    throw cause instanceof ModuleProblem
      ? cause
      : new ModuleProblem('endpoints_invalid', `${name} has invalid routes`, { cause });
  } finally {
    await app.close();
  }
}
