import { describeAttached } from '../describe-attached.ts';
import { fastapiAsync } from '../fastapi-async.ts';

await describeAttached(fastapiAsync, {
  dir: 'src/app/ai',
  edits: ['Dockerfile', 'pyproject.toml', 'requirements-dev.txt', 'requirements.txt', 'src/app/main.py'],
  testsOfPrefix: /\[\/ai(\/livez)?\]/,
  worker: { argv: ['python', '-m', 'ai_module_runtime', 'worker', 'app.ai.attachment:guest'], cwd: 'src' },
  tests: { argv: ['python', '-m', 'pytest', 'src/app/ai'] },
});
