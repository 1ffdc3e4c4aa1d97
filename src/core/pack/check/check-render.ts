import { Failure } from '../../failure.ts';
import { attributesPath, lockPath, mergeBasePath } from '../../lock/lock.ts';
import { manifestPath } from '../../lock/merge-base.ts';
import { invalidPathReason } from '../../tree/rel-path.ts';
import type { Context } from '../context/context.ts';
import type { Pack, PackFile, Section } from '../pack.ts';
import { PathClaims, renderPack } from '../render.ts';
import { renderModule } from '../render-module.ts';
import { formatProblems, syntaxProblem, templateLine } from './check-output.ts';
import type { PackProblem } from './pack-problem.ts';

/** A context to render a section with. */
export interface RenderCase {
  readonly section: Section;
  readonly context: object;
  /** What is special about it. */
  readonly name: string;
  /** Whether its texts break code that does not escape them. */
  readonly isHostile: boolean;
}

const generated: readonly string[] = [lockPath, mergeBasePath, attributesPath];

/** Renders every file of a pack in every case, and checks the paths and the outputs. `textAt` gives a template's text. */
export async function checkRenders(
  pack: Pack,
  cases: readonly RenderCase[],
  textAt: (path: string) => string | undefined,
): Promise<PackProblem[]> {
  const found = new Map<string, PackProblem>();
  // Files that do not parse with any texts. Cases with harmless texts come first.
  const broken = new Set<string>();
  const add = (problem: PackProblem) => {
    const key = `${problem.rule}\n${problem.file}\n${problem.line}`;
    const isBroken = problem.rule === 'missing-escape' && broken.has(problem.file);
    if (problem.rule === 'syntax') broken.add(problem.file);
    if (!found.has(key) && !isBroken) found.set(key, problem);
  };
  for (const one of cases) {
    const claims = new PathClaims<PackFile>();
    for (const file of pack.files[one.section]) {
      for (const problem of await checkFile(pack, file, one, claims, textAt)) add(problem);
    }
  }
  const problems = [...found.values()];
  if (problems.length > 0) return problems;
  for (const { section, context } of cases) {
    if (section !== 'module' || problems.length > 0) continue;
    const problem = await manifestProblem(pack, context as Context);
    if (problem) problems.push(problem);
  }
  return problems;
}

async function checkFile(
  pack: Pack,
  file: PackFile,
  { section, context, name, isHostile }: RenderCase,
  claims: PathClaims<PackFile>,
  textAt: (path: string) => string | undefined,
): Promise<PackProblem[]> {
  const one = { ...pack, files: { ...pack.files, [section]: [file] } };
  let tree: ReturnType<typeof renderPack>['tree'];
  try {
    tree = renderPack(one, section, context).tree;
  } catch (error) {
    return [problemOf(error, file.source, name)];
  }
  const problems: PackProblem[] = [];
  for (const [path, { content }] of tree) {
    const other = claims.claim(path, file);
    if (other)
      problems.push({
        rule: 'path-collision',
        file: file.source,
        message: `${other.source} also renders ${path}, at least on a case-insensitive file system`,
        hint: 'Rename one of them, or give them conditions (`when` in pack.yaml) that exclude each other.',
      });
    if (section === 'module' && generated.includes(path))
      problems.push({
        rule: 'path-collision',
        file: file.source,
        message: `${path} is reserved: create-ai-module generates it`,
        hint: 'Rename the file.',
      });
    if (typeof content !== 'string') continue;
    const place = (line: number) => {
      const template = textAt(file.source);
      return template === undefined || typeof file.content !== 'function'
        ? line
        : templateLine(template, content, line);
    };
    const syntax = section === 'edits' ? undefined : await syntaxProblem(path, content);
    if (syntax)
      problems.push({
        rule: isHostile ? 'missing-escape' : 'syntax',
        file: file.source,
        line: place(syntax.line),
        message: `with ${name}, line ${syntax.line} of ${path} does not parse: ${excerpt(content, syntax.line)}`,
        hint: isHostile
          ? "Write texts of the user through the helper of the file's language."
          : 'Correct the template.',
      });
    // Texts of users may end with a space.
    if (isHostile || syntax) continue;
    for (const { line, message } of section === 'edits' ? [] : formatProblems(path, content))
      problems.push({
        rule: 'format',
        file: file.source,
        line: place(line),
        message: `with ${name}, ${message} (${path}:${line})`,
        hint: 'Write formatted code: no formatter runs on the output.',
      });
  }
  return problems;
}

function excerpt(text: string, line: number): string {
  const source = (text.split('\n')[line - 1] ?? '').trim();
  return source.length > 80 ? `${source.slice(0, 80)}…` : source;
}

function problemOf(error: unknown, source: string, name: string): PackProblem {
  if (!(error instanceof Failure)) throw error;
  const {
    template = source,
    line,
    reason = error.message,
  } = error.args as {
    template?: string;
    line?: number;
    reason?: string;
  };
  const isPath = error.code === 'pack-invalid';
  return {
    rule: isPath ? 'invalid-path' : 'invalid-template',
    file: template,
    ...(line !== undefined && { line }),
    message: isPath ? reason : `with ${name}, it cannot be rendered: ${reason}`,
    hint: isPath
      ? 'Give the file a path that is legal on Windows, macOS and Linux.'
      : 'Correct the name, or test first whether there is a value.',
  };
}

async function manifestProblem(pack: Pack, context: Context): Promise<PackProblem | undefined> {
  try {
    await renderModule(pack, context);
    return undefined;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const {
      template = `module/${manifestPath}.hbs`,
      line = 1,
      reason = error.message,
    } = error.args as {
      template?: string;
      line?: number;
      reason?: string;
    };
    const hint = 'Write every key of the manifest, with {{yaml …}}, {{yamlItem …}} or {{yamlEntry …}}.';
    return { rule: 'manifest', file: template, line, message: reason, hint };
  }
}

/** Why a path of the pack itself cannot be used on every system. */
export function pathProblem(path: string): PackProblem | undefined {
  const reason = invalidPathReason(path);
  if (reason === undefined) return undefined;
  const hint = 'Rename it: a pack must be usable on Windows, macOS and Linux.';
  return { rule: 'invalid-path', file: path, message: `its path is illegal: ${reason}`, hint };
}
