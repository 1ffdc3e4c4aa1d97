import { fileURLToPath } from 'node:url';
import { type Application, emailOf, passwordOfUsers, post } from './application.ts';
import type { RequestOfApp } from './record-answers.ts';

const routes = fileURLToPath(new URL('routes/fastify-routes.mjs', import.meta.url));

export const fastifyAutoload: Application = {
  name: 'fastify-autoload',
  manager: 'pnpm',
  isInCi: false,
  servers: ['mariadb'],
  environment({ DATABASE_URL = '' }) {
    const { hostname, port, username, password, pathname } = new URL(DATABASE_URL);
    return {
      MYSQL_HOST: hostname,
      MYSQL_PORT: port,
      MYSQL_USER: username,
      MYSQL_PASSWORD: password,
      MYSQL_DATABASE: pathname.slice(1),
      COOKIE_SECRET: 'a-secret-key-of-the-team-board-fixture',
      RATE_LIMIT_MAX: '10000',
    };
  },
  lint: [{ argv: ['pnpm', 'run', 'lint'] }, { argv: ['pnpm', 'run', 'typecheck'] }],
  build: { argv: ['pnpm', 'run', 'build'] },
  migrate: { argv: ['pnpm', 'run', 'db:migrate'] },
  tests: [
    {
      format: 'junit',
      command: (report) => ({
        // The script of package.json, with a reporter: node takes no options after the files.
        argv: [
          ...['node', '--import', 'tsx', '--test', '--test-concurrency=1'],
          ...['--test-reporter=junit', `--test-reporter-destination=${report}`],
          ...['test/app.test.ts', 'test/routes/auth.test.ts', 'test/routes/tasks.test.ts'],
        ],
        env: { FASTIFY_AUTOLOAD_TYPESCRIPT: '1' },
      }),
    },
  ],
  start: (port) => ({ argv: ['node', 'dist/server.js'], env: { PORT: `${port}` } }),
  addUser: (user) => ({
    argv: [
      ...['node', 'dist/scripts/create-user.js', emailOf(user), passwordOfUsers],
      ...(user === 'root' ? ['admin'] : []),
    ],
  }),
  async logIn(baseUrl, user) {
    const response = await post(`${baseUrl}/api/auth/login`, { email: emailOf(user), password: passwordOfUsers });
    return { cookie: response.headers.getSetCookie()[0]?.split(';')[0] ?? '' };
  },
  routes: { argv: ['node', routes] },
  requests: requests(),
};

function requests(): RequestOfApp[] {
  const login = { email: emailOf('ada'), password: passwordOfUsers };
  const person = { email: 'new@example.org', password: passwordOfUsers };
  const origin = { origin: 'http://localhost:5173', 'access-control-request-method': 'POST' };
  return [
    { method: 'GET', path: '/' },
    { method: 'GET', path: '/api', as: 'ada' },
    { method: 'GET', path: '/api/', as: 'ada' },
    { method: 'GET', path: '/api' },
    { method: 'POST', path: '/api/auth/register', body: person, keep: 'user' },
    { method: 'POST', path: '/api/auth/register', body: person },
    { method: 'POST', path: '/api/auth/register', body: {} },
    { method: 'POST', path: '/api/auth/login', body: login },
    { method: 'POST', path: '/api/auth/login', body: { ...login, password: 'wrong-wrong' } },
    { method: 'POST', path: '/api/auth/login', body: { ...login, password: 'x'.repeat(70_000) } },
    { method: 'POST', path: '/api/auth/login', body: '{', headers: { 'content-type': 'application/json' } },
    { method: 'GET', path: '/api/users/me', as: 'ada' },
    { method: 'GET', path: '/api/users/me', headers: { cookie: 'sessionId=nonsense' } },
    { method: 'GET', path: '/api/users', as: 'root' },
    { method: 'GET', path: '/api/users/', as: 'root' },
    { method: 'GET', path: '/api/users', as: 'ada' },
    { method: 'DELETE', path: '/api/users/{user}', as: 'ada' },
    { method: 'DELETE', path: '/api/users/{user}', as: 'root' },
    { method: 'DELETE', path: '/api/users/{user}', as: 'root' },
    { method: 'POST', path: '/api/tasks', as: 'ada', body: { name: 'Plan' }, keep: 'task' },
    { method: 'POST', path: '/api/tasks/', as: 'ada', body: { name: '' } },
    { method: 'GET', path: '/api/tasks?limit=1', as: 'ada' },
    { method: 'GET', path: '/api/tasks/?limit=0', as: 'ada' },
    { method: 'GET', path: '/api/tasks/{task}', as: 'ada' },
    { method: 'HEAD', path: '/api/tasks/{task}', as: 'ada' },
    { method: 'PATCH', path: '/api/tasks/{task}', as: 'eve', body: { status: 'done' } },
    { method: 'PATCH', path: '/api/tasks/{task}', as: 'ada', body: { status: 'done' } },
    { method: 'DELETE', path: '/api/tasks/{task}', as: 'ada' },
    { method: 'DELETE', path: '/api/tasks/{task}', as: 'root' },
    ...['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'].map((method) => ({ method, path: '/nothing' })),
    { method: 'GET', path: '/api/nothing', as: 'ada' },
    { method: 'OPTIONS', path: '/api/tasks' },
    { method: 'OPTIONS', path: '/api/tasks', headers: origin },
    { method: 'OPTIONS', path: '/nothing', headers: origin },
    { method: 'POST', path: '/api/auth/logout', as: 'ada' },
    { method: 'GET', path: '/api', as: 'ada' },
  ];
}
