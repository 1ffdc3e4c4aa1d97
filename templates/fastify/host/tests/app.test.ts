import { createHost } from 'ai-module-runtime';
import { createHostDatabase } from 'ai-module-runtime/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { hostOptions } from '../src/host.ts';
import { readSettings } from '../src/settings.ts';
import { createTokens } from '../src/users.ts';

const settings = readSettings({ AI_JWT_SECRET: 'only for the tests of this application', AI_LOG_LEVEL: 'silent' });
const database = await createHostDatabase();
const { app, orchestrator } = await createHost({ ...hostOptions(settings), database: { url: database.url } });

afterAll(async () => {
  await app.close();
  await database.drop();
});

describe('the application', () => {
  it('starts all modules', async () => {
    const answer = await app.inject({ url: '/health' });
    expect(answer.statusCode).toBe(200);
    const modules = Object.fromEntries([...orchestrator.modules.keys()].map((name) => [name, 'ready']));
    expect(answer.json()).toMatchObject({ status: 'healthy', modules });
  });

  it('describes its endpoints', async () => {
    const { openapi, paths } = (await app.inject({ url: '/openapi.json' })).json();
    expect(openapi).toMatch(/^3\.1/);
    expect(Object.keys(paths)).toContain('/api/v1/modules/list');
  });

  it('accepts its own tokens only', async () => {
    const publish = async (authorization: string) => {
      const payload = { name: 'user.deleted', data: { user_id: 'somebody' } };
      const request = { method: 'POST', url: '/api/v1/events', headers: { authorization }, payload } as const;
      return (await app.inject(request)).statusCode;
    };
    const tokens = createTokens(settings);
    expect(await publish(`Bearer ${tokens.issue({ id: 'root', isAdmin: true })}`)).toBe(202);
    expect(await publish(`Bearer ${tokens.issue({ id: 'alice' })}`)).toBe(403);
    expect(await publish('Bearer nonsense')).toBe(401);
  });
});
