import { alembicMigration, describeMigrations } from '../describe-migrations.ts';
import { fastapiSync } from '../fastapi-sync.ts';

await describeMigrations(fastapiSync, {
  dir: 'app/ai',
  migrations: 'app/alembic/',
  file: 'v0001_add_notes.py',
  text: alembicMigration,
});
