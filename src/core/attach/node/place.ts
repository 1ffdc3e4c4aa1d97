import type { Statement } from '../../code/statements.ts';
import type { Framework } from '../application.ts';

/**
 * After which statement of its function the guest is attached. In Express and NestJS it comes after the middleware that
 * requests of the guest need as well, such as CORS and sessions; Express has routes and body parsers after it. Hooks of
 * Fastify have no order of this kind. `user` matches the middleware that sets the user. Returns a reason if there is no such
 * place.
 */
export function placeFor(
  text: string,
  all: readonly Statement[],
  made: Statement,
  name: string,
  framework: Framework,
  user?: RegExp,
): Statement | string {
  if (framework === 'fastify') return made;
  const code = (one: Statement) => text.slice(one.from, one.to);
  const siblings = all.filter(
    (one) => one.from > made.from && one.functions.join() === made.functions.join() && one.indent === made.indent,
  );
  const before = (isStop: (one: Statement) => boolean) => {
    const at = siblings.findIndex(isStop);
    return { ends: at !== -1, statements: at === -1 ? siblings : siblings.slice(0, at) };
  };
  const app = name.replaceAll('.', '\\.').replaceAll('$', '\\$');
  if (framework === 'nestjs') {
    const isStart = new RegExp(`\\b${app}\\.(?:listen|init)\\(|^return\\b`);
    const sets = new RegExp(`\\b${app}\\.(?:use|enable|set|register)\\w*\\(|[(,]\\s*${app}\\s*[,)]`);
    const { ends, statements } = before((one) => isStart.test(code(one)));
    return (ends && statements.findLast((one) => one.isAlone && sets.test(code(one)))) || made;
  }
  const uses = new RegExp(`\\b${app}\\s*\\.use\\(`);
  const isUse = (one: Statement) => uses.test(code(one));
  // `setSessions(app)`, `this.initMiddlewares()`
  const sets = new RegExp(
    `^(?:await\\s+)?(?:this\\.)?(?!\\w*(?:error|notfound))\\w*(?:middleware|session|passport|cors)\\w*\\((?:\\s*${app}\\b|\\s*\\))`,
    'i',
  );
  // Not CORS of one path only.
  const isNeeded = (one: Statement) =>
    sets.test(code(one)) ||
    (isUse(one) && user?.test(code(one))) ||
    (isUse(one) &&
      /\bsession\b|cookieParser|cookie-parser|cookieSession|passport\.|\bauth\(|\buse\(\s*cors/i.test(code(one)));
  const isParser = (one: Statement) =>
    isUse(one) && /\b(?:express|bodyParser)\.(?:json|urlencoded|raw|text)\(|\bbodyParser\(|\bjson\(/.test(code(one));
  const serves = new RegExp(`\\bcreateServer\\(\\s*${app}\\s*[,)]`);
  const ending = `listen\\(|use\\(\\s*[\\w.]*(?:notfound|404|error)`;
  const routes = new RegExp(
    `\\b${app}\\.(?:(?:get|post|put|patch|delete|all|options|head|route)\\(|use\\(\\s*(?:['"\`/[]|[\\w.]*(?:rout|apis?\\b))|${ending})|[(,]\\s*${app}\\s*[,)]|^return\\b`,
    'i',
  );
  const ends = new RegExp(`\\b${app}\\.(?:${ending})|^return\\b`, 'i');
  if (siblings.some((one) => /^try\b/.test(code(one)) && isUse(one))) return 'its middleware is in a try block';
  const { statements } = before((one) => !isNeeded(one) && !serves.test(code(one)) && routes.test(code(one)));
  const parser = statements.findIndex(isParser);
  const first = parser === -1 ? statements : statements.slice(0, parser);
  const candidates = [
    first.findLast((one) => isUse(one) && one.isAlone),
    before((one) => ends.test(code(one))).statements.findLast(isNeeded),
  ];
  const calls = siblings.find((one) => /^(?:await\s+)?this\.\w+\(/.test(code(one)));
  if (candidates.every((one) => one === undefined) && calls !== undefined && name.startsWith('this.'))
    return `${/this\.\w+/.exec(code(calls))?.[0]} may set up its middleware: call it after sessions and CORS`;
  const chosen = candidates.reduce<Statement>((best, one) => (one && one.from > best.from ? one : best), made);
  return chosen.isAlone ? chosen : 'the middleware before it, such as for sessions, is not on lines of its own';
}
