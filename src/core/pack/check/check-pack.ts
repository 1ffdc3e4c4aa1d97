import { comparePaths, type Tree } from '../../tree/tree.ts';
import type { YamlSource } from '../../yaml/exact.ts';
import { contextOf } from '../context/context.ts';
import { compilerEngine } from '../engine-compiler.ts';
import { buildPack, type Pack, type Section } from '../pack.ts';
import type { PackMeta } from '../pack-meta.ts';
import { type Attached, hostContextOf } from '../render-host.ts';
import { isEditorFile } from '../source/editor-files.ts';
import { checkFiles, type PackEntry } from './check-files.ts';
import { checkMeta, metaProblem, type Shapes } from './check-meta.ts';
import { unusedQuestions } from './check-questions.ts';
import { checkRenders, type RenderCase } from './check-render.ts';
import { TemplateChecker } from './check-templates.ts';
import type { PackProblem } from './pack-problem.ts';
import { samples } from './samples.ts';
import { shapeOf } from './shape.ts';

/** A pack to check: its files, its parsed pack.yaml, and that file with positions. */
export interface PackToCheck {
  readonly tree: Tree;
  readonly entries: readonly PackEntry[];
  readonly meta: PackMeta;
  readonly source: YamlSource;
  /** The files of the pack itself, without those of a pack that it extends. */
  readonly own: ReadonlySet<string>;
}

/** Everything that is wrong with a pack, by file and line. Renders it for samples, also with hostile texts. */
export async function checkPack({ tree, entries, meta, source, own }: PackToCheck): Promise<PackProblem[]> {
  const pack = buildPack(tree, meta, compilerEngine());
  const cases = renderCases(pack);
  const shapes = shapesOf(cases);
  const textAt = (path: string) => {
    const content = tree.get(path as never)?.content;
    return typeof content === 'string' ? content : undefined;
  };
  const renders = await checkRenders(pack, cases, textAt);
  const questions = unusedQuestions(pack).map((id) => {
    const at = (source.value as { questions?: readonly string[] }).questions?.indexOf(id) ?? -1;
    const message = `the answer to the question ${id} changes no file${meta.runtime ? '' : ' but the manifest'}`;
    return metaProblem(
      source,
      ['questions', at],
      message,
      'Remove the question, or use its answer in a template.',
      'unused-question',
    );
  });
  const inTemplates = checkTemplates(pack, tree, shapes);
  const found = [...checkFiles(entries), ...checkMeta(pack, source, shapes), ...inTemplates];
  const all = [...found, ...questions, ...renders.filter((problem) => !found.some((one) => explains(one, problem)))];
  return all.map((problem) => withOwner(problem, own, meta)).sort(comparePlaces);
}

/** Whether a problem of the source is the cause of one that a render shows. */
function explains(cause: PackProblem, { rule, file, line }: PackProblem): boolean {
  if (cause.file !== file) return false;
  if (rule === 'invalid-path') return cause.line === undefined;
  if (rule === 'missing-escape') return cause.rule === 'missing-escape' || cause.rule === 'wrong-helper';
  return (rule === 'invalid-template' || rule === 'syntax') && cause.line === line;
}

/** A file of the base pack can only have a problem because of the extending one. */
function withOwner(problem: PackProblem, own: ReadonlySet<string>, { name, base }: PackMeta): PackProblem {
  if (base === undefined || own.has(problem.file)) return problem;
  const { line, column: _, ...rest } = problem;
  const place = `${problem.file}${line === undefined ? '' : `:${line}`}`;
  return {
    ...rest,
    file: 'pack.yaml',
    line: 1,
    message: `${place} of the pack that ${name} extends: ${problem.message}`,
  };
}

function comparePlaces(a: PackProblem, b: PackProblem): number {
  return comparePaths(a.file, b.file) || (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}

function checkTemplates(pack: Pack, tree: Tree, shapes: Shapes): PackProblem[] {
  const partials = new Map<string, string>();
  for (const [path, { content }] of tree)
    if (path.startsWith('partials/') && path.endsWith('.hbs') && typeof content === 'string' && !isEditorFile(path))
      partials.set(path, content);
  const checker = new TemplateChecker(partials);
  for (const section of ['module', 'host', 'edits', 'attach'] as const)
    for (const { source, content } of pack.files[section]) {
      const text = tree.get(source as never)?.content;
      if (typeof content === 'function' && typeof text === 'string') checker.check(source, text, shapes[section]);
    }
  const unused = [...partials.keys()].filter((path) => !checker.usedPartials.has(path));
  return [
    ...checker.problems(),
    ...unused.map((file): PackProblem => {
      return { rule: 'unused-file', file, message: 'no template uses this partial', hint: 'Delete it, or use it.' };
    }),
  ];
}

function shapesOf(cases: readonly RenderCase[]): Shapes {
  const of = (section: Section) =>
    shapeOf(cases.filter((one) => one.section === section).map(({ context }) => context));
  return { module: of('module'), host: of('host'), edits: of('edits'), attach: of('attach') };
}

function renderCases({ meta }: Pack): RenderCase[] {
  const modules = samples().flatMap(({ name, manifest, isHostile }): RenderCase[] => {
    const context = contextOf(manifest, meta, meta.host.imports);
    return (['module', 'edits'] as const).map((section) => ({ section, context, name, isHostile }));
  });
  const hosts = [true, false].map((vendored): RenderCase => {
    const name = vendored ? 'a host' : 'a host with a runtime from a registry';
    return { section: 'host', context: hostContextOf('my-host', meta, vendored), name, isHostile: false };
  });
  const guests = attachments(meta).map((attached): RenderCase => {
    const name = `an attached ${attached.framework} application`;
    return { section: 'attach', context: hostContextOf('my-app', meta, true, attached), name, isHostile: false };
  });
  return [...modules, ...hosts, ...guests];
}

/** Attached applications of the pack's language. */
function attachments({ runtime }: PackMeta): Attached[] {
  const user = { name: 'currentUser', id: 'user.id', admin: 'user.admin', type: 'User', session: 'Session' };
  const ports = { imports: ['import os'], database: null, user: null, kind: 'none', cookies: false };
  const python: Attached = {
    framework: 'fastapi',
    entry: 'app/main.py:app',
    dir: 'app/ai',
    prefix: '/ai',
    migrations: 'runtime',
    module_kind: 'esm',
    test: { imports: ['from app.main import app'], application: 'app' },
    ruff: true,
    ports,
  };
  const node: Attached = {
    ...python,
    framework: 'fastify',
    entry: 'src/app.ts',
    dir: 'src/ai',
    extension: 'ts',
    test: null,
    ruff: false,
  };
  const code = 'import pool from "pool";';
  const full = {
    ...ports,
    imports: [code],
    database: 'pool.url',
    user,
    kind: 'user',
    passportImport: code,
    cookies: true,
  };
  return runtime?.archive === 'python'
    ? [
        python,
        {
          ...python,
          migrations: 'app',
          test: null,
          ports: { ...full, imports: ['from app.db import url'], database: 'url' },
        },
      ]
    : [
        node,
        { ...node, framework: 'express', extension: 'js', module_kind: 'commonjs', import_ending: '.js' },
        { ...node, framework: 'nestjs', module_kind: 'commonjs', ports: full },
      ];
}
