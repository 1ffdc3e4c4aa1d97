import { describeAttached } from '../describe-attached.ts';
import { fastifyAutoload } from '../fastify-autoload.ts';

await describeAttached(fastifyAutoload, {
  dir: 'src/ai',
  edits: ['Dockerfile', 'eslint.config.js', 'package.json', 'src/server.ts', 'tsconfig.json'],
  lock: 'pnpm-lock.yaml',
  environment: async (servers) => ({ AI_DATABASE_URL: await servers.freshPostgres() }),
  worker: { argv: ['ai-module-runtime', 'worker', 'dist/ai/attachment.js'] },
  tests: { argv: ['vitest', 'run', '--root', 'src/ai/modules'] },
});
