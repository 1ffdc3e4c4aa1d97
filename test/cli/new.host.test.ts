import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tempFolder } from '../io/temp-folder.ts';
import { runIn, succeedIn } from './fake-io.ts';
import { manifestOf, mini, newHost } from './hosts.ts';
import { cancel } from './scripted-prompter.ts';

describe('the host', () => {
  it('is found from a folder inside it, with the evidence shown', async () => {
    const root = await newHost();
    mkdirSync(join(root, 'a/b'), { recursive: true });
    const { err } = await succeedIn(join(root, 'a/b'), ['new', 'alpha', '--yes']);
    expect(err).toContain(`Host: ${root} (Mini: ai-modules.yaml declares stack: ${mini})`);
    expect(manifestOf(root, 'alpha').name).toBe('alpha');
  });

  it('is recognized by the evidence of its pack', async () => {
    const root = await newHost();
    rmSync(join(root, 'ai-modules.yaml'));
    const { err } = await succeedIn(root, ['new', 'alpha', '--yes', '--stack', mini]);
    expect(err).toContain('(Mini: mini.json names mini)');
  });

  it('can be given by --host, and its pack by a relative path', async () => {
    const root = await newHost();
    rmSync(join(root, 'ai-modules.yaml'));
    const elsewhere = tempFolder();
    const pack = relative(elsewhere, mini);
    await succeedIn(elsewhere, ['new', 'alpha', '--yes', '--host', relative(elsewhere, root), '--stack', pack]);
    expect(manifestOf(root, 'alpha').name).toBe('alpha');
    expect(readdirSync(elsewhere)).toEqual([]);
  });

  it('sets the folder of its modules itself', async () => {
    const root = await newHost();
    writeFileSync(join(root, 'ai-modules.yaml'), `stack: ${mini}\nmodules_dir: src/own/place\n`);
    const { out } = await succeedIn(root, ['new', 'alpha', '--yes']);
    expect(out).toContain('in src/own/place/alpha');
  });

  it.each<[string, string, string, string]>([
    ['an unknown key', 'modul_dir: x\n', 'unknown key modul_dir; did you mean modules_dir?', 'docs/hosts.md'],
    ['a folder outside', 'modules_dir: ../x\n', 'modules_dir is refused: it has the segment ..', 'docs/hosts.md'],
    ['no YAML', 'stack: [\n', 'ai-modules.yaml: ', 'docs/hosts.md'],
    ['an unknown stack', 'stack: flask\n', 'Unknown stack flask.', 'Pass fastapi or fastify, the path of a folder'],
  ])('is refused for %s in ai-modules.yaml', async (_, text, reason, hint) => {
    const root = await newHost();
    writeFileSync(join(root, 'ai-modules.yaml'), text);
    const { code, err } = await runIn(root, ['new', 'alpha', '--yes']);
    expect([code, err]).toEqual([2, expect.stringContaining(reason)]);
    expect(err).toContain(hint);
    expect(readdirSync(root)).not.toContain('modules');
  });

  it('is refused if it has another stack than --stack', async () => {
    const { code, err } = await runIn(await newHost(), ['new', 'alpha', '--yes', '--stack', 'fastify']);
    expect([code, err]).toEqual([2, expect.stringContaining('The host is a mini application, not fastify.')]);
  });
});

describe('a missing host', () => {
  it.each<[string, readonly string[], RegExp]>([
    ['here', [], /No host application was found in .* or in a folder above it\./],
    ['there', ['--host', 'nowhere'], /No host application was found: .*nowhere does not exist\./],
  ])('%s: without a terminal, reports it and names the command', async (_, argv, reason) => {
    const cwd = tempFolder();
    const { code, err } = await runIn(cwd, ['new', 'alpha', '--yes', '--stack', mini, ...argv]);
    expect([code, err]).toEqual([2, expect.stringMatching(reason)]);
    expect(err).toContain('create-ai-module host init <dir>');
    expect(readdirSync(cwd)).toEqual([]);
  });

  it.each<[string, readonly string[]]>([
    ['--dry-run', ['--dry-run']],
    ['--json', ['--json']],
  ])('does not prompt with %s', async (_, argv) => {
    const outcome = await runIn(tempFolder(), ['new', 'alpha', '--stack', mini, ...argv], { replies: {} });
    expect(outcome).toMatchObject({ code: 2, asked: [] });
  });

  it('offers to create one on a terminal, then continues in it', async () => {
    const cwd = tempFolder();
    const { out, err, asked } = await succeedIn(cwd, ['new', 'alpha', '--stack', mini], { replies: {} });
    expect(asked.slice(0, 4)).toEqual([
      'Make a host application now?',
      'Folder for it',
      'Write these files?',
      'What does it do?',
    ]);
    expect(out).toMatch(/^Created a host in .*\nCreated alpha in modules\/alpha: /);
    expect(err.match(/Next:/g)).toHaveLength(1);
    expect(manifestOf(cwd, 'alpha').name).toBe('alpha');
  });

  it('creates it in a new subfolder if the current folder has files', async () => {
    const cwd = tempFolder();
    writeFileSync(join(cwd, 'notes.txt'), '');
    const { err } = await succeedIn(cwd, ['new', 'alpha', '--stack', mini], { replies: {} });
    expect(manifestOf(join(cwd, 'ai-host'), 'alpha').name).toBe('alpha');
    expect(err).toContain('--host ai-host');
    expect(err).toContain('Next:\n  cd ai-host\n  node --version\n');
  });

  it('creates it in the folder of --host', async () => {
    const cwd = tempFolder();
    const { asked } = await succeedIn(cwd, ['new', 'alpha', '--stack', mini, '--host', 'there'], { replies: {} });
    expect(asked).not.toContain('Folder for it');
    expect(manifestOf(join(cwd, 'there'), 'alpha').name).toBe('alpha');
  });

  it('writes nothing if the offer is declined', async () => {
    const cwd = tempFolder();
    const { code, err } = await runIn(cwd, ['new', 'alpha', '--stack', mini], { replies: { 'Make a host': false } });
    expect([code, err]).toEqual([2, expect.stringContaining('create-ai-module host init <dir>')]);
    expect(readdirSync(cwd)).toEqual([]);
  });

  it('keeps the new host if the module is cancelled, and reports it', async () => {
    const cwd = tempFolder();
    const { code, err } = await runIn(cwd, ['new', 'alpha', '--stack', mini], { replies: { Author: cancel } });
    expect(code).toBe(130);
    expect(err).toMatch(/Cancelled\. No module was written\. The new host application in .* was kept\.\n$/);
    expect(readdirSync(cwd).sort()).toEqual(['.ai-module', '.env.example', 'mini.json']);
  });
});
