import { describe, expect, it } from 'vitest';
import { detectApplication } from '../../../../src/core/attach/plan-attach.ts';
import { type App, express, fastify, filesOf, nestjs } from '../apps.ts';

const refusalOf = (app: App) => detectApplication(filesOf(app))?.refusal;

/** A Fastify application in TypeScript with these scripts. */
const withScripts = (scripts: Readonly<Record<string, string>>, app: App = fastify): App => ({
  ...app,
  'package.json': JSON.stringify({ ...JSON.parse(app['package.json'] ?? ''), scripts }, null, 2),
});

describe('an application that a bundler builds', () => {
  const started = { start: 'node dist/server.cjs' };

  it.each<[string, App]>([
    ['tsup', withScripts({ ...started, build: 'tsc --noEmit && tsup src/server.ts --format cjs' })],
    ['esbuild', withScripts({ ...started, build: 'vite build && esbuild src/server.ts --bundle --outdir=dist' })],
    [
      'esbuild',
      { ...withScripts({ build: 'node build.mjs' }), 'build.mjs': "import 'esbuild';\nconst bundle = true;\n" },
    ],
    ['rollup', withScripts({ ...started, build: 'npm run build:server', 'build:server': 'rollup -c' })],
    ['vite', withScripts({ ...started, build: 'vite build --ssr src/server.ts' })],
    ['webpack', withScripts({ start: 'node dist/server.js', build: 'webpack' }, express)],
    ['webpack', withScripts({ 'start:prod': 'node dist/main', build: 'nest build --webpack' }, nestjs)],
    ['webpack', { ...nestjs, 'nest-cli.json': '{ "compilerOptions": { "builder": { "type": "webpack" } } }' }],
  ])('is refused: %s', (bundler, app) => {
    expect(refusalOf(app)?.reason).toMatch(new RegExp(`^package\\.json:\\d+ bundles the application with ${bundler},`));
  });

  it.each<[string, App]>([
    ['pages beside tsc', withScripts({ start: 'node dist/server.js', build: 'vite build && tsc -p .' })],
    ['pages, and code that runs as it is', withScripts({ start: 'tsx src/server.ts', build: 'vite build' })],
    [
      'pages beside tsc with another configuration',
      {
        ...withScripts({ ...started, build: 'tsc -p tsconfig.server.json && vite build' }),
        'tsconfig.json': '{ "compilerOptions": { "noEmit": true } }',
        'tsconfig.server.json': '{}',
      },
    ],
    ['pages, without a script that starts', withScripts({ dev: 'tsx watch src/server.ts', build: 'vite build' })],
    ['pages of an application in JavaScript', withScripts({ start: 'node server', build: 'webpack' }, express)],
    ['esbuild file by file', withScripts({ ...started, build: 'esbuild src/*.ts --outdir=dist' })],
    ['swc in nest', { ...nestjs, 'nest-cli.json': '{ "compilerOptions": { "builder": "swc" } }' }],
  ])('is not taken for one: %s', (_, app) => {
    expect(refusalOf(app)).toBeUndefined();
  });
});
