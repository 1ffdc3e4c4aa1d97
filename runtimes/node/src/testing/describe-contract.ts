import { checkType } from '../check-type.ts';
import { nameOf, readEndpoints } from '../modules/endpoints.ts';
import { staleTypes } from '../modules/fingerprint.ts';
import { testHost } from './test-host.ts';

/**
 * Tests that a module keeps what its manifest promises: who may call its endpoints, what it subscribes to, its types and
 * sample. Call it with `await` in a test file for Vitest.
 */
export async function describeContract(name: string): Promise<void> {
  const { describe, expect, it } = await import('vitest');
  const host = await testHost(name);
  const manifest = host.module.getMetadata();

  describe(`the contract of ${name}`, () => {
    it('serves the endpoints of the manifest', () => {
      expect(host.endpoints()).toEqual(readEndpoints(manifest).map(nameOf).sort());
    });

    it.each(readEndpoints(manifest).map((endpoint) => [nameOf(endpoint), endpoint] as const))(
      '%s asks for its permission',
      async (_, { method, path, permission }) => {
        const address = path.replace(/\{\w+\}/g, 'unknown');
        const others = manifest.permissions_required.filter((each) => each !== permission);
        expect(await host.stranger().call(method, address)).toMatchObject({ status: 401 });
        expect(await host.user(...others).call(method, address)).toMatchObject({ status: 403 });
        expect([401, 403]).not.toContain((await host.user(permission).call(method, address)).status);
      },
    );

    it('subscribes to the events of the manifest', () => {
      const subscribed = host.host.services.bus.subscribedBy(name);
      expect(subscribed).toEqual([...new Set(manifest.events_subscribed)].sort());
    });

    const schemas = host.module.parts?.schemas;
    if (!schemas) return;
    it('has the types of the manifest', () => {
      const stale = staleTypes(manifest, schemas);
      if (stale !== undefined) throw new Error(stale);
    });

    if (!('sample' in schemas)) return;
    it('has a sample that fits the type of its input', () => {
      const checked = checkType(schemas.Input, schemas.sample);
      expect(checked.ok ? [] : checked.problems).toEqual([]);
    });
  });
}
