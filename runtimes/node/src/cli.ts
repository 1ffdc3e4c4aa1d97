#!/usr/bin/env node
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { schemaScript } from './engine/schema.ts';
import { buildModules } from './guest/build-modules.ts';
import { SCHEMA_NAME } from './settings.ts';

const USAGE = `Usage: ai-module-runtime <command>

  build <modules> <output>      compile the modules in a folder, and copy their other files
  worker <attachment> [name]    run the jobs of the guest that a file exports (name: guest)
  sql [--schema ai]             print the SQL that creates the runtime's tables, for a migration
`;

/** Commands for applications with a guest. */
async function main([command = '', ...rest]: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: rest,
    options: { schema: { type: 'string', default: 'ai' } },
    allowPositionals: true,
  });
  const [first, second] = positionals;
  if (command === 'build' && first && second) await buildModules(resolve(first), resolve(second));
  else if (command === 'worker' && first) await runWorker(resolve(first), second ?? 'guest');
  else if (command === 'sql' && !SCHEMA_NAME.test(values.schema))
    throw new UsageError('the name of a schema must match [a-z_][a-z0-9_]{0,50}\n');
  else if (command === 'sql') process.stdout.write(`${await schemaScript(values.schema)}\n`);
  else throw new UsageError(USAGE);
}

class UsageError extends Error {}

async function runWorker(file: string, name: string): Promise<void> {
  const exported = await import(pathToFileURL(file).href);
  const guest = exported[name] ?? exported.default?.[name];
  if (typeof guest?.runWorker !== 'function') throw new UsageError(`${file} exports no guest called ${name}\n`);
  await guest.runWorker(undefined);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(
    error instanceof UsageError ? error.message : `${error instanceof Error ? error.stack : error}\n`,
  );
  process.exitCode = error instanceof UsageError ? 2 : 1;
});
