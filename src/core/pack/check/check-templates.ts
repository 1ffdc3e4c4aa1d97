import { nearestWord } from '../../text/nearest-word.ts';
import { parseTemplate } from '../engine-compiler.ts';
import { helpers } from '../helpers.ts';
import type { PackProblem, PackRule } from './pack-problem.ts';
import { anything, itemsOf, memberOf, rawText, type Shape, safeValue } from './shape.ts';

type Node = hbs.AST.Node;
type Call = Pick<hbs.AST.MustacheStatement, 'path' | 'params' | 'hash' | 'loc'>;

/** Helpers that make a user's text harmless in one language. */
const literalHelpers: Readonly<Record<string, string>> = {
  ts: 'typescript',
  tsList: 'typescript',
  jsdoc: 'typescript',
  py: 'python',
  docstring: 'python',
  json: 'json',
  yaml: 'yaml',
  yamlItem: 'yaml',
  yamlEntry: 'yaml',
  toml: 'toml',
  md: 'markdown',
  line: 'any',
};

const languages: readonly (readonly [pattern: RegExp, language: string, accepts: readonly string[]])[] = [
  [/\.[cm]?[jt]sx?$/, 'typescript', ['typescript', 'json']],
  [/\.py$/, 'python', ['python', 'json']],
  [/\.json$/, 'json', ['json']],
  [/\.ya?ml$/, 'yaml', ['yaml', 'json']],
  [/\.toml$/, 'toml', ['toml', 'json']],
];

const blockHelpers = ['if', 'unless', 'each', 'with', 'lookup', 'log'];
const knownHelpers = [...Object.keys(helpers), ...blockHelpers];

/** Where names are looked up: the contexts from the outermost to the current one, and the names of block parameters. */
interface Scope {
  readonly contexts: readonly Shape[];
  readonly names: ReadonlyMap<string, Shape>;
}

/** Checks the names, helpers and partials of templates without rendering them: also in branches that no sample takes. */
export class TemplateChecker {
  readonly #found: { readonly place: string; readonly problem: PackProblem }[] = [];
  /** Names in partials that exist in one of the contexts that the partial is used with. */
  readonly #known = new Set<string>();
  readonly usedPartials = new Set<string>();
  readonly #partials: ReadonlyMap<string, string>;
  readonly #seen = new Set<string>();
  #file = '';
  #depth = 0;

  /** `partials` are the texts of the partials by their paths in the pack. */
  constructor(partials: ReadonlyMap<string, string>) {
    this.#partials = partials;
  }

  problems(): PackProblem[] {
    return this.#found.filter(({ place }) => !this.#known.has(place)).map(({ problem }) => problem);
  }

  check(file: string, text: string, context: Shape): void {
    const outer = this.#file;
    this.#file = file;
    try {
      this.#program(parseTemplate(text), { contexts: [context], names: new Map() });
    } catch (error) {
      const found = /^Parse error on line (\d+):\n(.*)/.exec((error as Error).message);
      if (!found) throw error;
      this.#report(
        'invalid-template',
        { start: { line: Number(found[1]), column: 0 } },
        `invalid syntax: ${found[2]}`,
        'Correct the braces of this line, or of the lines above.',
      );
    }
    this.#file = outer;
  }

  #program(program: hbs.AST.Program | undefined, scope: Scope): void {
    for (const statement of program?.body ?? []) this.#statement(statement, scope);
  }

  #statement(node: Node, scope: Scope): void {
    if (node.type === 'MustacheStatement') this.#output(node as hbs.AST.MustacheStatement, scope);
    if (node.type === 'BlockStatement') this.#block(node as hbs.AST.BlockStatement, scope);
    if (node.type === 'PartialStatement' || node.type === 'PartialBlockStatement')
      this.#partial(node as hbs.AST.PartialStatement, scope);
  }

  #output(node: hbs.AST.MustacheStatement, scope: Scope): void {
    const shape = this.#value(node, scope);
    if (shape.kind === 'value' && shape.isRawText)
      this.#report(
        'missing-escape',
        node.loc,
        `${sourceOf(node)} writes a text of the user unescaped`,
        `Write it through the helper of the file's language, such as ${helperFor(this.#file)}.`,
      );
    if (shape.kind === 'object' || shape.kind === 'list')
      this.#report('unknown-name', node.loc, `${sourceOf(node)} is not a text`, 'Name one of its fields, or use each.');
  }

  #block(node: hbs.AST.BlockStatement, scope: Scope): void {
    const name = node.path.original;
    const [first] = node.params.map((param) => this.#expression(param, scope));
    if (!['if', 'unless', 'each', 'with'].includes(name)) {
      this.#report(
        'unknown-name',
        node.path.loc,
        `the block helper ${name} does not exist`,
        'Use if, unless, each or with.',
      );
      return;
    }
    const inner = name === 'each' ? itemsOf(first ?? anything) : name === 'with' ? (first ?? anything) : undefined;
    const names = new Map(scope.names);
    const [item, key] = node.program?.blockParams ?? [];
    if (item !== undefined) names.set(item, inner ?? anything);
    if (key !== undefined) names.set(key, safeValue);
    const entered = inner === undefined ? scope.contexts : [...scope.contexts, inner];
    this.#program(node.program, { contexts: entered, names });
    this.#program(node.inverse, scope);
  }

  #partial(node: hbs.AST.PartialStatement, scope: Scope): void {
    if (node.name.type !== 'PathExpression') {
      for (const path of this.#partials.keys()) this.usedPartials.add(path);
      return;
    }
    const name = (node.name as hbs.AST.PathExpression).original;
    const path = `partials/${name}.hbs`;
    const text = this.#partials.get(path);
    if (text === undefined) {
      const known = [...this.#partials.keys()].map((one) => one.slice('partials/'.length, -'.hbs'.length));
      this.#report(
        'unknown-name',
        node.loc,
        `the partial ${name} does not exist`,
        suggestion(name, known) ?? `Add ${path}.`,
      );
      return;
    }
    this.usedPartials.add(path);
    const given = node.params.map((param) => this.#expression(param, scope))[0] ?? (scope.contexts.at(-1) as Shape);
    const added = node.hash?.pairs.map(({ key, value }) => [key, this.#expression(value, scope)] as const) ?? [];
    const context: Shape =
      added.length === 0 || given.kind !== 'object'
        ? given
        : { kind: 'object', keys: new Map([...given.keys, ...added]) };
    if (this.#depth > 8) return;
    this.#depth += 1;
    this.check(path, text, context);
    this.#depth -= 1;
  }

  #expression(node: Node, scope: Scope): Shape {
    if (node.type === 'SubExpression') return this.#value(node as hbs.AST.SubExpression, scope);
    if (node.type === 'PathExpression') return this.#path(node as hbs.AST.PathExpression, scope);
    return safeValue;
  }

  /** The result of `{{name}}`, `{{helper value}}` or `(helper value)`. */
  #value(node: Call, scope: Scope): Shape {
    const path = node.path as hbs.AST.PathExpression;
    if (path.type !== 'PathExpression') return safeValue;
    const isCall = node.params.length > 0 || node.hash?.pairs.length > 0;
    const name = path.original;
    if (!isCall && !knownHelpers.includes(name)) return this.#path(path, scope);
    const values = node.params.map((param) => this.#expression(param, scope));
    if (!knownHelpers.includes(name)) {
      this.#report(
        'unknown-name',
        path.loc,
        `the helper ${name} does not exist`,
        suggestion(name, knownHelpers) ?? 'docs/packs.md lists the helpers.',
      );
      return safeValue;
    }
    const literal = Object.hasOwn(literalHelpers, name) ? (literalHelpers[name] as string) : undefined;
    if (literal !== undefined) {
      this.#literal(name, literal, path);
      return safeValue;
    }
    if (name === 'lookup') return anything;
    const isRaw = values.some((value) => value.kind === 'value' && value.isRawText);
    return isRaw && ['when', 'join', 'upper', 'camel', 'pascal', 'kebab', 'snake'].includes(name) ? rawText : safeValue;
  }

  #literal(name: string, literal: string, path: hbs.AST.PathExpression): void {
    const found = languages.find(([pattern]) => pattern.test(this.#file.replace(/\.hbs$/, '')));
    if (found === undefined || literal === 'any' || found[2].includes(literal)) return;
    this.#report(
      'wrong-helper',
      path.loc,
      `${name} writes ${literal}, and the file is ${found[1]}`,
      `Use ${helperFor(this.#file)}.`,
    );
  }

  #path(path: hbs.AST.PathExpression, scope: Scope): Shape {
    if (path.data)
      return path.parts[0] === 'root'
        ? this.#members(scope.contexts[0] as Shape, path.parts.slice(1), path)
        : safeValue;
    const named = path.depth === 0 ? scope.names.get(path.parts[0] ?? '') : undefined;
    if (named !== undefined) return this.#members(named, path.parts.slice(1), path);
    const context = scope.contexts.at(-1 - path.depth);
    if (context === undefined) {
      this.#report('unknown-name', path.loc, `${path.original} leads out of the context`, 'Remove a ../');
      return anything;
    }
    return this.#members(context, path.parts, path);
  }

  #members(start: Shape, parts: readonly string[], path: hbs.AST.PathExpression): Shape {
    let shape = start;
    for (const part of parts) {
      const next = memberOf(shape, part);
      if (next === undefined) {
        const known = shape.kind === 'object' ? [...shape.keys.keys()] : [];
        this.#report(
          'unknown-name',
          path.loc,
          `${path.original} does not exist here`,
          suggestion(part, known) ?? 'docs/packs.md lists the fields of the context.',
        );
        return anything;
      }
      shape = next;
    }
    if (this.#file.startsWith('partials/')) this.#known.add(this.#place(path.loc, 'unknown-name'));
    return shape;
  }

  #report(rule: PackRule, loc: { readonly start: hbs.AST.Position }, message: string, hint: string): void {
    const { line, column } = loc.start;
    const place = this.#place(loc, rule);
    const key = `${place}\n${message}`;
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    this.#found.push({ place, problem: { rule, file: this.#file, line, column: column + 1, message, hint } });
  }

  #place({ start }: { readonly start: hbs.AST.Position }, rule: PackRule): string {
    return [this.#file, start.line, start.column, rule].join('\n');
  }
}

function suggestion(name: string, known: readonly string[]): string | undefined {
  const near = nearestWord(name, known);
  return near === undefined ? undefined : `Did you mean ${near}?`;
}

function sourceOf({ path, params }: Call): string {
  const words = [path as Node, ...params].map((node) => (node as hbs.AST.PathExpression).original ?? '…');
  return `{{${words.join(' ')}}}`;
}

function helperFor(file: string): string {
  const [, language] = languages.find(([pattern]) => pattern.test(file.replace(/\.hbs$/, ''))) ?? [];
  const examples: Readonly<Record<string, string>> = {
    typescript: '{{ts description}}, or {{line description}} in a comment',
    python: '{{py description}}, or {{line description}} in a comment',
    json: '{{json description}}',
    yaml: '{{yaml description}}',
    toml: '{{toml description}}',
  };
  return examples[language ?? ''] ?? '{{md description}} or {{line description}}';
}
