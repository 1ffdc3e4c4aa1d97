import { type AppFiles, type Evidence, folderName, joinedPath, lineAt, type UserSource } from '../application.ts';
import { dependencyAt, type NodeCode, type Package } from './read-node.ts';

/** How the application knows the user of a request. */
export interface NodeUser extends UserSource {
  readonly kind: 'passport' | 'fastify-jwt' | 'session' | 'request';
  readonly isCookie: boolean;
}

/** The sources of a request's user, the best first. */
export function nodeUsers(code: NodeCode, { dependencies }: Package): NodeUser[] {
  const found: NodeUser[] = [];
  const add = (kind: NodeUser['kind'], at: Evidence, name: string, isCookie: boolean) =>
    found.push({
      kind,
      ...at,
      id: `${at.file}:${name}`,
      name,
      idField: idOf(code),
      admin: adminOf(code),
      isMapping: false,
      isId: /Id\b|_id\b/.test(name),
      isCookie,
    });
  const strategy = first(
    { ...code, paths: code.paths.filter((path) => /passport-(?:jwt|http-bearer)/.test(code.files.read(path) ?? '')) },
    /\bPassportStrategy\(\s*\w*(?:Strategy|Jwt|Bearer)\w*\s*(?:,\s*['"]([\w-]+)['"]\s*)?\)|\bpassport\.use\(\s*(?:['"]([\w-]+)['"]\s*,\s*)?new\s+\w*(?:Jwt|JWT|Bearer)\w*\(/,
  );
  if (strategy && (dependencies['passport-jwt'] || dependencies['passport-http-bearer'])) {
    const name = strategy.match[1] ?? strategy.match[2] ?? (dependencies['passport-jwt'] ? 'jwt' : 'bearer');
    add('passport', strategy, name, false);
  }
  if (dependencies['@fastify/jwt'])
    add('fastify-jwt', dependencyAt(code.files, '@fastify/jwt'), 'jwtVerify', hasCookie(code));
  const session = sessionUse(code);
  if (session) add('session', session, session.name, true);
  // As with passport-local: the middleware reads the user of the session.
  const passport = first(code, /\bpassport\.(?:session\(|authenticate\(\s*['"]session['"])/);
  if (passport && dependencies.passport) add('request', passport, 'user', true);
  if (found.length === 0) {
    const request = first(code, /\b(?:req|request)\.user\s*=[^=]/);
    if (request) add('request', request, 'user', false);
  }
  return found;
}

/** Matches the call in an entry point with which middleware sets `request.user` for all paths. */
export function userMiddleware({ read }: AppFiles, entry: string, user: NodeUser | undefined): RegExp | undefined {
  if (user?.kind !== 'request') return undefined;
  if (user.isCookie) return /\bpassport\.(?:session\(|authenticate\(\s*['"]session['"])/;
  const text = read(entry) ?? '';
  const stem = user.file.replace(/\.[cm]?[jt]s$/, '');
  const declared = user.file === entry ? [...text.matchAll(/^(?:async )?(?:function|const) (\w+)/gm)] : [];
  const names = [
    ...declared.map(([, name = '']) => name),
    ...[...text.matchAll(imports)].flatMap(([, names = '', specifier = '']) => {
      const path = (joinedPath(folderName(entry), specifier) ?? '').replace(/\.[cm]?[jt]s$/, '');
      return path === stem || `${path}/index` === stem ? (names.match(/\w+/g) ?? []) : [];
    }),
  ];
  const named = names.length === 0 ? [] : [`\\buse\\(\\s*(?:${names.join('|')})\\b`];
  const inline = '\\buse\\(\\s*(?:async\\b|function\\b|\\()[\\s\\S]*?\\b(?:req|request)\\.user\\s*=[^=]';
  return new RegExp([inline, ...named].join('|'));
}

const imports = /\b(?:import|const|let|var)\s+([\w\s{},:]+?)\s*(?:\bfrom\s*|=\s*require\(\s*)['"](\.[^'"]+)['"]/g;

function hasCookie(code: NodeCode): boolean {
  return first(code, /\bcookie\s*:\s*\{[^}]*cookieName/) !== undefined;
}

/** The property of the session with the user: `request.session.user`, `session.get('user')`. */
function sessionUse(code: NodeCode): (Evidence & { readonly name: string }) | undefined {
  const member = first(code, /\b(?:req|request)\.session\??\.(user(?:Id|_id)?|account|currentUser)\b/);
  if (member) return { ...member, name: `session.${member.match[1]}` };
  const get = first(code, /\b(?:req|request)\.session\.get\(\s*['"](user(?:Id|_id)?)['"]\s*\)/);
  return get && { ...get, name: `session.get('${get.match[1]}')` };
}

function idOf(code: NodeCode): string {
  const uses = ['id', 'sub', 'userId', '_id', 'uuid'].map((name) => ({
    name,
    found: first(
      code,
      new RegExp(`\\b(?:req|request)\\.(?:session\\.)?user\\??\\.${name}\\b|\\bPick<\\w+, ['"]${name}['"]`),
    ),
  }));
  return uses.find(({ found }) => found)?.name ?? 'id';
}

/** A comparison in the code that is true for administrators, with names of enumerations replaced by their values. */
function adminOf(code: NodeCode): UserSource['admin'] {
  const role = first(
    code,
    /\buser\??\.((?:role|roles)(?:\??\.\w+)?)\s*!?={2,3}\s*(['"]admin(?:istrator)?['"]|\w+\.(?:admin|ADMIN|Admin|administrator|ADMINISTRATOR|Administrator)\b)/,
  );
  if (role) {
    const value = literalOf(code, role.match[2] ?? '');
    if (value !== undefined)
      return { file: role.file, line: role.line, expression: `user.${role.match[1]} === ${value}` };
  }
  const value = first(code, /\benum\s+\w*Role\w*\s*\{[^}]*?\b(?:admin|ADMIN|Admin)['"]?\s*=\s*(['"]\w+['"]|\d+)/);
  const nested = first(code, /\buser\??\.role\??\.(id|name|code|slug)\b/);
  if (nested && value)
    return {
      file: nested.file,
      line: nested.line,
      expression: `user.role?.${nested.match[1]} === ${quoted(value.match[1] ?? '')}`,
    };
  const checked = first(code, /\buser\??\.roles\??\.includes\(\s*\w+\s*\)/);
  if (checked && first(code, /['"]admin['"]/))
    return { file: checked.file, line: checked.line, expression: "user.roles.includes('admin')" };
  const listed = first(code, /\buser\??\.roles\??\.includes\(\s*(['"]\w*admin\w*['"])/i);
  if (listed) return { file: listed.file, line: listed.line, expression: `user.roles.includes(${listed.match[1]})` };
  const flag = first(code, /\buser\??\.(isAdmin|is_admin|isSuperuser|is_superuser|admin)\b/);
  if (flag) return { file: flag.file, line: flag.line, expression: `user.${flag.match[1]}` };
  const field = first(code, /^\s*(?:readonly\s+)?(role)\s*[!?]?:/m);
  if (value && field)
    return { file: value.file, line: value.line, expression: `user.role === ${quoted(value.match[1] ?? '')}` };
  return undefined;
}

/** The value of a literal, or of a member of an enumeration. */
function literalOf(code: NodeCode, text: string): string | undefined {
  if (/^['"]/.test(text)) return quoted(text);
  const [name = '', member = ''] = text.split('.');
  const found = first(
    code,
    new RegExp(`\\benum\\s+${name}\\s*\\{[^}]*?\\b['"]?${member}['"]?\\s*=\\s*(['"]\\w+['"]|\\d+)`),
  );
  return found && quoted(found.match[1] ?? '');
}

function quoted(literal: string): string {
  return literal.replace(/^"(.*)"$/, "'$1'");
}

function first(code: NodeCode, pattern: RegExp): (Evidence & { readonly match: RegExpExecArray }) | undefined {
  for (const path of code.paths) {
    const text = code.files.read(path) ?? '';
    const match = pattern.exec(text);
    if (match) return { file: path, line: lineAt(text, match.index), match };
  }
  return undefined;
}
