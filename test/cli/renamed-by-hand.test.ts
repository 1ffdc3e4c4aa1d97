import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { modulesOf } from '../edited-module.ts';
import { runIn, succeedIn } from './fake-io.ts';
import { newHost } from './hosts.ts';

describe.each(['fastify', 'fastapi'] as const)('a module of %s that was renamed by hand', (stack) => {
  it('is reported by validate, status and update until the update is written', async () => {
    const root = await newHost(stack);
    await succeedIn(root, ['new', 'invoices', '--description', 'Text', '--author', 'Ann', '--yes']);
    expect((await succeedIn(root, ['validate'])).out).not.toContain('renamed-module');
    const [from, to] = ['invoices', 'bills'].map((name) => join(root, modulesOf[stack], name)) as [string, string];
    renameSync(from, to);
    const manifest = join(to, 'manifest.yaml');
    writeFileSync(manifest, readFileSync(manifest, 'utf8').replace(/^name: "?invoices"?$/m, 'name: bills'));
    const { code, out } = await runIn(root, ['validate']);
    expect([code, out]).toEqual([1, expect.stringContaining('the code was generated for the name invoices')]);
    const note = `${modulesOf[stack]}/bills was renamed by hand from invoices`;
    expect((await succeedIn(root, ['status'])).err).toContain(note);
    expect((await succeedIn(root, ['update', '--yes', '--on-conflict', 'theirs'])).err).toContain(note);
    expect((await succeedIn(root, ['status'])).err).not.toContain('renamed by hand');
  });
});
