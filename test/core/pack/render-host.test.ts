import { expect, it } from 'vitest';
import { parsePackMeta } from '../../../src/core/pack/pack-meta.ts';
import { hostContextOf } from '../../../src/core/pack/render-host.ts';
import { packYaml } from './make-pack.ts';

const meta = await parsePackMeta(packYaml, 'tiny');

it.each([
  ['fastapi', 'fastapi-host'],
  ['FastAPI', 'fast-api'],
  ['pydantic_core', 'pydantic-core-host'],
  ['fastapi-host', 'fastapi-host'],
  ['my-fastapi', 'my-fastapi'],
])('%j is called %s where the pack reserves fastapi and pydantic-core', (folder, name) => {
  const host = { ...meta.host, reserved_names: ['fastapi', 'pydantic-core'] };
  expect(hostContextOf(folder, { ...meta, host })).toMatchObject({ name, snakeName: name.replaceAll('-', '_') });
});

// npm rejects the names node_modules and favicon.ico.
it.each(['node_modules', 'favicon.ico', 'My-Host', '.hidden', '_private', '@scope', 'a b', "it's~(a)*host!"])(
  'makes a name from %j that npm and PyPI accept',
  (folder) => {
    const { name } = hostContextOf(folder, meta);
    expect(name).toMatch(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/);
    expect(['node_modules', 'favicon.ico']).not.toContain(name);
  },
);

const cases: [folder: string, name: string, snakeName: string, title: string][] = [
  ['my-host', 'my-host', 'my_host', 'My host'],
  ['My App 2', 'my-app-2', 'my_app_2', 'My app 2'],
  ['Café_Serveur', 'cafe-serveur', 'cafe_serveur', 'Cafe serveur'],
  ['2fast', 'fast', 'fast', 'Fast'],
  ['-x-', 'ai-host', 'ai_host', 'Ai host'],
  ['日本', 'ai-host', 'ai_host', 'Ai host'],
  ['', 'ai-host', 'ai_host', 'Ai host'],
  ['..', 'ai-host', 'ai_host', 'Ai host'],
  [`${'a'.repeat(59)}-b`, 'a'.repeat(59), 'a'.repeat(59), `A${'a'.repeat(58)}`],
];
it.each(cases)('%j is called %s', (folder, name, snakeName, title) => {
  expect(hostContextOf(folder, meta)).toMatchObject({ name, snakeName, title });
});

it('contains the runtime of the pack', async () => {
  const runtime = { package: 'tiny-runtime', archive: 'node', version: '1.2.3' } as const;
  expect(hostContextOf('host', meta).runtime).toBeNull();
  expect(hostContextOf('host', { ...meta, runtime }, false).runtime).toEqual({
    archive: 'tiny-runtime-1.2.3.tgz',
    version: '1.2.3',
    range: '^1.2.3',
    vendored: false,
  });
});
