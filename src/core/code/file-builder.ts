import type { SyntaxNode } from '@lezer/common';
import type { Binding, Call, CodeFile, Entry, Expression, Fn, Import, Record, Scope } from './expression.ts';

/** Nodes without meaning for facts: punctuation and comments. */
const marks = new Set(['(', ')', '[', ']', '{', '}', ',', ';', '.', '?.', 'LineComment', 'BlockComment', 'Comment']);

/** Nodes in which the parser reports errors for valid code. It recovers directly after them. */
const narrow = new Set([
  'ConditionalType',
  'ExportGroup',
  'LiteralPattern',
  'TypeAliasDeclaration',
  'TypeofType',
  'YieldExpression',
]);

/** The call stack allows several times this depth. */
const maxDepth = 1_000;

/** Collects the expressions and definitions of one file. */
export class FileBuilder {
  readonly text: string;
  readonly bindings = new Map<string, Binding[]>();
  readonly imports = new Map<string, Import>();
  readonly stars: string[] = [];
  readonly #path: string;
  readonly #calls: Call[] = [];
  readonly #functions: Fn[] = [];
  readonly #classes: Record[] = [];
  #faultAt: number | undefined;
  #depth = 0;

  constructor(path: string, text: string) {
    this.#path = path;
    this.text = text;
  }

  /** The node's children, without punctuation and comments. */
  parts(node: SyntaxNode): SyntaxNode[] {
    const found: SyntaxNode[] = [];
    for (let child = node.firstChild; child; child = child.nextSibling) {
      if (child.type.isError) this.#faultAt ??= isForgiven(node) ? undefined : child.from;
      else if (!marks.has(child.name)) found.push(child);
    }
    return found;
  }

  /** Reads a node. Nesting beyond `maxDepth` counts as a syntax error. */
  descend(node: SyntaxNode, read: () => Expression): Expression {
    if (this.#depth >= maxDepth) {
      this.fault(node.from);
      return other(node);
    }
    this.#depth += 1;
    const found = read();
    this.#depth -= 1;
    return found;
  }

  /** Notes a syntax error. */
  fault(at: number): void {
    this.#faultAt ??= at;
  }

  textOf({ from, to }: Scope): string {
    return this.text.slice(from, to);
  }

  /** Binds a name in a scope. If it is bound twice, its value is unknown. */
  bind(name: string, { from, to }: Scope, value: Expression | undefined, rest: Pick<Binding, 'parameter'> = {}): void {
    const all = this.bindings.get(name) ?? [];
    const same = all.findIndex((one) => one.from === from && one.to === to);
    if (same === -1) all.push({ from, to, value, ...rest });
    else all[same] = { from, to, value: undefined };
    this.bindings.set(name, all);
  }

  call(given: Omit<Call, 'kind'>): Call {
    const call: Call = { kind: 'call', ...given };
    this.#calls.push(call);
    return call;
  }

  function(given: Omit<Fn, 'kind'>): Fn {
    const made: Fn = { kind: 'function', ...given };
    this.#functions.push(made);
    for (const parameter of given.parameters) this.bind(parameter.name, given, undefined, { parameter });
    return made;
  }

  class(at: Scope, entries: readonly Entry[], spreads: readonly Expression[]): Record {
    const made: Record = { kind: 'record', from: at.from, to: at.to, entries, spreads, isOpen: false, isClass: true };
    this.#classes.push(made);
    return made;
  }

  file(): CodeFile {
    const { text, bindings, imports, stars } = this;
    const collected = { calls: this.#calls, functions: this.#functions, classes: this.#classes };
    return { path: this.#path, text, faultAt: this.#faultAt, bindings, imports, stars, ...collected };
  }
}

export function other({ from, to }: Scope, inner: readonly Expression[] = []): Expression {
  return { kind: 'other', from, to, inner };
}

/** A text if all parts are texts, else a concatenation. */
export function joined({ from, to }: Scope, parts: readonly Expression[]): Expression {
  const texts = parts.flatMap((part) => (part.kind === 'text' ? [part.text] : []));
  if (texts.length === parts.length) return { kind: 'text', from, to, text: texts.join('') };
  return { kind: 'join', from, to, parts };
}

/** Whether a syntax error directly below a node is probably valid code that the parser does not support. */
function isForgiven(node: SyntaxNode): boolean {
  if (narrow.has(node.name)) return true;
  if (node.name === 'ImportDeclaration') return node.nextSibling?.name === 'WithStatement';
  const statement = node.name === 'WithStatement' ? node : node.parent;
  if (statement?.name !== 'WithStatement' || node.name === 'Body') return false;
  // `with (a as b, c as d):`, and `import x from 'y' with { … }`, which is read as another statement.
  return statement.getChild('Body') !== null || statement.prevSibling?.name === 'ImportDeclaration';
}
