import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { expect, it } from 'vitest';
import { parse as readYaml } from 'yaml';
import { tempFolder } from '../io/temp-folder.ts';
import { succeedIn } from './fake-io.ts';

it('schema prints the JSON Schema of the manifest', async () => {
  const { out } = await succeedIn(tempFolder(), ['schema']);
  expect(JSON.parse(out)).toMatchObject({ $schema: 'http://json-schema.org/draft-07/schema#', type: 'object' });
});

it.each([
  ['fastify', 'src/ai/modules'],
  ['fastapi', 'app/ai/modules'],
])(
  '%s: new leaves the schema where the manifest says, for its editor, and update keeps it current',
  async (stack, dir) => {
    const root = tempFolder();
    await succeedIn(root, ['host', 'init', '--stack', stack, '--yes']);
    await succeedIn(root, ['new', 'alpha', '--yes']);
    const modules = join(root, dir);
    const manifest = readFileSync(join(modules, 'alpha/manifest.yaml'), 'utf8');
    const named = /^# yaml-language-server: \$schema=(.*)\n/.exec(manifest)?.[1] ?? '';
    const schema = join(modules, 'alpha', named);
    const { out } = await succeedIn(root, ['schema']);
    expect(readFileSync(schema, 'utf8')).toBe(out);
    expect(
      new Ajv({ strict: true }).addVocabulary(['patternErrorMessage']).validate(JSON.parse(out), readYaml(manifest)),
    ).toBe(true);

    expect((await succeedIn(root, ['new', 'beta', '--yes'])).out).toMatch(/^Created beta .*: \d+ files created/);
    writeFileSync(schema, '{}\n');
    await succeedIn(root, ['update', '--yes']);
    expect(readFileSync(schema, 'utf8')).toBe(out);
  },
);
