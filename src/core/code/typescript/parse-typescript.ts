import type { SyntaxNode } from '@lezer/common';
import { parser } from '@lezer/javascript';
import type { CodeFile, Entry, Expression, Parameter, Scope } from '../expression.ts';
import { FileBuilder, joined, other } from '../file-builder.ts';
import { type Statements, statementsOf } from '../statements.ts';
import { Declarations } from './typescript-declarations.ts';

const typescript = parser.configure({ dialect: 'ts' });

/** Reads a TypeScript or JavaScript file without running it. Never throws: `faultAt` is the first syntax error. */
export function parseTypescript(path: string, text: string): CodeFile {
  const file = new FileBuilder(path, text);
  const reader = new Reader(file);
  reader.read(typescript.parse(text).topNode, { from: 0, to: text.length });
  return file.file();
}

/** The statements of a TypeScript or JavaScript file. */
export function typescriptStatements(text: string): Statements {
  return statementsOf(typescript.parse(text).topNode, text);
}

class Reader {
  readonly #file: FileBuilder;
  readonly #declarations: Declarations;

  constructor(file: FileBuilder) {
    this.#file = file;
    this.#declarations = new Declarations(file, (node, scope) => this.read(node, scope));
  }

  read(node: SyntaxNode, scope: Scope): Expression {
    return this.#file.descend(node, () => this.#read(node, scope));
  }

  #read(node: SyntaxNode, scope: Scope): Expression {
    switch (node.name) {
      case 'String':
        return this.#string(node);
      case 'TemplateString':
        return this.#template(node, scope);
      case 'VariableName':
      case 'this':
      case 'super':
        return { kind: 'name', from: node.from, to: node.to, name: this.#file.textOf(node) };
      case 'ParenthesizedExpression':
      case 'InstantiationExpression':
      case 'PostfixExpression':
        return this.#first(node, scope);
      case 'BinaryExpression':
        return this.#binary(node, scope);
      case 'MemberExpression':
        return this.#member(node, scope);
      case 'CallExpression':
      case 'NewExpression':
        return this.#call(node, scope);
      case 'ArrayExpression':
        return this.#list(node, scope);
      case 'ObjectExpression':
        return this.#object(node, scope);
      case 'ArrowFunction':
      case 'FunctionExpression':
      case 'MethodDeclaration':
        return this.#function(node);
      case 'FunctionDeclaration':
        return this.#declarations.named(node, scope, this.#function(node));
      case 'ClassDeclaration':
        return this.#declarations.named(node, scope, this.#declarations.class(node, scope));
      case 'EnumDeclaration':
        return this.#declarations.named(node, scope, this.#declarations.enum(node, scope));
      case 'VariableDeclaration':
        return this.#declarations.variables(node, scope);
      case 'VariableDefinition':
        this.#file.bind(this.#file.textOf(node), scope, undefined);
        return other(node);
      case 'ImportDeclaration':
      case 'ExportDeclaration':
        return this.#declarations.port(node, scope);
      case 'Block':
        return other(node, this.#all(node, node));
      default:
        return other(node, this.#all(node, scope));
    }
  }

  #all(node: SyntaxNode, scope: Scope): Expression[] {
    return this.#file.parts(node).map((part) => this.read(part, scope));
  }

  #first(node: SyntaxNode, scope: Scope): Expression {
    const [first = other(node), ...rest] = this.#all(node, scope);
    return rest.length === 0 || node.name !== 'ParenthesizedExpression' ? first : other(node, [first, ...rest]);
  }

  #string(node: SyntaxNode): Expression {
    const text = this.#file.textOf(node).slice(1, -1);
    return node.firstChild ? other(node) : { kind: 'text', from: node.from, to: node.to, text };
  }

  #template(node: SyntaxNode, scope: Scope): Expression {
    const parts: Expression[] = [];
    let at = node.from + 1;
    const upTo = (to: number) => {
      if (to > at) parts.push({ kind: 'text', from: at, to, text: this.#file.text.slice(at, to) });
    };
    for (const part of this.#file.parts(node)) {
      upTo(part.from);
      at = part.to;
      parts.push(part.name === 'Interpolation' ? (this.#all(part, scope)[1] ?? other(part)) : other(part));
    }
    upTo(node.to - 1);
    return joined(node, parts);
  }

  #binary(node: SyntaxNode, scope: Scope): Expression {
    const [left, operator, right] = this.#file.parts(node);
    if (!left || !operator) return other(node);
    const first = this.read(left, scope);
    if (operator.name === 'as' || operator.name === 'satisfies') return first;
    const parts = right ? [first, this.read(right, scope)] : [first];
    return this.#file.textOf(operator) === '+' ? joined(node, parts) : other(node, parts);
  }

  #member(node: SyntaxNode, scope: Scope): Expression {
    const [left, right] = this.#file.parts(node);
    if (!left || !right) return other(node);
    const object = this.read(left, scope);
    const key = right.name.endsWith('PropertyName') ? this.#file.textOf(right) : this.#keyOf(right, scope);
    if (key === undefined) return other(node, [object]);
    return { kind: 'member', from: node.from, to: node.to, object, property: key };
  }

  #keyOf(node: SyntaxNode, scope: Scope): string | undefined {
    const key = this.read(node, scope);
    return key.kind === 'text' ? key.text : undefined;
  }

  #call(node: SyntaxNode, scope: Scope): Expression {
    const parts = this.#file.parts(node).filter((part) => part.name !== 'new' && part.name !== 'TypeArgList');
    const [target, list] = parts;
    if (!target) return other(node);
    const args = list ? this.#file.parts(list) : [];
    const isOpen = args.some((part) => part.name === 'Spread');
    const callee = this.read(target, scope);
    const { from, to } = node;
    return this.#file.call({ from, to, callee, args: args.map((part) => this.read(part, scope)), named: [], isOpen });
  }

  #list(node: SyntaxNode, scope: Scope): Expression {
    const parts = this.#file.parts(node);
    const items = parts.filter((part) => part.name !== 'Spread').map((part) => this.read(part, scope));
    return { kind: 'list', from: node.from, to: node.to, items, isOpen: items.length < parts.length };
  }

  #object(node: SyntaxNode, scope: Scope): Expression {
    const entries: Entry[] = [];
    const spreads: Expression[] = [];
    let isOpen = false;
    for (const property of this.#file.parts(node)) {
      const [key, ...rest] = this.#file.parts(property).filter((part) => part.name !== ':');
      if (key?.name === 'Spread') spreads.push(...rest.map((part) => this.read(part, scope)));
      else if (key?.name === 'PropertyDefinition' || key?.name === 'String') {
        const quotes = key.name === 'String' ? 1 : 0;
        const name = this.#file.text.slice(key.from + quotes, key.to - quotes);
        entries.push({ key: name, at: key, value: this.#value(property, key, rest, scope, name) });
      } else {
        isOpen = true;
        for (const part of this.#file.parts(property)) this.read(part, scope);
      }
    }
    return { kind: 'record', from: node.from, to: node.to, entries, spreads, isOpen, isClass: false };
  }

  /** The value in `key: value`, in the method `key() {}`, or in `key` alone. */
  #value(property: SyntaxNode, key: SyntaxNode, rest: SyntaxNode[], scope: Scope, name: string): Expression {
    if (rest.some((part) => part.name === 'ParamList')) return this.#function(property);
    const [value] = rest;
    return value ? this.read(value, scope) : { kind: 'name', from: key.from, to: key.to, name };
  }

  #function(node: SyntaxNode): Expression {
    const parameters: Parameter[] = [];
    for (const part of this.#file.parts(node)) {
      if (part.name === 'ParamList') parameters.push(...this.#parameters(part, node));
      else this.read(part, node);
    }
    return this.#file.function({ from: node.from, to: node.to, parameters, decorators: [] });
  }

  #parameters(list: SyntaxNode, scope: Scope): Parameter[] {
    const found: { name: string; type: string; inner: Expression[] }[] = [];
    for (const part of this.#file.parts(list)) {
      if (part.name === 'VariableDefinition') found.push({ name: this.#file.textOf(part), type: '', inner: [] });
      else if (part.name === 'TypeAnnotation') Object.assign(found.at(-1) ?? {}, { type: this.#file.textOf(part) });
      else found.at(-1)?.inner.push(this.read(part, scope));
    }
    return found;
  }
}
