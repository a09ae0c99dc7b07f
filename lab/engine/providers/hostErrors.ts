// The dynamic host prints a failure of check, diff, read or delete to its standard error (the message twice, then the stack) and
// also returns it. The engine shows what is returned; this drops the printed copy and lets all else pass.

const errorLine = /^(?:\w+: )*\w*Error: /;
const stackLine = /^\s+at /;
/** A printed error arrives in one write; what is no error must not be held back for long. */
const holdMs = 100;
const mostLines = 60;

export class HostErrors {
  private held: string[] = [];
  private inStack = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly pass: (line: string) => void) {}

  take(line: string): void {
    if (this.inStack && stackLine.test(line)) return;
    this.inStack = false;
    if (this.held.length > 0 && stackLine.test(line)) {
      this.held = [];
      this.inStack = true;
      clearTimeout(this.timer);
      return;
    }
    if (this.held.length === 0 && !errorLine.test(line)) return this.pass(line);
    this.held.push(line);
    if (this.held.length > mostLines) return this.flush();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), holdMs);
  }

  flush(): void {
    clearTimeout(this.timer);
    const lines = this.held;
    this.held = [];
    lines.forEach(this.pass);
  }
}
