import { fileURLToPath } from 'node:url';
import { type Application, emailOf, passwordOfUsers, post } from './application.ts';
import type { RequestOfApp } from './record-answers.ts';

const routes = fileURLToPath(new URL('routes/nest-routes.cjs', import.meta.url));

const jest = (script: string) => (report: string) => ({
  argv: ['npm', 'run', '--silent', script, '--', '--json', `--outputFile=${report}`],
});

export const nestTypeorm: Application = {
  name: 'nest-typeorm',
  manager: 'npm',
  isInCi: true,
  servers: ['postgres'],
  environment({ DATABASE_URL = '' }) {
    const { hostname, port, username, password, pathname } = new URL(DATABASE_URL);
    return {
      DATABASE_HOST: hostname,
      DATABASE_PORT: port,
      DATABASE_USER: username,
      DATABASE_PASSWORD: password,
      DATABASE_NAME: pathname.slice(1),
      JWT_SECRET: 'a-secret-key-of-the-clinic-fixture',
    };
  },
  lint: [{ argv: ['npm', 'run', '--silent', 'lint'] }, { argv: ['npm', 'run', '--silent', 'format'] }],
  build: { argv: ['npm', 'run', '--silent', 'build'] },
  migrate: { argv: ['npm', 'run', '--silent', 'migration:run'] },
  checkMigrations: {
    argv: ['npm', 'run', '--silent', 'migration:generate', '--', '--check', 'src/database/migrations/check'],
  },
  tests: [
    { format: 'jest', command: jest('test') },
    { format: 'jest', command: jest('test:e2e') },
  ],
  start: (port) => ({ argv: ['node', 'dist/main'], env: { PORT: `${port}` } }),
  addUser: (user) => ({
    argv: ['node', 'dist/database/seed', emailOf(user), passwordOfUsers, ...(user === 'root' ? ['admin'] : [])],
  }),
  async logIn(baseUrl, user) {
    const response = await post(`${baseUrl}/api/v1/auth/login`, { email: emailOf(user), password: passwordOfUsers });
    const { data } = (await response.json()) as { data: { token: string } };
    return { authorization: `Bearer ${data.token}` };
  },
  routes: { argv: ['node', routes] },
  requests: requests(),
};

function requests(): RequestOfApp[] {
  const login = { email: emailOf('ada'), password: passwordOfUsers };
  const person = { email: 'new@example.org', name: 'New', password: passwordOfUsers };
  const appointment = { reason: 'Check-up', startsAt: '2027-01-02T10:00:00Z' };
  return [
    { method: 'GET', path: '/health' },
    { method: 'POST', path: '/api/v1/auth/login', body: login },
    { method: 'POST', path: '/api/v1/auth/login', body: { ...login, password: 'wrong' } },
    { method: 'POST', path: '/api/v1/auth/login', body: '{', headers: { 'content-type': 'application/json' } },
    { method: 'POST', path: '/api/v1/auth/login', body: { email: 'x'.repeat(200_000) } },
    { method: 'POST', path: '/api/v1/users', body: person, keep: 'user' },
    { method: 'POST', path: '/api/v1/users', body: { ...person, role: 'admin' } },
    { method: 'GET', path: '/api/v1/users', as: 'root' },
    { method: 'GET', path: '/api/v1/users', as: 'ada' },
    { method: 'GET', path: '/api/v1/users' },
    { method: 'GET', path: '/api/v1/users/me', as: 'ada' },
    { method: 'GET', path: '/api/v1/users/me', headers: { authorization: 'Bearer nonsense' } },
    { method: 'DELETE', path: '/api/v1/users/{user}', as: 'ada' },
    { method: 'DELETE', path: '/api/v1/users/{user}', as: 'root' },
    { method: 'DELETE', path: '/api/v1/users/{user}', as: 'root' },
    { method: 'POST', path: '/api/v1/appointments', as: 'ada', body: appointment, keep: 'appointment' },
    { method: 'POST', path: '/api/v1/appointments', as: 'ada', body: {} },
    { method: 'GET', path: '/api/v1/appointments', as: 'ada' },
    { method: 'GET', path: '/api/v1/appointments', as: 'ada', headers: { 'accept-encoding': 'gzip' } },
    { method: 'GET', path: '/api/v1/appointments/{appointment}', as: 'ada' },
    { method: 'GET', path: '/api/v1/appointments/{appointment}', as: 'eve' },
    { method: 'GET', path: '/api/v1/appointments/1', as: 'ada' },
    { method: 'HEAD', path: '/api/v1/appointments/{appointment}', as: 'ada' },
    { method: 'PATCH', path: '/api/v1/appointments/{appointment}/cancel', as: 'ada' },
    ...['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'].map((method) => ({ method, path: '/nothing' })),
    { method: 'GET', path: '/' },
    { method: 'GET', path: '/api/v1/nothing', as: 'ada' },
    { method: 'GET', path: '/api/v2/users/me', as: 'ada' },
    { method: 'OPTIONS', path: '/api/v1/appointments' },
    { method: 'OPTIONS', path: '/api/v1/users', headers: { origin: 'https://elsewhere.example' } },
  ];
}
