import { describeAttached } from '../describe-attached.ts';
import { fastapiSync } from '../fastapi-sync.ts';

await describeAttached(fastapiSync, {
  dir: 'app/ai',
  edits: ['Dockerfile', 'app/main.py', 'pyproject.toml'],
  lock: 'uv.lock',
  testsOfPrefix: /\[\/ai(\/livez)?\]/,
  worker: { argv: ['python', '-m', 'ai_module_runtime', 'worker', 'app.ai.attachment:guest'] },
  tests: { argv: ['python', '-m', 'pytest', 'app/ai'] },
});
