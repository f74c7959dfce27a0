/** One line of a stack trace. */
export interface StackLine {
  readonly text: string;
  /** A call; else the message, or a cause. */
  readonly isFrame: boolean;
  /** Of a library or the runtime, rather than of the application. */
  readonly isForeign: boolean;
}

const FRAME = /^\s*(?:at\s|File\s"|in\s\S+\s|from\s\S+:\d+)|^\s+[^\s(]+\(|^\S+\.go:\d+/;
const FOREIGN =
  /node_modules|\bnode:|\(internal\/|site-packages|dist-packages|\bjava\.|\bsun\.|\borg\.springframework\./;

/** Lines of a stack trace, as any of the usual runtimes writes it. */
export function stackLines(stacktrace: string): StackLine[] {
  return stacktrace
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .map((text) => {
      const isFrame = FRAME.test(text);
      return { text: text.trimEnd(), isFrame, isForeign: isFrame && FOREIGN.test(text) };
    });
}

/** The first call of the application itself, without its indentation. */
export function firstFrame(stacktrace: string): string | undefined {
  const frames = stackLines(stacktrace).filter((line) => line.isFrame);
  return (frames.find((line) => !line.isForeign) ?? frames[0])?.text.trim();
}

/** A call with the name of its file instead of the whole path, and without the column. */
export function shortFrame(frame: string): string {
  let isShortened = false;
  return frame
    .replace(/[^\s()"']+/g, (word) => {
      const name = word.slice(Math.max(word.lastIndexOf('/'), word.lastIndexOf('\\')) + 1);
      if (isShortened || name === '' || name === word) return word;
      isShortened = true;
      return name;
    })
    .replace(/(:\d+):\d+(?=\)?$)/, '$1');
}
