import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse as readYaml } from 'yaml';
import { mini, newHost } from '../cli/hosts.ts';
import { snapshot, tempFolder } from '../io/temp-folder.ts';
import { builtBin } from './built-bin.ts';
import { Terminal, type TerminalOptions } from './terminal.ts';

let bin: string;
beforeAll(async () => {
  bin = await builtBin();
});

function start(args: readonly string[], options: TerminalOptions): Terminal {
  return new Terminal([process.execPath, bin, ...args], options);
}

const sequence = /\u001b\[\d+(;\d+)*m/;

describe('new, without a host', () => {
  it('creates a host and a module from answers, rejects invalid ones, and prints the command to repeat it', async () => {
    const cwd = tempFolder();
    const terminal = start(['--stack', mini], { cwd });
    await terminal.see('No host application was found in');
    await terminal.answer('Make a host application now?');
    await terminal.answer('Folder for it');
    await terminal.see('+ mini.json');
    await terminal.answer('Write these files?', 'y');
    await terminal.see('Created a host in');
    await terminal.see('mini.json names mini');

    const name = 'Name of the module';
    await terminal.tryAnswer(name, '../evil', 'It looks like a path');
    await terminal.tryAnswer(name, 'class', 'It is a keyword of Python or TypeScript.');
    await terminal.answer(name, 'text_tools');
    await terminal.answer('What does it do? (Text tools: an AI module.)', `Counts "words" & it's fine.`);
    await terminal.answer('Use the defaults for everything else?', 'n');
    await terminal.answer('Author', 'Ada Lovelace');
    await terminal.tryAnswer('Field of the input', 'text:strng', 'Did you mean string?');
    await terminal.answer('Field of the input', 'text:string(1..100) lines?:Line[]');
    await terminal.answer('Next field', 'language');
    await terminal.answer('Type of language (string)', 'en|fr');
    await terminal.answer('Is language optional?', 'y');
    await terminal.answer('Default of language', 'en');
    await terminal.answer('Next field');
    await terminal.answer('Field of Line', 'amount:number(0..)');
    await terminal.answer('Next field');
    await terminal.answer('Field of the output', 'total:number');
    await terminal.answer('Next field');
    await terminal.answer('Standard endpoints');
    await terminal.tryAnswer('Endpoints beyond', 'reindex', 'reindex must be "METHOD /path"');
    await terminal.answer('Endpoints beyond', 'POST /reindex');
    await terminal.answer('Standard permissions');
    await terminal.answer('Permissions beyond');
    await terminal.answer('Standard events that it emits');
    await terminal.answer('Events it emits', 'text_tools.indexed');
    await terminal.answer('Standard events that it handles');
    await terminal.answer('Events it handles', 'file.uploaded');
    await terminal.answer('Dependencies', 'redis');
    await terminal.answer('CPUs (1)');
    await terminal.answer('Memory (512Mi)', '1Gi');
    await terminal.tryAnswer(
      'Jobs that run at once, over all processes',
      '0',
      'It must be a whole number from 1 to 1000.',
    );
    await terminal.answer('Jobs that run at once, over all processes', '4');
    await terminal.answer('Configuration key', 'top_k');
    await terminal.see('Type of top_k');
    terminal.press('down');
    terminal.press('enter');
    await terminal.answer('Is top_k a secret?');
    await terminal.answer('Smallest value', '1');
    await terminal.tryAnswer('Largest value', '0', 'has a minimum above its maximum');
    await terminal.answer('Largest value', '9');
    await terminal.answer('Default', '5');
    await terminal.answer('Configuration key');
    await terminal.see('Where is the work done?');
    await terminal.glimpse('sample: nowhere yet');
    terminal.press('enter');
    await terminal.see('language?: en or fr, default en');
    await terminal.see('Module text_tools for Mini');
    await terminal.see('+ manifest.yaml');
    await terminal.answer('Write these files?');
    await terminal.see('Created text_tools in modules/text_tools');
    expect(await terminal.ended).toBe(0);

    const manifest = readYaml(readFileSync(join(cwd, 'modules/text_tools/manifest.yaml'), 'utf8'));
    expect(manifest).toMatchObject({
      description: `Counts "words" & it's fine.`,
      author: 'Ada Lovelace',
      types: { Line: { required: ['amount'], properties: { amount: { type: 'number', minimum: 0 } } } },
      input: {
        required: ['text'],
        properties: {
          text: { type: 'string', minLength: 1, maxLength: 100 },
          lines: { type: 'array', items: { $ref: '#/types/Line' } },
          language: { enum: ['en', 'fr'], default: 'en' },
        },
      },
      output: { required: ['total'] },
      endpoints: expect.arrayContaining(['POST /reindex']),
      events_subscribed: ['user.deleted', 'file.uploaded'],
      resources: { cpu: '1', memory: '1Gi', max_concurrent_jobs: 4 },
      configuration: { top_k: { type: 'integer', minimum: 1, maximum: 9, default: 5 }, provider: 'sample' },
    });
    const line = /create-ai-module (new .*? --yes)/s.exec(terminal.bytes.replaceAll('\r', ''))?.[1];
    const again = await newHost();
    execFileSync('sh', ['-c', `"${process.execPath}" "${bin}" ${line}`], { cwd: again, stdio: 'pipe' });
    expect(moduleIn(again)).toEqual(moduleIn(cwd));
  });

  it('needs only the name if everything else has a default', async () => {
    const cwd = await newHost();
    const terminal = start(['new'], { cwd });
    await terminal.answer('Name of the module', 'alpha');
    for (const question of ['What does it do?', 'Use the defaults', 'Write these files?'])
      await terminal.answer(question);
    expect(await terminal.ended).toBe(0);
    expect(readdirSync(join(cwd, 'modules'))).toEqual(['alpha']);
  });
});

function moduleIn(root: string): Record<string, string> {
  return snapshot(join(root, 'modules/text_tools'));
}

describe('cancelling', () => {
  it.each<['ctrl-c' | 'ctrl-d', string, number]>([
    ['ctrl-c', 'at the first question', 0],
    ['ctrl-d', 'at the first question', 0],
    ['ctrl-c', 'in the middle', 2],
    ['ctrl-d', 'in the middle', 2],
  ])('with %s %s writes nothing and reports it', async (key, _, answered) => {
    const cwd = await newHost();
    const before = snapshot(cwd);
    const terminal = start(['new'], { cwd });
    const questions = ['Name of the module', 'What does it do?', 'Use the defaults'];
    for (const question of questions.slice(0, answered)) await terminal.answer(question, 'alpha');
    await terminal.see(questions[answered] as string);
    terminal.press(key);
    expect(await terminal.ended).toBe(130);
    expect(terminal.text()).toMatch(/Cancelled\. Nothing was written\.$/);
    expect(terminal.bytes).toContain('\u001b[?25h');
    expect(snapshot(cwd)).toEqual(before);
  });

  it('at the last question writes nothing', async () => {
    const cwd = await newHost();
    const before = snapshot(cwd);
    const terminal = start(
      ['new', '--from', join(import.meta.dirname, '../fixtures/manifests/mon_nouveau_module.yaml')],
      { cwd },
    );
    await terminal.see('Write these files?');
    terminal.press('ctrl-c');
    expect(await terminal.ended).toBe(130);
    expect(snapshot(cwd)).toEqual(before);
  });
});

describe('the terminal', () => {
  it('has colors', async () => {
    const terminal = start(['new', 'alpha', '--yes'], { cwd: await newHost() });
    expect(await terminal.ended).toBe(0);
    expect(terminal.bytes).toMatch(sequence);
  });

  it('has no colors with NO_COLOR, also in questions', async () => {
    const terminal = start(['new'], { cwd: await newHost(), env: { NO_COLOR: '1' } });
    await terminal.answer('Name of the module', 'alpha');
    await terminal.see('What does it do?');
    terminal.press('ctrl-c');
    expect(await terminal.ended).toBe(130);
    expect(terminal.bytes).not.toMatch(sequence);
  });

  it.each(['stdin', 'stdout'])('is not used for prompts if %s is redirected', async (stream) => {
    const redirect = stream === 'stdin' ? '</dev/null' : '| cat';
    const cwd = await newHost();
    const terminal = new Terminal(['bash', '-o', 'pipefail', '-c', `"${process.execPath}" "${bin}" new ${redirect}`], {
      cwd,
    });
    expect(await terminal.ended).toBe(2);
    expect(terminal.text()).toContain('<name> is missing');
  });

  it('shows questions if stderr is redirected', async () => {
    const terminal = new Terminal(['sh', '-c', `"${process.execPath}" "${bin}" new 2>/dev/null`], {
      cwd: await newHost(),
    });
    await terminal.see('Name of the module');
    terminal.press('ctrl-c');
    expect(await terminal.ended).toBe(130);
  });
});
