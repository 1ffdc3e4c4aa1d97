import { alembicMigration, describeMigrations } from '../describe-migrations.ts';
import { fastapiAsync } from '../fastapi-async.ts';

await describeMigrations(fastapiAsync, {
  dir: 'src/app/ai',
  migrations: 'src/migrations/',
  file: 'v0001_add_notes.py',
  text: alembicMigration,
});
