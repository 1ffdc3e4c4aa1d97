import { jobsTable, resultsTable } from 'ai-module-runtime';

/** One row per job. Tables of your own go beside it, with their SQL in `migrations/`. */
export const jobs = jobsTable('text_insights_jobs');

/** One row per completed job. */
export const results = resultsTable('text_insights_results', jobs);
