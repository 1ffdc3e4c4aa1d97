import { nearestWord } from '../../text/nearest-word.ts';
import type { YamlPath, YamlSource } from '../../yaml/exact.ts';
import type { Pack, Section } from '../pack.ts';
import type { PackProblem, PackRule } from './pack-problem.ts';
import { memberOf, type Shape } from './shape.ts';

/** The shape of the context of each section. */
export type Shapes = Readonly<Record<Section, Shape>>;

/** Checks what pack.yaml says about files: their paths, conditions and the placeholders of commands. */
export function checkMeta({ meta, files }: Pack, source: YamlSource, shapes: Shapes): PackProblem[] {
  const problems: PackProblem[] = [];
  const add = (path: YamlPath, message: string, hint: string, rule: PackRule = 'pack-meta') =>
    problems.push(metaProblem(source, path, message, hint, rule));
  const known = Object.values(files)
    .flat()
    .map((file) => file.source);
  const own = source.value as { readonly files?: readonly { readonly path: string }[] };
  for (const [at, entry] of (own.files ?? []).entries()) {
    const path = ['files', at, 'path'];
    if (!known.includes(entry.path)) {
      const near = nearestWord(entry.path, known) ?? known.find((one) => one === `${entry.path}.hbs`);
      add(
        path,
        `the pack has no file ${entry.path}`,
        near === undefined ? 'Remove the entry.' : `Did you mean ${near}?`,
      );
    }
    const shape = shapes[entry.path.split('/')[0] as Section];
    const { when = {} } = meta.files.find((one) => one.path === entry.path) ?? {};
    for (const name of Object.keys(when))
      if (shape !== undefined && !hasName(shape, name))
        add(['files', at, 'when', name], `${name} is not a field of the context`, hintFor(shape, name), 'unknown-name');
  }
  const sections = ['module', 'host', 'edits', 'attach'] as const;
  for (const section of sections)
    for (const { source: file, target } of files[section])
      for (const [, name = ''] of target.matchAll(/\{\{(.*?)\}\}/g))
        if (!hasName(shapes[section], name.trim()) || name !== name.trim())
          problems.push({
            rule: 'unknown-name',
            file,
            message: `{{${name}}} in its path is not a field of the context`,
            hint: hintFor(shapes[section], name.trim()),
          });
  checkCommands(meta.commands, add);
  return problems;
}

const placeholders = ['name', 'module_dir', 'modules_dir'];

function checkCommands(
  commands: Pack['meta']['commands'],
  add: (path: YamlPath, message: string, hint: string, rule?: PackRule) => void,
): void {
  for (const key of ['verify', 'verify_attached', 'format'] as const)
    for (const [at, command] of (commands[key] ?? []).entries())
      for (const argument of command)
        for (const [, name = ''] of argument.matchAll(/\{\{(.*?)\}\}/g))
          if (!placeholders.includes(name))
            add(
              ['commands', key, at],
              `{{${name}}} is unknown in commands`,
              `Commands have {{${placeholders.join('}}, {{')}}}.`,
              'unknown-name',
            );
}

function hasName(shape: Shape, path: string): boolean {
  let at: Shape | undefined = shape;
  for (const part of path.split('.')) at = at && memberOf(at, part);
  return at !== undefined;
}

function hintFor(shape: Shape, path: string): string {
  const [first = ''] = path.split('.');
  const near = shape.kind === 'object' ? nearestWord(first, shape.keys.keys()) : undefined;
  return near === undefined || near === first
    ? 'docs/packs.md lists the fields of the context.'
    : `Did you mean ${near}?`;
}

export function metaProblem(
  source: YamlSource,
  path: YamlPath,
  message: string,
  hint: string,
  rule: PackRule = 'pack-meta',
  at: 'key' | 'value' = 'value',
): PackProblem {
  const { line, column } = source.rangeOf(path, at).start;
  return { rule, file: 'pack.yaml', line, column, message, hint };
}
