import { expect, it } from 'vitest';
import { hostContextOf } from '../../../src/core/pack/host-context.ts';
import { parsePackMeta } from '../../../src/core/pack/pack-meta.ts';
import { packYaml } from './make-pack.ts';

const meta = await parsePackMeta(packYaml, 'tiny');

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
  expect(hostContextOf(folder, meta)).toEqual({ name, snakeName, title, pack: { name: 'tiny', version: '1.2.3' } });
});
