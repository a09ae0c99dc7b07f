/** `… | head`: whoever reads our output may stop in the midst of it. That is no error of ours. */

/** What is written after that is dropped; the work goes on and the exit code says what came of it. */
export function tolerateClosedPipes(streams: readonly NodeJS.EventEmitter[] = [process.stdout, process.stderr]): void {
  for (const stream of streams) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') {
        throw error;
      }
    });
  }
}
