import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tempFolder } from '../io/temp-folder.ts';
import { type FakeIoOptions, runIn, succeedIn } from './fake-io.ts';
import { manifestOf, newHost } from './hosts.ts';
import { back, cancel } from './scripted-prompter.ts';

describe('the interview of new', () => {
  it('asks four questions if the defaults will do', async () => {
    const { asked } = await succeedIn(await newHost(), ['new'], {
      replies: { Name: 'alpha', 'Use the defaults': true },
    });
    expect(asked).toEqual([
      'Name of the module (snake_case)',
      'What does it do?',
      'Use the defaults for everything else?',
      'Write these files?',
    ]);
  });

  it('returns to the question before, with its answer', async () => {
    const root = await newHost();
    const { asked } = await succeedIn(root, ['new'], {
      replies: { Name: ['alpah', 'alpha'], 'What does': [back, 'Counts.'], 'Use the defaults': [back, true] },
    });
    expect(asked.map((text) => text.split(' ')[0])).toEqual([
      'Name',
      'What',
      'Name',
      'What',
      'Use',
      'What',
      'Use',
      'Write',
    ]);
    expect(manifestOf(root, 'alpha')).toMatchObject({ description: 'Counts.' });
  });

  it('changes a group from the review, and leaves out standard entries', async () => {
    const root = await newHost();
    const { refusals, err } = await succeedIn(root, ['new', 'alpha'], {
      replies: {
        'Use the defaults': true,
        'Write these files?': ['interface', 'yes'],
        'Standard endpoints': 'POST /process,GET /status/{job_id},GET /result/{job_id},GET /list',
        'Standard permissions': ['alpha:create', 'alpha:create,alpha:read'],
      },
    });
    expect(refusals).toEqual(['GET /status/{job_id} needs alpha:read.']);
    expect(manifestOf(root, 'alpha')).toMatchObject({
      endpoints: ['POST /process', 'GET /status/{job_id}', 'GET /list', 'GET /result/{job_id}'],
      permissions_required: ['alpha:create', 'alpha:read'],
    });
    expect(err).toContain('--without');
  });

  it('offers events and modules of the host', async () => {
    const root = await newHost();
    await succeedIn(root, ['new', 'beta', '--yes']);
    await succeedIn(root, ['new', 'alpha'], {
      replies: { 'Events of other modules': 'beta.completed', 'Modules that it calls': 'module:beta' },
    });
    expect(manifestOf(root, 'alpha')).toMatchObject({
      events_subscribed: ['user.deleted', 'beta.completed'],
      dependencies: ['module:beta'],
    });
  });

  it('keeps answers without secrets after Ctrl-C, offers them, and deletes them when the module is written', async () => {
    const root = await newHost();
    const env = { XDG_STATE_HOME: tempFolder() };
    const folder = join(env.XDG_STATE_HOME, 'create-ai-module/answers');
    const replies: FakeIoOptions['replies'] = {
      Name: 'alpha',
      'What does': 'Counts.',
      Author: 'https://ada:hunter2hunter2@example.com',
      CPUs: cancel,
    };
    const stopped = await runIn(root, ['new'], { env, replies });
    expect(stopped).toMatchObject({
      code: 130,
      err: expect.stringContaining('Your answers were kept for the next run.'),
    });
    const [file = ''] = readdirSync(folder);
    const text = readFileSync(join(folder, file), 'utf8');
    expect(text).toContain('Counts.');
    expect(text).not.toContain('hunter2');

    const { asked } = await succeedIn(root, ['new'], { env, replies: { 'Use the defaults': true } });
    expect(asked[0]).toBe('Continue with your answers of the last time for alpha?');
    expect(asked).not.toContain('What does it do?');
    expect(manifestOf(root, 'alpha')).toMatchObject({ description: 'Counts.' });
    expect(existsSync(join(folder, file))).toBe(false);
  });

  it('offers to change answers that do not fit', async () => {
    const root = await newHost();
    const { asked } = await succeedIn(root, ['new', 'alpha'], {
      replies: {
        Dependencies: ['module:gone', ''],
        'What do you want to change?': 'configuration',
      },
    });
    expect(asked).toContain('What do you want to change?');
    expect(manifestOf(root, 'alpha')).toMatchObject({ dependencies: [] });
  });
});

it('refuses --without for an entry that is not a standard one', async () => {
  const { code, err } = await runIn(await newHost(), ['new', 'alpha', '--without', 'GET /lst', '--yes']);
  expect(code).toBe(2);
  expect(err).toContain('Did you mean GET /list?');
});
