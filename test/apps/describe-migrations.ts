import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitUntil } from '../conformance/wire/wait-until.ts';
import { describeWhere } from '../e2e/needs.ts';
import type { Application } from './application.ts';
import { Checkout } from './checkout.ts';
import { GuestClient } from './guest-client.ts';
import { AppServers, missingFor } from './servers.ts';

export interface Migrated {
  /** The folder of the guest: `src/app/ai`. */
  readonly dir: string;
  /** The folder of the application's migrations. */
  readonly migrations: string;
  /** A migration of the module `summaries`, which creates the table `summaries_notes`. */
  readonly file: string;
  readonly text: string;
}

/** The migration of a module of Python. */
export const alembicMigration = `"""Add notes."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("summaries_notes", sa.Column("id", sa.Uuid(), nullable=False), sa.PrimaryKeyConstraint("id"))


def downgrade() -> None:
    op.drop_table("summaries_notes")
`;

/**
 * The migration tool of an application makes the tables of the runtime and of modules. Only at night, as package managers
 * run: test/core/attach/migrations and test/cli/attach-migrations.test.ts cover what is written.
 */
export const describeMigrations = (application: Application, migrated: Migrated): Promise<void> =>
  describeWhere(`${application.name} with --migrations app`, missingFor(application), () =>
    defineTests(application, migrated),
  );

function defineTests(application: Application, { dir, migrations, file, text }: Migrated): void {
  describe(`${application.name} with --migrations app`, { timeout: 1_800_000 }, () => {
    const servers = new AppServers(application);
    let checkout: Checkout;
    /** New files of the migration tool. */
    const added = async () => {
      await checkout.git('add', '--all');
      const paths = (await checkout.git('diff', '--cached', '--name-only', '--diff-filter=A')).split('\n');
      await checkout.commit('Continue');
      return paths.filter((path) => path.startsWith(migrations));
    };

    beforeAll(async () => {
      checkout = await Checkout.create(application, await servers.fresh());
      await checkout.install();
      await checkout.prepare();
    }, 1_800_000);
    afterAll(async () => {
      await servers.close();
      checkout?.dispose();
    });

    it('gets one revision for the runtime and one for the tables of a module', async () => {
      await checkout.tool('host', 'attach', '--migrations', 'app', '--yes');
      expect(await added()).toHaveLength(1);
      await checkout.tool('new', 'summaries', '--input', 'text:string', '--output', 'total:number', '--yes');
      expect(await added()).toEqual([]);
      const path = join(checkout.folder, dir, 'modules/summaries/migrations', file);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
      await checkout.tool('update', '--yes');
      expect(await added()).toHaveLength(1);
      expect(await checkout.tool('update', '--host-files', '--check')).toContain('everything is up to date');
      await checkout.install();
      await checkout.lint();
    });

    it('waits for the migrations of the application, then runs jobs', async () => {
      if (application.build !== undefined) await checkout.run(application.build);
      const app = await checkout.start({ AI_ROLE: 'all' });
      try {
        const client = new GuestClient(app.baseUrl, application);
        const headers = await application.logIn(app.baseUrl, 'ada');
        await waitUntil('the guest lacks its tables', async () => {
          const response = await fetch(`${app.baseUrl}/ai/api/v1/modules/list`, { headers });
          return (await response.text()).includes('schema_missing');
        });
        await checkout.run(application.migrate);
        const { json } = await client.get('/ai/api/v1/modules/list', 'ada');
        expect(json).toMatchObject({ errors: {} });
        await client.complete('summaries', 'ada');
      } catch (error) {
        throw new Error(`${(error as Error).message}\n${app.log().slice(-10_000)}`, { cause: error });
      } finally {
        await app.stop();
      }
    });

    it('still has migrations for its whole schema, and passes its own tests', async () => {
      await checkout.checkMigrations();
      const results = await checkout.test();
      const others = [...results].filter(([, outcome]) => outcome !== 'passed');
      expect(others, checkout.testOutput).toEqual([]);
    });

    it('keeps the migrations after host detach, and migrates a new database with them', async () => {
      // Without it the module is as `new` wrote it.
      rmSync(join(checkout.folder, dir, 'modules/summaries/migrations'), { recursive: true });
      expect(await checkout.tool('host', 'detach', '--yes')).toContain(
        'Migrations stay, because databases may have run them',
      );
      checkout.use({ ...(await servers.fresh()) });
      await checkout.install();
      await checkout.prepare();
      await checkout.checkMigrations();
    });
  });
}
