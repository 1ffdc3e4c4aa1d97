import { fileURLToPath } from 'node:url';
import { type Application, emailOf, passwordOfUsers } from './application.ts';
import type { RequestOfApp } from './record-answers.ts';

const routes = fileURLToPath(new URL('routes/python_routes.py', import.meta.url));

export const fastapiAsync: Application = {
  name: 'fastapi-async',
  manager: 'pip',
  isInCi: true,
  servers: ['postgres', 'redis'],
  environment: ({ DATABASE_URL = '', REDIS_URL = '' }) => ({
    DATABASE_URL: DATABASE_URL.replace('postgresql:', 'postgresql+asyncpg:'),
    REDIS_QUEUE_URL: REDIS_URL,
    SECRET_KEY: 'a-secret-key-of-the-help-desk-fixture',
  }),
  lint: [{ argv: ['ruff', 'check', '.'] }, { argv: ['ruff', 'format', '--check', '.'] }],
  migrate: { argv: ['alembic', 'upgrade', 'head'], cwd: 'src' },
  checkMigrations: { argv: ['alembic', 'check'], cwd: 'src' },
  tests: [{ format: 'junit', command: (report) => ({ argv: ['python', '-m', 'pytest', `--junitxml=${report}`] }) }],
  start: (port) => ({ argv: ['uvicorn', 'app.main:app', '--host', '127.0.0.1', '--port', `${port}`], cwd: 'src' }),
  addUser: (user) => ({
    argv: [
      ...['python', '-m', 'scripts.create_user', user, emailOf(user), passwordOfUsers],
      ...(user === 'root' ? ['--superuser'] : []),
    ],
    cwd: 'src',
  }),
  async logIn(baseUrl, user) {
    const body = new URLSearchParams({ username: user, password: passwordOfUsers });
    const response = await fetch(`${baseUrl}/api/v1/login`, { method: 'POST', body });
    const { data } = (await response.json()) as { data: { access_token: string } };
    return { authorization: `Bearer ${data.access_token}` };
  },
  routes: { argv: ['python', routes, 'app.main:app'], cwd: 'src' },
  requests: requests(),
};

function requests(): RequestOfApp[] {
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const ticket = { title: 'Printer', text: 'It does not print.' };
  const origin = { origin: 'http://localhost:5173', 'access-control-request-method': 'POST' };
  return [
    { method: 'GET', path: '/health', headers: { 'x-request-id': '1' } },
    { method: 'GET', path: '/docs' },
    { method: 'GET', path: '/docs/oauth2-redirect' },
    { method: 'GET', path: '/redoc' },
    { method: 'GET', path: '/openapi.json' },
    { method: 'GET', path: '/openapi.json', headers: { 'accept-encoding': 'gzip' } },
    { method: 'POST', path: '/api/v1/login', headers: form, body: `username=ada&password=${passwordOfUsers}` },
    { method: 'POST', path: '/api/v1/login', headers: form, body: 'username=ada&password=wrong' },
    { method: 'POST', path: '/api/v1/login', body: {} },
    {
      method: 'POST',
      path: '/api/v1/users',
      body: { username: 'new', email: 'new@example.org', password: passwordOfUsers },
    },
    { method: 'POST', path: '/api/v1/users', body: { username: 'A', extra: 1 } },
    { method: 'GET', path: '/api/v1/users', as: 'root' },
    { method: 'GET', path: '/api/v1/users', as: 'ada' },
    { method: 'GET', path: '/api/v1/users/me', as: 'ada' },
    { method: 'GET', path: '/api/v1/users/me' },
    { method: 'GET', path: '/api/v1/users/me/admin', as: 'root' },
    { method: 'GET', path: '/api/v1/users/me/admin', as: 'ada' },
    { method: 'DELETE', path: '/api/v1/users/new', as: 'ada' },
    { method: 'DELETE', path: '/api/v1/users/new', as: 'root' },
    { method: 'POST', path: '/api/v1/tickets', as: 'ada', body: ticket, keep: 'ticket' },
    { method: 'POST', path: '/api/v1/tickets', as: 'ada', body: '{' },
    { method: 'GET', path: '/api/v1/tickets?limit=1', as: 'ada' },
    { method: 'GET', path: '/api/v1/tickets?limit=0', as: 'ada' },
    { method: 'GET', path: '/api/v1/tickets/', as: 'ada' },
    { method: 'GET', path: '/api/v1/tickets/{ticket}', as: 'ada' },
    { method: 'GET', path: '/api/v1/tickets/{ticket}', as: 'eve' },
    { method: 'HEAD', path: '/api/v1/tickets/{ticket}', as: 'ada' },
    { method: 'PATCH', path: '/api/v1/tickets/{ticket}', as: 'ada', body: { status: 'closed' } },
    { method: 'POST', path: '/api/v1/tasks/digest', as: 'ada', keep: 'task' },
    { method: 'GET', path: '/api/v1/tasks/{task}', as: 'ada' },
    { method: 'GET', path: '/api/v1/tasks/unknown', as: 'ada' },
    { method: 'DELETE', path: '/api/v1/tickets/{ticket}', as: 'ada' },
    { method: 'DELETE', path: '/api/v1/tickets/{ticket}', as: 'ada' },
    ...['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'].map((method) => ({ method, path: '/nothing' })),
    { method: 'GET', path: '/' },
    { method: 'GET', path: '/api/v1/nothing', as: 'ada' },
    { method: 'OPTIONS', path: '/api/v1/tickets' },
    { method: 'OPTIONS', path: '/api/v1/tickets', headers: origin },
    { method: 'OPTIONS', path: '/nothing', headers: origin },
    { method: 'OPTIONS', path: '/api/v1/tickets', headers: { ...origin, origin: 'https://elsewhere.example' } },
  ];
}
