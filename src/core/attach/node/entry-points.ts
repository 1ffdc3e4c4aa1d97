import type { Call, CodeFile, Expression } from '../../code/expression.ts';
import type { Body, Statement } from '../../code/statements.ts';
import { typescriptStatements } from '../../code/typescript/parse-typescript.ts';
import { baseName, type EntryPoint, type Framework, lineAt } from '../application.ts';
import { type NodeCode, packageOf } from './read-node.ts';

/** A place where an application of Fastify, Express or NestJS is made. */
export interface NodeEntry extends EntryPoint {
  readonly name: string | undefined;
  /** The statement that makes it. */
  readonly statement: Statement | undefined;
  /** The body of a plugin of Fastify that gets the application as its first parameter. */
  readonly body: Body | undefined;
}

/** The best first: those that a script starts, then those in files with usual names. */
export function nodeEntries(code: NodeCode, framework: Framework, started: readonly string[]): NodeEntry[] {
  const words = { nestjs: 'NestFactory', fastify: 'fastify', express: 'express', fastapi: '' }[framework];
  const paths = code.paths.filter((path) => code.files.read(path)?.toLowerCase().includes(words.toLowerCase()));
  const made = paths.flatMap((path) => {
    const file = code.file(path);
    return file ? file.calls.filter((call) => isMaker(file, call, framework)).map((call) => entryOf(file, call)) : [];
  });
  const plugins = made.length === 0 && framework === 'fastify' ? paths.flatMap((path) => pluginsIn(code, path)) : [];
  return [...made, ...plugins].map((entry) => withReason(entry, started)).sort((a, b) => rankOf(b) - rankOf(a));
}

function isMaker(file: CodeFile, { callee }: Call, framework: Framework): boolean {
  if (framework === 'nestjs')
    return (
      callee.kind === 'member' &&
      callee.property === 'create' &&
      callee.object.kind === 'name' &&
      callee.object.name === 'NestFactory'
    );
  if (callee.kind === 'name' && (callee.name === 'require' || isDefaultOf(file, callee.name, framework)))
    return callee.name !== 'require';
  return packageOf(file, callee) === framework && isMainExport(file, callee);
}

/** `import express = require('express')`, `const { default: fastify } = require('fastify')`, also with `await import`. */
function isDefaultOf({ text }: CodeFile, name: string, framework: Framework): boolean {
  const local = name.replaceAll('$', '\\$');
  return new RegExp(
    `\\b(?:import\\s+${local}|(?:const|let|var)\\s*\\{\\s*default\\s*:\\s*${local}\\s*\\})\\s*=\\s*(?:await\\s+import|require)\\(\\s*['"]${framework}['"]`,
  ).test(text);
}

/** Not `Router` or `json` of `import express, { json, Router } from 'express'`. Fastify exports itself by its name, too. */
function isMainExport(file: CodeFile, callee: Expression): boolean {
  const imported = callee.kind === 'name' ? file.imports.get(callee.name) : undefined;
  return imported === undefined || ['default', '*', 'fastify'].includes(imported.name);
}

function entryOf({ path, text }: CodeFile, call: Call): NodeEntry {
  const around = typescriptStatements(text)
    .all.filter(({ from, to }) => from <= call.from && call.to <= to)
    .at(-1);
  // In `const server = createServer(express())`, `server` is not the application.
  const name = around && isWholeValue(text, around, call) ? around.target : undefined;
  const isSure = around?.isAlone === true && !around.isBroken && name !== undefined;
  return {
    id: `${path}:${around?.target ?? 'app'}`,
    file: path,
    line: lineAt(text, call.from),
    reason: 'the application object',
    name,
    isBroken: around?.isBroken ?? false,
    statement: isSure ? around : undefined,
    body: undefined,
  };
}

/** `const app = express()`, but not `const server = createServer(express())`. */
function isWholeValue(text: string, around: Statement, call: Call): boolean {
  const before = /^(?:(?:export\s+)?(?:const|let|var)\s+)?[\w.$]+(?:\s*:[^=]+)?\s*=\s*(?:await\s+)?$/;
  const after = /^(?:\s*\.withTypeProvider<[^>]*>\(\))?\s*(?:as\s[^;]*)?(?:;|,[\s\S]*)?$/;
  return before.test(text.slice(around.from, call.from)) && after.test(text.slice(call.to, around.to));
}

/** The root plugin of fastify-cli, which registers folders with autoload. */
function pluginsIn(code: NodeCode, path: string): NodeEntry[] {
  const text = code.files.read(path) ?? '';
  if (!/@fastify\/autoload/.test(text)) return [];
  const body = typescriptStatements(text).bodies.find(
    ({ isExported, parameters }) => isExported && parameters.length > 0,
  );
  if (body === undefined) return [];
  const name = body.parameters[0];
  return [
    {
      id: `${path}:${name}`,
      file: path,
      line: lineAt(text, body.from),
      reason: 'the plugin of fastify-cli',
      name,
      statement: undefined,
      body,
    },
  ];
}

function withReason(entry: NodeEntry, started: readonly string[]): NodeEntry {
  const stem = stemOf(entry.file);
  const isStarted = started.some((target) => isCompiledTo(stem, stemOf(target)));
  return isStarted ? { ...entry, reason: `${entry.reason}, which a script starts` } : entry;
}

/** `src/server` may be started as `src/server`, `server` or `dist/server`, but `src/routes/index` not as `dist/index`. */
function isCompiledTo(stem: string, started: string): boolean {
  const inside = (path: string) => path.replace(/^(?:\.\/)?(?:(?:src|dist|build|lib|out)\/)+/, '');
  return stem === started || inside(stem) === inside(started);
}

function stemOf(path: string): string {
  return path.replace(/\.[cm]?[jt]s$/, '');
}

export function rankOf({ reason, file }: EntryPoint): number {
  const usual = ['main', 'server', 'app', 'index', 'bootstrap'].indexOf(baseName(stemOf(file)));
  return (reason.endsWith('starts') ? 10 : 0) + (usual === -1 ? 0 : 5 - usual);
}
