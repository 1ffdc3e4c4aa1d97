// Prints the routes of a Fastify application: `node fastify-routes.mjs`, in its folder, after its build.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const folder = process.cwd();
const own = createRequire(join(folder, 'package.json'));
const { default: Fastify } = await import(pathToFileURL(own.resolve('fastify')).href);
const { default: serviceApp } = await import(pathToFileURL(join(folder, 'dist/app.js')).href);

const app = Fastify();
app.addHook('onRoute', ({ method, url }) => {
  const path = url.replaceAll(/:(\w+)/g, '{$1}');
  for (const each of [method].flat()) process.stdout.write(`${each} ${path}\n`);
});
await app.register(serviceApp);
await app.ready();
await app.close();
