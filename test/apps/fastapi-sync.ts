import { fileURLToPath } from 'node:url';
import { type Application, emailOf, passwordOfUsers } from './application.ts';
import type { RequestOfApp } from './record-answers.ts';

const routes = fileURLToPath(new URL('routes/python_routes.py', import.meta.url));

export const fastapiSync: Application = {
  name: 'fastapi-sync',
  manager: 'uv',
  isInCi: false,
  servers: ['postgres'],
  environment({ DATABASE_URL = '' }) {
    const { hostname, port, username, password, pathname } = new URL(DATABASE_URL);
    return {
      POSTGRES_SERVER: hostname,
      POSTGRES_PORT: port,
      POSTGRES_USER: username,
      POSTGRES_PASSWORD: password,
      POSTGRES_DB: pathname.slice(1),
      SECRET_KEY: 'a-secret-key-of-the-expenses-fixture',
      FIRST_SUPERUSER_PASSWORD: passwordOfUsers,
    };
  },
  lint: [{ argv: ['ruff', 'check', '.'] }, { argv: ['ruff', 'format', '--check', '.'] }, { argv: ['mypy'] }],
  migrate: { argv: ['alembic', 'upgrade', 'head'] },
  checkMigrations: { argv: ['alembic', 'check'] },
  tests: [{ format: 'junit', command: (report) => ({ argv: ['python', '-m', 'pytest', `--junitxml=${report}`] }) }],
  // As in its Dockerfile.
  start: (port) => ({
    argv: ['uvicorn', '--factory', 'app.main:create_app', '--host', '127.0.0.1', '--port', `${port}`, '--workers', '4'],
  }),
  addUser: (user) => ({
    argv: [
      ...['python', 'scripts/create_user.py', emailOf(user), passwordOfUsers],
      ...(user === 'root' ? ['--superuser'] : []),
    ],
    env: { PYTHONPATH: '.' },
  }),
  async logIn(baseUrl, user) {
    const body = new URLSearchParams({ username: emailOf(user), password: passwordOfUsers });
    const response = await fetch(`${baseUrl}/api/v1/login/access-token`, { method: 'POST', body });
    const { access_token: token } = (await response.json()) as { access_token: string };
    return { authorization: `Bearer ${token}` };
  },
  routes: { argv: ['python', routes, 'app.main:create_app()'] },
  requests: requests(),
};

function requests(): RequestOfApp[] {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const login = '/api/v1/login/access-token';
  const person = { email: 'new@example.org', password: passwordOfUsers };
  const train = { title: 'Train', amount: '24.90', spent_on: '2026-11-03' };
  return [
    { method: 'GET', path: '/api/v1/utils/health-check/' },
    { method: 'GET', path: '/docs' },
    { method: 'GET', path: '/docs/oauth2-redirect' },
    { method: 'GET', path: '/redoc' },
    { method: 'GET', path: '/api/v1/openapi.json' },
    { method: 'POST', path: login, headers, body: `username=ada@example.org&password=${passwordOfUsers}` },
    { method: 'POST', path: login, headers, body: 'username=ada@example.org&password=wrong' },
    { method: 'POST', path: login, body: {} },
    { method: 'POST', path: '/api/v1/login/test-token', as: 'ada' },
    { method: 'POST', path: '/api/v1/users/signup', body: person, keep: 'user' },
    { method: 'POST', path: '/api/v1/users/signup', body: person },
    { method: 'GET', path: '/api/v1/users/', as: 'root' },
    { method: 'GET', path: '/api/v1/users/', as: 'ada' },
    { method: 'GET', path: '/api/v1/users', as: 'root' },
    { method: 'POST', path: '/api/v1/users/', as: 'root', body: { ...person, email: 'more@example.org' } },
    { method: 'GET', path: '/api/v1/users/me', as: 'ada' },
    { method: 'GET', path: '/api/v1/users/me' },
    { method: 'GET', path: '/api/v1/users/me', headers: { authorization: 'Bearer nonsense' } },
    { method: 'DELETE', path: '/api/v1/users/me', as: 'root' },
    { method: 'DELETE', path: '/api/v1/users/{user}', as: 'ada' },
    { method: 'DELETE', path: '/api/v1/users/{user}', as: 'root' },
    { method: 'POST', path: '/api/v1/expenses/', as: 'ada', body: train, keep: 'expense' },
    { method: 'POST', path: '/api/v1/expenses/', as: 'ada', body: { ...train, amount: '0' } },
    { method: 'GET', path: '/api/v1/expenses/', as: 'ada' },
    { method: 'GET', path: '/api/v1/expenses/{expense}', as: 'ada' },
    { method: 'GET', path: '/api/v1/expenses/{expense}', as: 'eve' },
    { method: 'HEAD', path: '/api/v1/expenses/{expense}', as: 'ada' },
    { method: 'PUT', path: '/api/v1/expenses/{expense}', as: 'ada', body: { amount: '25' } },
    { method: 'DELETE', path: '/api/v1/expenses/{expense}', as: 'ada' },
    { method: 'DELETE', path: '/api/v1/expenses/{expense}', as: 'ada' },
    ...['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'].map((method) => ({ method, path: '/nothing' })),
    { method: 'GET', path: '/' },
    { method: 'GET', path: '/api/v1/nothing', as: 'ada' },
    { method: 'OPTIONS', path: '/api/v1/expenses/' },
  ];
}
