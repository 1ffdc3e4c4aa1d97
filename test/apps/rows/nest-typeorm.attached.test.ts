import { describeAttached } from '../describe-attached.ts';
import { nestTypeorm } from '../nest-typeorm.ts';

await describeAttached(nestTypeorm, {
  dir: 'src/ai',
  edits: ['Dockerfile', 'eslint.config.mjs', 'package.json', 'src/main.ts', 'tsconfig.build.json'],
  lock: 'package-lock.json',
  worker: { argv: ['ai-module-runtime', 'worker', 'dist/ai/attachment.js'] },
  tests: { argv: ['vitest', 'run', '--root', 'src/ai/modules'] },
});
