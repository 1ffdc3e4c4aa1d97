import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

const script = `
import ast, json, sys
for line in sys.stdin:
    text = json.loads(line)
    try: ast.parse(text)
    except (SyntaxError, ValueError) as error: print(json.dumps(f"{error}: {text}"), flush=True)
`;

/** Parses texts in a Python process. `end` stops it and returns the errors. */
export class PythonParser {
  readonly #process = spawn('python3', ['-c', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  readonly #seen = new Set<string>();
  readonly #errors: string[] = [];

  constructor() {
    createInterface(this.#process.stdout).on('line', (line) => this.#errors.push(JSON.parse(line)));
  }

  async parse(text: string): Promise<void> {
    if (this.#seen.has(text)) return;
    this.#seen.add(text);
    if (!this.#process.stdin.write(`${JSON.stringify(text)}\n`)) await once(this.#process.stdin, 'drain');
  }

  /** The number of different texts, and their syntax errors. */
  async end(): Promise<{ readonly parsed: number; readonly errors: readonly string[] }> {
    this.#process.stdin.end();
    const [code] = await once(this.#process, 'close');
    if (code !== 0) throw new Error(`python3 ended with ${code}`);
    return { parsed: this.#seen.size, errors: this.#errors };
  }
}
