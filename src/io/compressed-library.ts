import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { compileFunction } from 'node:vm';
import { brotliDecompressSync } from 'node:zlib';

/** Exports of a library that the build compressed, `<name>.cjs.br` beside the bundle; only built code asks for it. */
export function compressedLibrary(name: string): unknown {
  const file = join(__dirname, `${name}.cjs`);
  const code = brotliDecompressSync(readFileSync(`${file}.br`)).toString('utf8');
  const module = { exports: {} };
  const load = compileFunction(code, ['module', 'exports', 'require'], { filename: file });
  load(module, module.exports, createRequire(file));
  return module.exports;
}
