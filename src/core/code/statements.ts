import type { SyntaxNode } from '@lezer/common';
import type { Scope } from './expression.ts';

/** A statement, and where a line may be inserted around it. */
export interface Statement extends Scope {
  readonly kind: 'import' | 'assignment' | 'other';
  /** What is assigned, as written: `app`, `self.app`. Only of the first assignment. */
  readonly target: string | undefined;
  /** The names of the functions around it, innermost last; a function without a name is an empty text. */
  readonly functions: readonly string[];
  /** The white space in front of it. */
  readonly indent: string;
  /** False if another statement is on its first or last line. */
  readonly isAlone: boolean;
  /** Whether it has a syntax error. */
  readonly isBroken: boolean;
  /** The offset behind its last line, with the line feed. */
  readonly end: number;
}

/** The start of a function's body. */
export interface Body extends Scope {
  /** Empty for a function without a name. */
  readonly name: string;
  readonly parameters: readonly string[];
  readonly isExported: boolean;
}

export interface Statements {
  readonly all: readonly Statement[];
  readonly bodies: readonly Body[];
}

const blocks = new Set(['Script', 'Body', 'Block']);
const comments = new Set(['Comment', 'LineComment', 'BlockComment']);
const functions = new Set([
  'FunctionDefinition',
  'FunctionDeclaration',
  'FunctionExpression',
  'ArrowFunction',
  'MethodDeclaration',
]);

/** All statements of a syntax tree, in the order of the text. */
export function statementsOf(top: SyntaxNode, text: string): Statements {
  const all: Statement[] = [];
  const bodies: Body[] = [];
  const visit = (node: SyntaxNode, around: readonly string[]): void => {
    const isFunction = functions.has(node.name);
    if (isFunction) bodies.push(bodyOf(node, text));
    const inside = isFunction ? [...around, nameOf(node, text)] : around;
    for (let child = node.firstChild; child; child = child.nextSibling) {
      if (blocks.has(node.name) && isStatement(child)) all.push(statementOf(child, text, inside));
      visit(child, inside);
    }
  };
  visit(top, []);
  return { all, bodies };
}

function isStatement(node: SyntaxNode): boolean {
  return !comments.has(node.name) && /^[A-Z]/.test(node.name) && !node.type.isError;
}

function statementOf(node: SyntaxNode, text: string, around: readonly string[]): Statement {
  const { from, to } = node;
  const lineStart = text.lastIndexOf('\n', from - 1) + 1;
  const lineEnd = text.indexOf('\n', to);
  const end = lineEnd === -1 ? text.length : lineEnd + 1;
  const [before, after] = [text.slice(lineStart, from), text.slice(to, end)];
  const isAlone = /^[ \t\ufeff]*$/.test(before) && /^[ \t]*;?[ \t]*((#|\/\/).*)?\r?\n?$/.test(after);
  const kind = node.name.startsWith('Import') ? 'import' : 'other';
  const target = kind === 'import' ? undefined : targetOf(node, text);
  return {
    from,
    to,
    kind: target === undefined ? kind : 'assignment',
    target,
    functions: around,
    indent: /^[ \t]*/.exec(before)?.[0] ?? '',
    isAlone,
    isBroken: hasError(node),
    end,
  };
}

function hasError(node: SyntaxNode): boolean {
  const cursor = node.cursor();
  do {
    if (cursor.from > node.to) return false;
    if (cursor.type.isError) return true;
  } while (cursor.next());
  return false;
}

function targetOf(node: SyntaxNode, text: string): string | undefined {
  const inner = ['ExportDeclaration', 'ExpressionStatement'].includes(node.name)
    ? (node.getChild('VariableDeclaration') ?? node.getChild('AssignmentExpression'))
    : node;
  if (inner?.name === 'VariableDeclaration') {
    const name = inner.getChild('VariableDefinition');
    return name ? text.slice(name.from, name.to) : undefined;
  }
  const first = inner?.firstChild;
  const isAssignment = inner?.name === 'AssignmentExpression' || inner?.name === 'AssignStatement';
  if (!isAssignment || !first || (first.name !== 'VariableName' && first.name !== 'MemberExpression')) return undefined;
  return text.slice(first.from, first.to);
}

function bodyOf(node: SyntaxNode, text: string): Body {
  const body = node.getChild('Body') ?? node.getChild('Block');
  const list = node.getChild('ParamList');
  const parameters = list ? [...list.getChildren('VariableDefinition'), ...list.getChildren('VariableName')] : [];
  const outside = [node.parent, node.parent?.parent, node.parent?.parent?.parent];
  return {
    from: body?.from ?? node.to,
    to: body?.to ?? node.to,
    name: nameOf(node, text),
    parameters: parameters.map(({ from, to }) => text.slice(from, to)),
    isExported: outside.some(
      (one) =>
        one?.name === 'ExportDeclaration' ||
        (one?.name === 'AssignmentExpression' && /^(module\.)?exports\b/.test(text.slice(one.from, one.to))),
    ),
  };
}

function nameOf(node: SyntaxNode, text: string): string {
  const name =
    node.getChild('VariableDefinition') ?? node.getChild('VariableName') ?? node.getChild('PropertyDefinition');
  return name && !['ArrowFunction', 'FunctionExpression'].includes(node.name) ? text.slice(name.from, name.to) : '';
}
