import { fileURLToPath } from 'node:url';
import { readCode } from '../../../src/core/code/read-code.ts';
import { checkCode } from '../../../src/core/lint/check-code.ts';
import { byKind } from '../../../src/core/lint/rule.ts';
import { rules } from '../../../src/core/lint/rules.ts';
import { manifestFacts } from '../../../src/core/lint/subject.ts';
import type { Manifest } from '../../../src/core/manifest/schema.ts';
import { contextOf } from '../../../src/core/pack/context/context.ts';
import type { Pack } from '../../../src/core/pack/pack.ts';
import { renderModule } from '../../../src/core/pack/render-module.ts';
import { readPackFolder } from '../../../src/io/pack/pack-folder.ts';

export const stacks = ['fastify', 'fastapi'] as const;
export type Stack = (typeof stacks)[number];

/** The manifest and the code of a module by path, without tests. */
export type Module = ReadonlyMap<string, string>;

const packs = new Map<Stack, Promise<Pack>>();

export async function generated(stack: Stack, manifest: Manifest): Promise<Module> {
  const folder = fileURLToPath(new URL(`../../../templates/${stack}`, import.meta.url));
  const opened = packs.get(stack) ?? readPackFolder(folder, stack);
  packs.set(stack, opened);
  const pack = await opened;
  const tree = await renderModule(pack, contextOf(manifest, pack.meta, pack.meta.host.imports));
  const own = [...tree].filter(([path]) => /\.(?:py|ts|yaml)$/.test(path) && !/^(?:tests|migrations)\//.test(path));
  return new Map(own.map(([path, { content }]) => [path, String(content)]));
}

/** `file:line rule: message`, for each diagnostic about code. */
export async function driftIn(module: Module, manifest: Manifest): Promise<string[]> {
  const code = readCode(new Map([...module].filter(([path]) => /\.(ts|py)$/.test(path))), manifest.name);
  if (code === undefined) return ['no code'];
  const given = { file: 'm/manifest.yaml', folder: manifest.name, text: module.get('manifest.yaml') ?? '' };
  const found = await checkCode(given, manifestFacts(given, { manifest, invalid: new Set() }), code, byKind(rules));
  return found.map(({ file, range, rule, message }) => `${file.slice(2)}:${range?.start.line} ${rule}: ${message}`);
}

/** Every replacement of one occurrence of `before`, with its line. */
export function replacements(module: Module, before: string, after: string): { at: string; changed: Module }[] {
  return [...module].flatMap(([path, text]) => {
    if (path === 'manifest.yaml') return [];
    const pieces = text.split(before);
    return pieces.slice(1).map((_, index) => {
      const start = pieces.slice(0, index + 1).join(before);
      const rest = pieces.slice(index + 1).join(before);
      return {
        at: `${path}:${start.split('\n').length}`,
        changed: new Map(module).set(path, `${start}${after}${rest}`),
      };
    });
  });
}

/** The module with one file changed. Throws if the change has no effect. */
export function edited(module: Module, path: string, change: (text: string) => string): Module {
  const before = module.get(path) ?? '';
  const after = change(before);
  if (after === before) throw new Error(`nothing to change in ${path}`);
  return new Map(module).set(path, after);
}
