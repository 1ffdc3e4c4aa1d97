import { describe, expect, it } from 'vitest';
import { planRevisions, revisionFiles } from '../../../../src/core/attach/migrations/plan-revisions.ts';
import type { RuntimeSql } from '../../../../src/core/attach/migrations/revision.ts';
import { type App, express, fastapi, filesOf, nestjs } from '../apps.ts';

const statement =
  "{owner} {file}: $sql$ {sql} $sql$ insert into applied_migrations (owner, file) values ('{owner}', '{file}');";
/** What a template literal would replace. */
const hole = ['$', '{x}'].join('');
const tables = { owner: 'runtime', file: '0001_tables.sql', sql: `select 'a:b', '\`${hole}\`', '\\\\', {file};\n` };
const functions = { owner: 'runtime', file: 'functions.sql@1', sql: 'select 1' };
const runtime: RuntimeSql = { files: [tables, functions], statement };
const newer: RuntimeSql = { files: [tables, { ...functions, file: 'functions.sql@2' }], statement };

/** The files that are created for an application, and what is printed. */
function plan(app: App, dir = 'src/ai', sql = runtime) {
  const { created, printed } = planRevisions(filesOf(app), dir, sql);
  return { created: Object.fromEntries(created), printed };
}

const paths = (app: App, dir?: string) => Object.keys(plan(app, dir).created);

describe('planRevisions for alembic', () => {
  const python = (app: App, sql = runtime) => plan(app, 'app/ai', sql).created;

  it('follows the head, in the style of its file', () => {
    const head = '"""Users\n\nRevision ID: ab12\nRevises:\n"""\nfrom typing import Sequence, Union\n\n';
    const [[path, text] = ['', '']] = Object.entries(
      python({
        ...fastapi,
        'migrations/versions/2_orders.py': `${head}revision: str = 'ab12'\ndown_revision: Union[str, None] = '1'\n`,
      }),
    );
    expect(path).toMatch(/^migrations\/versions\/[0-9a-f]{12}_create_ai_tables\.py$/);
    const id = /(\w{12})_create/.exec(path)?.[1];
    expect(text).toContain(
      `"""Create the tables of the AI modules\n\nRevision ID: ${id}\nRevises: ab12\n\n"""\n\nfrom typing import Union\n\nfrom alembic import op\n\n` +
        `revision: str = '${id}'\ndown_revision: Union[str, None] = 'ab12'\nbranch_labels = None\ndepends_on = None\n\n# Each`,
    );
    // SQLAlchemy takes `:b` for a parameter only after a character that is no part of a word.
    expect(text).toContain(`select 'a:b', '\`${hole}\`', '\\\\\\\\', {file};`);
  });

  it('counts if the application counts', () => {
    expect(Object.keys(python(fastapi))).toEqual(['migrations/versions/3_create_ai_tables.py']);
  });

  it('writes nothing twice, and an update for newer functions', () => {
    const attached = { ...fastapi, ...python(fastapi) };
    expect(python(attached)).toEqual({});
    expect(revisionFiles(filesOf(attached), 'app/ai')).toEqual(['migrations/versions/3_create_ai_tables.py']);
    const [[path, text] = ['', '']] = Object.entries(python(attached, newer));
    expect(path).toBe('migrations/versions/4_update_ai_tables.py');
    expect(text).toContain('down_revision = "3"');
    expect(text).not.toContain('0001_tables.sql');
    expect(text).toContain('def downgrade() -> None:\n    pass  #');
  });

  it('copies the revisions of modules, and records them', () => {
    const revision = (id: string, before: string, table: string) =>
      `"""Add ${table}."""\n\nimport sqlalchemy as sa\nfrom alembic import op\n\nrevision = "${id}"\ndown_revision = ${before}\n` +
      `branch_labels = None\ndepends_on = None\n\n\ndef upgrade() -> None:\n    op.create_table("${table}", sa.Column("id", sa.Uuid()))\n\n\n` +
      `def downgrade() -> None:\n    op.drop_table("${table}")\n`;
    const attached = {
      ...fastapi,
      ...python(fastapi),
      'app/ai/modules/shop/migrations/v0001_add_bills.py': revision('0001', 'None', 'bills'),
      'app/ai/modules/shop/migrations/v0002_add_lines.py': revision('0002', '"0001"', 'lines'),
      'app/ai/modules/shop/migrations/__init__.py': '',
    };
    const created = python(attached);
    expect(Object.keys(created)).toEqual([
      'migrations/versions/4_ai_shop_add_bills.py',
      'migrations/versions/5_ai_shop_add_lines.py',
    ]);
    expect(created['migrations/versions/5_ai_shop_add_lines.py']).toMatchInlineSnapshot(`
      """"Tables of the module shop: Add lines"""

      import sqlalchemy as sa
      from alembic import op

      revision = "5"
      down_revision = "4"
      branch_labels = None
      depends_on = None


      def create_tables() -> None:
          op.create_table("lines", sa.Column("id", sa.Uuid()))


      def drop_tables() -> None:
          op.drop_table("lines")


      def upgrade() -> None:
          op.execute("select set_config('ai.search_path', current_setting('search_path'), true)")
          op.execute('set local search_path to "ai", public')
          create_tables()
          op.execute("create table if not exists shop_version (version_num varchar(32) primary key)")
          op.execute("delete from shop_version")
          op.execute("insert into shop_version (version_num) values ('0002')")
          op.execute("select set_config('search_path', current_setting('ai.search_path'), true)")


      def downgrade() -> None:
          op.execute("select set_config('ai.search_path', current_setting('search_path'), true)")
          op.execute('set local search_path to "ai", public')
          drop_tables()
          op.execute("delete from shop_version")
          op.execute("insert into shop_version (version_num) values ('0001')")
          op.execute("select set_config('search_path', current_setting('ai.search_path'), true)")
      "
    `);
    expect(python({ ...attached, ...created })).toEqual({});
  });

  it('prints what to do if there are several heads', () => {
    const app = { ...fastapi, 'migrations/versions/3.py': 'revision = "3"\ndown_revision = "1"\n' };
    expect(plan(app, 'app/ai')).toMatchObject({
      created: {},
      printed: [{ file: 'alembic.ini', lines: ['alembic merge heads', 'create-ai-module update'] }],
    });
  });

  it('lets long lines pass a linter that would refuse them', () => {
    const app = {
      ...fastapi,
      'pyproject.toml': '[tool.ruff]\nline-length = 100\n[tool.ruff.lint]\nselect = ["E", "F"]\n',
    };
    const [text = ''] = Object.values(python(app));
    expect(text).toContain(
      'down_revision = "2"\nbranch_labels = None\ndepends_on = None\n\n# ruff: noqa: E501\n# Each',
    );
    const line = `def upgrade() -> None:\n    op.create_table("${'x'.repeat(99)}")\n`;
    const own = `"""X."""\n\nfrom alembic import op\n\nrevision = "1"\ndown_revision = None\n\n\n${line}`;
    const [, module = ''] = Object.values(python({ ...app, 'app/ai/modules/shop/migrations/v1_x.py': own }));
    expect(module).toContain('depends_on = None\n\n# ruff: noqa: E501\n# fmt: off\n\n\ndef create_tables');
    expect(Object.values(python({ ...app, 'pyproject.toml': '' }))[0]).not.toContain('noqa');
  });
});

describe('planRevisions for TypeORM', () => {
  const users = nestjs['src/migrations/1-users.ts'] as string;
  const at = (name: string): App => {
    const { 'src/migrations/1-users.ts': _, ...app } = nestjs;
    return { ...app, [`src/migrations/${name}`]: users };
  };

  it.each([
    ['1742800000000-create-user.ts', '1742800000001-create-ai-tables.ts'],
    ['1742800000000-CreateUser.ts', '1742800000001-CreateAiTables.ts'],
    ['1742800000000_users.js', '1742800000001_create_ai_tables.js'],
    ['CreateUser1742800000000.ts', 'CreateAiTables1742800000001.ts'],
    ['1-users.ts', '1700000000000-create_ai_tables.ts'],
  ])('names a file after %s', (last, next) => {
    expect(paths(at(last))).toEqual([`src/migrations/${next}`]);
  });

  it('writes a class in the style of the last one', () => {
    const style =
      'import { MigrationInterface, QueryRunner } from "typeorm"\n\nexport class A1 implements MigrationInterface {\n    public async up() {}\n}\n';
    const { created } = plan({ ...nestjs, 'src/migrations/1-users.ts': style });
    expect(Object.values(created)[0]).toMatchInlineSnapshot(`
      "import { MigrationInterface, QueryRunner } from "typeorm"

      // Create the tables of the AI modules. Each statement runs one file, unless the database has run it.
      const statements = \`
      runtime 0001_tables.sql: $sql$ select 'a:b', '\\\`\\\${x}\\\`', '\\\\\\\\', {file}; $sql$ insert into applied_migrations (owner, file) values ('runtime', '0001_tables.sql');

      runtime functions.sql@1: $sql$ select 1 $sql$ insert into applied_migrations (owner, file) values ('runtime', 'functions.sql@1');
      \`

      export class CreateAiTables1700000000000 implements MigrationInterface {
          name = "CreateAiTables1700000000000"

          public async up(queryRunner: QueryRunner): Promise<void> {
              await queryRunner.query(statements)
          }

          public async down(queryRunner: QueryRunner): Promise<void> {
              await queryRunner.query('drop schema "ai" cascade')
          }
      }
      "
    `);
  });

  it('prints the class if the application lists its migrations', () => {
    const { printed } = plan({ ...nestjs, 'src/data-source.ts': 'migrations: [Users1],\n' });
    expect(printed).toMatchObject([{ file: 'src/data-source.ts', reason: 'it lists the migrations' }]);
  });

  it('writes one revision for the files of a module, after those of the runtime', () => {
    const { created } = plan({
      ...nestjs,
      'src/ai/modules/shop/migrations/0001_bills.sql': 'create table shop_bills (note text default $sql$x$sql$);',
      'src/ai/modules/shop/migrations/0002_lines.sql': 'create table shop_lines ();',
    });
    const [, [path, text] = ['', '']] = Object.entries(created);
    expect(path).toBe('src/migrations/1700000000001-ai_shop_0002_lines.ts');
    expect(text).toContain(
      'shop 0001_bills.sql: $sql1$ create table shop_bills (note text default $sql$x$sql$); $sql1$',
    );
    expect(text).toContain("values ('shop', '0002_lines.sql')");
  });
});

describe('planRevisions for files with SQL', () => {
  const sql = (...names: string[]): App => ({
    ...express,
    ...Object.fromEntries(names.map((name) => [`db/migrations/${name}`, ''])),
  });

  it.each([
    [
      ['001.do.users.sql', '001.undo.users.sql'],
      ['002.do.create_ai_tables.sql', '002.undo.create_ai_tables.sql'],
    ],
    [['0009_users.sql', '0010_x.sql'], ['0011_create_ai_tables.sql']],
    [['V2__users.sql'], ['V3__create_ai_tables.sql']],
    [
      ['20250322101500_users.up.sql', '20250322101500_users.down.sql'],
      ['20250322101501_create_ai_tables.up.sql', '20250322101501_create_ai_tables.down.sql'],
    ],
    [['000001_create-users.sql'], ['000002_create-ai-tables.sql']],
  ])('names files after %j', (last, next) => {
    expect(paths(sql(...last))).toEqual(next.map((name) => `db/migrations/${name}`));
  });

  it('puts both directions in one file if the others have both', () => {
    const { created } = plan({ ...express, 'db/migrations/1_a.sql': '-- migrate:up\nselect 1;\n-- migrate:down\n' });
    expect(created['db/migrations/2_create_ai_tables.sql']).toMatch(
      /^-- migrate:up\n[\s\S]*\n-- migrate:down\ndrop schema "ai" cascade;\n$/,
    );
  });

  it('writes a folder for Prisma', () => {
    const app = { ...express, 'prisma/migrations/20250101000000_init/migration.sql': '' };
    expect(paths(app)).toEqual(['prisma/migrations/20250101000001_create_ai_tables/migration.sql']);
  });

  it('prints the command for other tools', () => {
    expect(plan({ ...express, 'knexfile.js': '' })).toMatchObject({
      created: {},
      printed: [{ file: 'the migrations of knex', lines: ['npx ai-module-runtime sql'] }],
    });
  });
});
