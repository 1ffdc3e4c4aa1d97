import { existsSync, mkdirSync } from 'node:fs';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { isNightly } from '../../draws.ts';
import { describeWhere } from '../../e2e/needs.ts';
import { finish, publish, submit } from '../wire/module-calls.ts';
import { inOneHour, signToken } from '../wire/token.ts';
import { waitUntil } from '../wire/wait-until.ts';
import type { World } from '../world.ts';

const browserAt = '/usr/bin/chromium';

/** A page that reports what it must not do: load from elsewhere, run what it shows, fail. */
interface Watched {
  readonly page: Page;
  readonly problems: string[];
}

/** `/console/`, and in CI on one stack in a real browser: the page is the same file in both. */
export async function describeConsole(world: World): Promise<void> {
  it('/console leads to the page, whose policy allows nothing from elsewhere', async () => {
    const short = await world.stranger().get('/console');
    expect([short.status, short.headers.location]).toEqual([302, 'console/']);
    const { headers, status } = await world.stranger().get('/console/');
    expect(status).toBe(200);
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self';/);
    expect((await world.stranger().get('/console/index.html')).status).toBe(404);
    expect((await world.stranger().get('/console/..%2f..%2fpackage.json')).status).toBe(404);
  });

  if (!isNightly && world.launcher.stack !== 'fastify') return;
  const missing = existsSync(browserAt) ? [] : ['Chromium is not installed'];
  await describeWhere('in a browser', missing, () => {
    describe('in a browser', () => defineTests(world));
  });
}

/** CONSOLE_SCREENSHOTS=1 writes pictures to .cache/console. */
function defineTests(world: World): void {
  const { subject, neighbour } = world;
  let browser: Browser;
  const open: Watched[] = [];

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: browserAt, args: ['--no-sandbox'] });
  });
  afterAll(() => browser?.close());
  afterEach(async () => {
    const all = open.splice(0);
    await Promise.all(all.map(({ page }) => page.context().close()));
    expect(all.flatMap(({ problems }) => problems)).toEqual([]);
  });

  const visit = async (path = '', options: BrowserContextOptions = {}): Promise<Page> => {
    const context = await browser.newContext({ locale: 'en-GB', timezoneId: 'UTC', ...options });
    const page = await context.newPage();
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(String(error)));
    page.on('console', (message) => {
      // Refused requests are logged by the browser.
      if (message.type() === 'error' && !/status of 4\d\d/.test(message.text())) problems.push(message.text());
    });
    page.on('dialog', (dialog) => {
      problems.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('request', (request) => {
      if (!request.url().startsWith(world.host.baseUrl)) problems.push(request.url());
    });
    open.push({ page, problems });
    await page.goto(`${world.host.baseUrl}/console/${path}`);
    return page;
  };
  const signIn = async (page: Page, token: string) => {
    await page.getByLabel('Token of an administrator').fill(token);
    await page.getByRole('button', { name: 'Sign in' }).click();
  };
  const tokenOf = (claims: object) => signToken(world.host.secret, { sub: 'the-admin', exp: inOneHour(), ...claims });
  const visitAsAdmin = async (path = '', options: BrowserContextOptions = {}) => {
    const page = await visit(path, options);
    await signIn(page, tokenOf({ admin: true }));
    await page.getByRole('navigation', { name: 'Console' }).waitFor();
    return page;
  };
  const picture = async (page: Page, name: string) => {
    if (process.env.CONSOLE_SCREENSHOTS !== '1') return;
    mkdirSync('.cache/console', { recursive: true });
    await page.screenshot({ path: `.cache/console/${name}.png`, fullPage: true });
  };

  it('is for administrators with a valid token', async () => {
    const page = await visit();
    await signIn(page, 'nonsense');
    await page.getByText('The token is not valid.').waitFor();
    await signIn(page, tokenOf({ permissions: [`${subject.namespace}:*`] }));
    await page.getByText('This user is not an administrator.').waitFor();
    await picture(page, 'sign-in');
    await signIn(page, tokenOf({ admin: true }));
    await page.getByRole('cell', { name: neighbour.name, exact: true }).waitFor();
    await picture(page, 'modules');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Token of an administrator').waitFor();
  });

  it('shows the health and the settings of a module', async () => {
    const page = await visitAsAdmin(`#/modules/${subject.name}`);
    await page.getByText('healthy').waitFor();
    const row = page.getByRole('row').filter({ hasText: 'max_pending_jobs' });
    expect((await row.innerText()).split(/\s+/)).toEqual([
      'max_pending_jobs',
      `${world.maxPendingJobs}`,
      'environment',
      `${subject.name}_max_pending_jobs`.toUpperCase(),
    ]);
    await picture(page, 'module');
  });

  it('shows jobs as they go on, and cancels and starts them again', async () => {
    const caller = world.person();
    const script = world.fake.script('hold');
    const { job_id } = await submit(caller, subject, { text: script.text });
    await script.seen();
    const page = await visitAsAdmin(`#/jobs?user_id=${caller.sub}`);
    const row = page.getByRole('row').filter({ hasText: caller.sub });
    await row.getByText('processing').waitFor();
    await picture(page, 'jobs');
    await row.getByRole('link').first().click();
    await page.getByRole('heading', { name: `Job ${job_id}` }).waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('The job is cancelled.').waitFor();
    await page.getByRole('button', { name: 'Start again' }).click();
    await page.getByRole('heading', { name: `Job ${job_id}` }).waitFor({ state: 'detached' });
    await page
      .getByText(/^(pending|processing)$/)
      .first()
      .waitFor();
    script.release();
    await page.getByText('completed').waitFor();
    await picture(page, 'job');
  });

  it('starts failed jobs again that match the filters', async () => {
    const caller = world.person();
    const { job_id } = await submit(caller, subject, { text: world.fake.script(400, 'ok').text });
    expect((await finish(caller, subject, job_id)).status).toBe('failed');
    const page = await visitAsAdmin('#/jobs');
    await page.getByLabel('Status').selectOption('failed');
    await page.getByLabel('User').fill(caller.sub);
    await page.getByLabel('User').press('Enter');
    await page.getByRole('row').filter({ hasText: caller.sub }).waitFor();
    await page.getByRole('button', { name: 'Start again' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Start again' }).click();
    await page.getByText('1 started again.').waitFor();
  });

  it('shows what users send as text', async () => {
    const caller = world.person();
    const hostile = `<img src=x onerror="alert(1)"><script>alert(2)</script>\u202e`;
    const { job_id } = await submit(caller, neighbour, { [hostile]: hostile });
    await finish(caller, neighbour, job_id);
    const page = await visitAsAdmin(`#/jobs/${job_id}`);
    await page.getByRole('region', { name: 'Input' }).getByText('onerror').waitFor();
    expect(await page.locator('img, script:not([src])').count()).toBe(0);
  });

  it('is used with the keyboard, and fits narrow and dark screens', async () => {
    const page = await visitAsAdmin('#/jobs', { viewport: { width: 360, height: 640 }, colorScheme: 'dark' });
    await page.getByRole('heading', { name: 'Jobs' }).waitFor();
    expect(await page.evaluate('document.scrollingElement.scrollWidth')).toBeLessThanOrEqual(360);
    await picture(page, 'narrow-dark');
    await page.getByRole('link', { name: 'Skip to the content' }).focus();
    await page.keyboard.press('Tab');
    const names: string[] = [];
    for (let i = 0; i < 9; i += 1) {
      names.push(
        await page.evaluate('document.activeElement.labels?.[0]?.innerText ?? document.activeElement.innerText'),
      );
      await page.keyboard.press('Tab');
    }
    expect(names.map((name) => name.split('\n')[0])).toEqual(
      expect.arrayContaining(['Modules', 'Jobs', 'Dead letters', 'Sign out', 'Module', 'Status', 'User']),
    );
  });

  const { subscribed } = subject;
  if (subscribed === undefined) return;
  it('shows events that were given up, and delivers them again', async () => {
    const data = { user_id: 'somebody', text: 'x'.repeat(world.maxInputBytes) };
    const event_id = await publish(world.admin(), { name: subscribed, data });
    const address = `/dead-letters/${event_id}.${subject.name}`;
    await waitUntil('the dead letter', async () => (await world.admin().get(address)).status === 200);
    const page = await visitAsAdmin('#/dead-letters');
    await page.getByRole('cell', { name: 'input_invalid' }).first().waitFor();
    await picture(page, 'dead-letters');
    await page.goto(`${world.host.baseUrl}/console/#${address}`);
    await page.getByRole('region', { name: 'Data' }).getByText('somebody').waitFor();
    await page.getByRole('button', { name: 'Deliver again' }).click();
    await page.getByText('The event is delivered again.').waitFor();
  });
}
