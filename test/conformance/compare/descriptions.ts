import { expect } from 'vitest';
import type { Host } from '../host/host.ts';
import { send } from '../wire/send.ts';

interface Document {
  readonly paths: Record<string, Record<string, unknown>>;
  readonly components: { readonly schemas: Record<string, unknown>; readonly securitySchemes: unknown };
}

/** What the OpenAPI document of a host says about a module, with everything that it refers to. */
export async function descriptionOf(host: Host, module: string): Promise<unknown> {
  const { json } = await send(host.baseUrl, { method: 'GET', path: '/openapi.json' });
  const { paths, components } = json as Document;
  const own = Object.entries(paths).filter(
    ([path]) => path.startsWith(`/api/v1/modules/${module}/`) && !path.endsWith('/health'),
  );
  const used: Record<string, unknown> = {};
  const follow = (part: unknown) => {
    for (const [, name = ''] of JSON.stringify(part).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      if (name in used) continue;
      used[name] = components.schemas[name];
      expect(used[name], name).toBeDefined();
      follow(used[name]);
    }
  };
  follow(own);
  const { Refused: _, InvalidRequest: __, ErrorItem: ___, ...ofModule } = used;
  return { paths: Object.fromEntries(own), schemas: ofModule, securitySchemes: components.securitySchemes };
}
