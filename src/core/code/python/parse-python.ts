import type { SyntaxNode } from '@lezer/common';
import { parser } from '@lezer/python';
import type { CodeFile, Entry, Expression, Scope } from '../expression.ts';
import { FileBuilder, joined, other } from '../file-builder.ts';
import { type Statements, statementsOf } from '../statements.ts';
import { Definitions } from './python-definitions.ts';

/** Reads a Python file without running it. Never throws: `faultAt` is the first syntax error. */
export function parsePython(path: string, text: string): CodeFile {
  const file = new FileBuilder(path, text);
  new Reader(file).read(topOf(text), { from: 0, to: text.length });
  return file.file();
}

/** The statements of a Python file. */
export function pythonStatements(text: string): Statements {
  return statementsOf(topOf(text), text);
}

/** The parser takes a byte order mark for a part of the first name. */
function topOf(text: string): SyntaxNode {
  return parser.parse(text.replace(/^\ufeff/, '\n')).topNode;
}

class Reader {
  readonly #file: FileBuilder;
  readonly #definitions: Definitions;

  constructor(file: FileBuilder) {
    this.#file = file;
    this.#definitions = new Definitions(file, {
      read: (node, scope) => this.read(node, scope),
      call: (at, callee, list, scope) => this.#call(at, callee, list, scope),
    });
  }

  read(node: SyntaxNode, scope: Scope): Expression {
    return this.#file.descend(node, () => this.#read(node, scope));
  }

  #read(node: SyntaxNode, scope: Scope): Expression {
    switch (node.name) {
      case 'String':
        return this.#string(node);
      case 'FormatString':
        return this.#format(node, scope);
      case 'ContinuedString':
        return joined(node, this.#all(node, scope));
      case 'VariableName':
        return { kind: 'name', from: node.from, to: node.to, name: this.#file.textOf(node) };
      case 'ParenthesizedExpression':
        return this.#all(node, scope)[0] ?? other(node);
      case 'BinaryExpression':
        return this.#binary(node, scope);
      case 'MemberExpression':
        return this.#member(node, scope);
      case 'CallExpression': {
        const [target, list] = this.#file.parts(node);
        return target ? this.#call(node, this.read(target, scope), list, scope) : other(node);
      }
      case 'ArrayExpression':
      case 'TupleExpression':
      case 'SetExpression':
        return this.#list(node, scope);
      case 'DictionaryExpression':
        return this.#dictionary(node, scope);
      case 'LambdaExpression':
      case 'FunctionDefinition':
        return this.#definitions.function(node, scope, []);
      case 'ClassDefinition':
        return this.#definitions.class(node, scope);
      case 'DecoratedStatement':
        return this.#definitions.decorated(node, scope);
      case 'AssignStatement':
        return this.#definitions.assignment(node, scope);
      case 'UpdateStatement':
        return this.#definitions.update(node, scope);
      case 'ForStatement':
        this.#definitions.loop(node, scope);
        return other(node, this.#all(node, scope));
      case 'ImportStatement':
        return this.#definitions.imports(node);
      default:
        return other(node, this.#all(node, scope));
    }
  }

  #all(node: SyntaxNode, scope: Scope): Expression[] {
    return this.#file.parts(node).map((part) => this.read(part, scope));
  }

  #string(node: SyntaxNode): Expression {
    const text = this.#file.textOf(node);
    // The parser takes a string without its end for a complete one.
    if (!/^[a-z]*("""|'''|"|').*\1$/is.test(text)) this.#file.fault(node.from);
    const quote = text.endsWith('"""') || text.endsWith("'''") ? 3 : 1;
    const start = [...text].findIndex((char) => char === '"' || char === "'");
    const isPlain = !text.includes('\\') && !text.slice(0, start).toLowerCase().includes('b');
    const inside = text.slice(start + quote, -quote);
    return isPlain ? { kind: 'text', from: node.from, to: node.to, text: inside } : other(node);
  }

  #format(node: SyntaxNode, scope: Scope): Expression {
    const text = this.#file.textOf(node);
    const quote = text.endsWith('"""') || text.endsWith("'''") ? 3 : 1;
    const start = [...text].findIndex((char) => char === '"' || char === "'");
    if (text.includes('\\')) return other(node, this.#all(node, scope));
    const parts: Expression[] = [];
    let at = node.from + start + quote;
    const upTo = (to: number) => {
      const piece = this.#file.text.slice(at, to).replaceAll('{{', '{').replaceAll('}}', '}');
      if (to > at) parts.push({ kind: 'text', from: at, to, text: piece });
    };
    for (const part of this.#file.parts(node)) {
      if (part.name !== 'FormatReplacement') continue;
      upTo(part.from);
      at = part.to;
      const inner = this.#all(part, scope);
      parts.push(inner.length === 1 && inner[0] ? inner[0] : other(part, inner));
    }
    upTo(node.to - quote);
    return joined(node, parts);
  }

  #binary(node: SyntaxNode, scope: Scope): Expression {
    const [left, operator, right] = this.#file.parts(node);
    const parts = [left, right].flatMap((part) => (part ? [this.read(part, scope)] : []));
    return operator && this.#file.textOf(operator) === '+' ? joined(node, parts) : other(node, parts);
  }

  #member(node: SyntaxNode, scope: Scope): Expression {
    const [left, ...rest] = this.#file.parts(node);
    const [right] = rest;
    if (!left || !right) return other(node);
    const object = this.read(left, scope);
    if (right.name === 'PropertyName')
      return { kind: 'member', from: node.from, to: node.to, object, property: this.#file.textOf(right) };
    const inner = rest.map((part) => this.read(part, scope));
    const [key] = inner;
    if (inner.length > 1 || key?.kind !== 'text') return other(node, [object, ...inner]);
    return { kind: 'member', from: node.from, to: node.to, object, property: key.text };
  }

  #call({ from, to }: Scope, callee: Expression, list: SyntaxNode | undefined, scope: Scope): Expression {
    const parts = list ? this.#file.parts(list) : [];
    const [args, named]: [Expression[], Entry[]] = [[], []];
    let isOpen = false;
    for (let index = 0; index < parts.length; index += 1) {
      const part = parts[index] as SyntaxNode;
      const value = parts[index + 1]?.name === 'AssignOp' ? parts[index + 2] : undefined;
      if (part.name === '*' || part.name === '**') isOpen = true;
      else if (value) {
        named.push({ key: this.#file.textOf(part), at: part, value: this.read(value, scope) });
        index += 2;
      } else args.push(this.read(part, scope));
    }
    return this.#file.call({ from, to, callee, args, named, isOpen });
  }

  #list(node: SyntaxNode, scope: Scope): Expression {
    const parts = this.#file.parts(node);
    const items = parts.filter((part) => part.name !== '*').map((part) => this.read(part, scope));
    return { kind: 'list', from: node.from, to: node.to, items, isOpen: items.length < parts.length };
  }

  #dictionary(node: SyntaxNode, scope: Scope): Expression {
    const entries: Entry[] = [];
    const spreads: Expression[] = [];
    let isOpen = false;
    const parts = this.#file.parts(node);
    for (const [index, part] of parts.entries()) {
      const value = part.name === ':' ? parts[index + 1] : undefined;
      const key = value ? parts[index - 1] : undefined;
      if (part.name === '**' && parts[index + 1]) spreads.push(this.read(parts[index + 1] as SyntaxNode, scope));
      if (!key || !value) continue;
      const name = this.read(key, scope);
      if (name.kind === 'text') entries.push({ key: name.text, at: key, value: this.read(value, scope) });
      else isOpen = true;
    }
    return { kind: 'record', from: node.from, to: node.to, entries, spreads, isOpen, isClass: false };
  }
}
