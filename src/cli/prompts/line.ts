import {
  createPrompt,
  isBackspaceKey,
  isEnterKey,
  isTabKey,
  makeTheme,
  useEffect,
  useKeypress,
  usePrefix,
  useState,
} from '@inquirer/core';
import type { TextQuestion } from '../../io/io.ts';

interface LineQuestion extends TextQuestion {
  /** Keys that are shown below the line. */
  readonly help: string;
}

/** A line of text. An earlier or an invalid answer stays on the line, and can be emptied. */
export const line = createPrompt<string, LineQuestion>((question, done) => {
  const { message, default: initial = '', value: earlier = '', check, help } = question;
  const theme = makeTheme();
  const [status, setStatus] = useState<'idle' | 'loading' | 'done'>('idle');
  const [text, setText] = useState(earlier);
  const [reason, setReason] = useState('');
  const [isCleared, setCleared] = useState(false);
  const prefix = usePrefix({ status, theme });
  useEffect((rl) => {
    if (earlier !== '') rl.write(earlier);
  }, []);
  useKeypress(async (key, rl) => {
    if (status !== 'idle') return;
    if (isEnterKey(key)) {
      const answer = (text.trim() === '' && !isCleared ? initial : text).trim();
      setStatus('loading');
      const problem = await check(answer);
      if (problem === undefined) {
        setText(answer);
        setStatus('done');
        done(answer);
        return;
      }
      // Enter emptied the line.
      rl.write(text);
      setReason(problem);
      setStatus('idle');
    } else if (isTabKey(key) && text === '') {
      rl.clearLine(0);
      rl.write(initial);
      setText(initial);
    } else {
      if (isBackspaceKey(key) && text === '') setCleared(true);
      setText(rl.line);
      setReason('');
    }
  });
  const hint =
    initial !== '' && text === '' && !isCleared && status !== 'done' ? theme.style.defaultAnswer(initial) : '';
  const shown = status === 'done' ? theme.style.answer(text) : text;
  const below = reason === '' ? help : theme.style.error(reason);
  const above = [prefix, theme.style.message(message, status), hint, shown].filter((part) => part !== '').join(' ');
  return [above, status === 'done' ? '' : below];
});
