import { type AppFiles, type Evidence, findIn } from './application.ts';

const isTest = /(^|\/)(tests?|__tests__|e2e)\/|(^|\/)(test_|conftest)|[._](test|spec)\.\w+$/;

const methods =
  'get|post|put|patch|delete|head|options|all|use|route|mount|websocket|api_route|add_api_route|add_route';

/** A route of the application below the prefix: the guest would answer its requests. */
export function prefixInUse(files: AppFiles, prefix: string): Evidence | undefined {
  return routeWith(files, prefix, `["'\`]`);
}

/** A route that is below the prefix if a variable is empty: `${BASE}/ai`, f"{BASE}/ai", BASE + '/ai'. */
export function prefixAfterVariable(files: AppFiles, prefix: string): Evidence | undefined {
  return routeWith(files, prefix, `(?:f?["'\`]\\$?\\{[^}]*\\}|[\\w.]+\\s*\\+\\s*["'\`])`);
}

/** `start` matches the path before the prefix. */
function routeWith(files: AppFiles, prefix: string, start: string): Evidence | undefined {
  const path = `${prefix.slice(1).replaceAll(/[.~-]/g, '\\$&')}(?=["'\`/])`;
  // @router.get("/ai/…"), app.use('/ai', …); APIRouter(prefix="/ai"), { url: '/ai' }; @Controller('ai')
  const pattern = new RegExp(
    `(?:\\.(?:${methods})\\(\\s*|\\b(?:prefix|url)\\s*[=:]\\s*)${start}/${path}|@Controller\\(\\s*["'\`]/?${path}`,
  );
  const code = files.paths.filter((file) => /\.(py|[cm]?[jt]s)$/.test(file) && !isTest.test(file));
  for (const file of code) {
    const found = findIn(files, file, pattern);
    if (found) return { file, line: found.line };
  }
  return undefined;
}
