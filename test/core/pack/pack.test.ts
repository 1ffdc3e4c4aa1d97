import { expect, it } from 'vitest';
import { makePack } from './make-pack.ts';

it('lists the files of each section, with their targets and policies', () => {
  const pack = makePack(
    {
      'module/a.ts.hbs': '',
      'module/b.bin': '',
      'host/.env.hbs': '',
      'edits/.env.hbs': '',
      'partials/p.hbs': '',
      'x.md': '',
    },
    '[{ path: module/a.ts.hbs, policy: owned }]',
  );
  const listed = Object.entries(pack.files).map(([section, files]) => [
    section,
    files.map(({ source, target, policy }) => `${source} → ${target} (${policy})`),
  ]);
  expect(Object.fromEntries(listed)).toEqual({
    module: ['module/a.ts.hbs → a.ts (owned)', 'module/b.bin → b.bin (managed)'],
    attach: [],
    host: ['host/.env.hbs → .env (managed)'],
    edits: ['edits/.env.hbs → .env (managed)'],
  });
});

it('compiles a template when it is first used', () => {
  expect(() => makePack({ 'module/broken.hbs': '{{#if}}' })).not.toThrow();
});

it('copies a binary file, also with the extension .hbs', () => {
  const bytes = Uint8Array.from([255, 254]);
  expect(makePack({ 'module/a.hbs': { content: bytes, mode: 0o644 } }).files.module).toMatchObject([
    { target: 'a.hbs', content: bytes },
  ]);
});
