import { describeMigrations } from '../describe-migrations.ts';
import { nestTypeorm } from '../nest-typeorm.ts';

await describeMigrations(nestTypeorm, {
  dir: 'src/ai',
  migrations: 'src/database/migrations/',
  file: '0001_notes.sql',
  text: 'create table summaries_notes (id uuid primary key);\n',
});
