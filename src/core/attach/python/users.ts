import type { CodeFile, Record } from '../../code/expression.ts';
import { type Evidence, findIn, lineAt, type UserSource } from '../application.ts';
import type { PythonCode } from './read-python.ts';

/** Names of functions that return the user of a request, the best first. */
const names = [
  'get_current_active_user',
  'current_active_user',
  'get_active_user',
  'get_current_user',
  'current_user',
  'get_authenticated_user',
  'require_user',
  'get_user_from_token',
  'authenticate_request',
];
/** Attributes that mark an administrator, the best first. */
const flags = ['is_superuser', 'is_admin', 'is_administrator', 'is_staff', 'superuser', 'admin'];
const ids = ['id', 'uuid', 'user_id', 'pk', 'sub', 'username', 'email'];

const definition = /^(?:(?:async )?def[ \t]+(\w+)[ \t]*\(|(\w+)(?:[ \t]*:[^=\n]+)?[ \t]*=[ \t]*\w+\.current_user\()/gm;

/** The dependencies of FastAPI that return the user of a request. Those that most endpoints use come first. */
export function pythonUsers(code: PythonCode): UserSource[] {
  const texts = code.paths.map((path) => code.files.read(path) ?? '');
  return code.paths
    .flatMap((path) => {
      const text = code.files.read(path) ?? '';
      return [...text.matchAll(definition)].flatMap((match) => {
        const name = match[1] ?? match[2] ?? '';
        if (!names.includes(name)) return [];
        const uses = texts.reduce(
          (count, one) => count + one.split(new RegExp(`Depends\\(\\s*${name}\\b`)).length - 1,
          0,
        );
        return [{ source: sourceOf(code, path, name, match.index), uses }];
      });
    })
    .sort(
      (a, b) => Math.sign(b.uses) - Math.sign(a.uses) || names.indexOf(a.source.name) - names.indexOf(b.source.name),
    )
    .map(({ source }) => source);
}

function sourceOf(code: PythonCode, path: string, name: string, at: number): UserSource {
  const text = code.files.read(path) ?? '';
  const line = lineAt(text, at);
  const type = returnType(text.slice(at));
  const isMapping = /^(dict|Dict|Mapping|TypedDict)\b/.test(type ?? '');
  const found = type === undefined ? undefined : classOf(code, path, type);
  const fields = found ? fieldsOf(code, found.file, found.type) : [];
  const key = (field: string) => (isMapping ? `user["${field}"]` : `user.${field}`);
  const flag = flags.flatMap((one) => fields.filter(({ name: field }) => field === one))[0] ?? usedFlag(code);
  return {
    id: `${path}:${name}`,
    file: path,
    line,
    name,
    idField: ids.find((one) => fields.some(({ name: field }) => field === one)) ?? 'id',
    admin: flag && { expression: key(flag.name), file: flag.file, line: flag.line },
    isMapping,
  };
}

/** A flag that the code reads of a user: `user["is_superuser"]`, `current_user.is_admin`. */
function usedFlag(code: PythonCode): (Evidence & { name: string }) | undefined {
  const pattern = new RegExp(`(?<![A-Za-z])user(?:\\.|\\[["'])(${flags.slice(0, 4).join('|')})\\b`);
  for (const path of code.paths) {
    const found = findIn(code.files, path, pattern);
    if (found) return { file: path, line: found.line, name: found.match[1] ?? '' };
  }
  return undefined;
}

/** The class in `-> User | None:`, `-> Annotated[User, …]`. */
function returnType(text: string): string | undefined {
  const arrow = /^[^\n]*\([\s\S]*?\)[ \t]*->[ \t]*([^\n]+?)[ \t]*:(?=\s)/.exec(text)?.[1];
  return arrow
    ?.replace(/["']/g, '')
    .replace(/^(?:Optional|Annotated)\[/, '')
    .split(/[|,\]]/)[0]
    ?.trim();
}

interface Class {
  readonly file: CodeFile;
  readonly type: Record;
}

function classOf(code: PythonCode, path: string, name: string): Class | undefined {
  const file = code.file(path);
  if (file === undefined) return undefined;
  const { program } = code;
  const [first = '', ...rest] = name.split('.');
  let expression: Parameters<typeof program.resolve>[0]['expression'] = { kind: 'name', from: 0, to: 0, name: first };
  for (const property of rest) expression = { kind: 'member', from: 0, to: 0, object: expression, property };
  const found = program.resolve({ file, expression });
  return found.expression.kind === 'record' && found.expression.isClass
    ? { file: found.file, type: found.expression }
    : undefined;
}

/** The attributes of a class and of its base classes, with annotations only too. */
function fieldsOf(
  code: PythonCode,
  file: CodeFile,
  { from, to, spreads }: Record,
  steps = 6,
): (Evidence & { name: string })[] {
  const body = file.text.slice(from, to);
  const own = [...body.matchAll(/^[ \t]+(\w+)[ \t]*(?::|=[^=])/gm)].map((match) => ({
    name: match[1] ?? '',
    file: file.path,
    line: lineAt(file.text, from + match.index + match[0].search(/\w/)),
  }));
  const properties = [...body.matchAll(/@(?:cached_)?property\s+def[ \t]+(\w+)/g)].map((match) => ({
    name: match[1] ?? '',
    file: file.path,
    line: lineAt(file.text, from + match.index),
  }));
  const inherited = spreads.flatMap((base) => {
    const found = code.program.resolve({ file, expression: base });
    return steps > 0 && found.expression.kind === 'record'
      ? fieldsOf(code, found.file, found.expression, steps - 1)
      : [];
  });
  return [...own, ...properties, ...inherited];
}
