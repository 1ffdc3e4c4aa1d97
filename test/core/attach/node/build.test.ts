import { describe, expect, it } from 'vitest';
import { readBuild } from '../../../../src/core/attach/node/build.ts';
import { readPackage } from '../../../../src/core/attach/node/read-node.ts';
import { type App, fastify, filesOf } from '../apps.ts';

const buildOf = (app: App) => {
  const files = filesOf({ ...fastify, ...app });
  return readBuild(files, readPackage(files)!, 'src/server.ts');
};
const solution = (...references: string[]) =>
  JSON.stringify({ files: [], references: references.map((path) => ({ path })) });

describe('project references of TypeScript', () => {
  it('are followed to the configuration that compiles the entry point', () => {
    const { configs, outDir, script } = buildOf({
      'package.json': (fastify['package.json'] ?? '').replace('"tsc"', '"tsc -b"'),
      'tsconfig.json': solution('./web', './tsconfig.app.json', './tsconfig.spec.json', './missing'),
      'web/tsconfig.json': '{ "compilerOptions": { "outDir": "../public" } }',
      'tsconfig.app.json': '{ "include": ["./src/**/*.ts"], "compilerOptions": { "outDir": "out" } }',
      'tsconfig.spec.json': '{ "include": ["src/**/*.spec.ts", "test"] }',
    });
    expect([configs, outDir, script]).toEqual([['tsconfig.app.json'], 'out', 'build']);
  });

  it('are followed to configurations that inherit what they compile, and that refer to the first', () => {
    const { configs } = buildOf({
      'tsconfig.json': solution('server'),
      'server/tsconfig.json': '{ "extends": "../tsconfig.base.json", "references": [{ "path": ".." }] }',
      'tsconfig.base.json': '{ "files": ["src/server.ts"] }',
    });
    expect(configs).toEqual(['tsconfig.base.json']);
  });

  it('stay beside a configuration that has the entry point itself', () => {
    const own = '{ "include": ["src"], "references": [{ "path": "shared" }] }';
    expect(buildOf({ 'tsconfig.json': own, 'shared/tsconfig.json': '{}' }).configs).toEqual(['tsconfig.json']);
  });

  it('leave the configuration if none has the entry point', () => {
    expect(buildOf({ 'tsconfig.json': solution('web'), 'web/tsconfig.json': '{}' }).configs).toEqual(['tsconfig.json']);
  });
});
