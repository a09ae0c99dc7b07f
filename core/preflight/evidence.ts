/** What preflight.sh printed, as facts by name. A fact that is asked for and not there is an error of its own: missing evidence never passes. */

/** Turned into the verdict ERROR by the evaluation. */
export class MissingEvidence extends Error {
  constructor(
    readonly fact: string,
    readonly reason: string,
  ) {
    super(`${fact}: ${reason}`);
  }
}

type Fact = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly reason: string };

export class Facts {
  private constructor(private readonly facts: ReadonlyMap<string, Fact>) {}

  static parse(output: string): Facts {
    const facts = new Map<string, Fact>();
    for (const line of output.split('\n')) {
      const match = /^([+-])(\S+) ?(.*)$/.exec(line);
      if (match?.[2] !== undefined) {
        const text = (match[3] ?? '').replace(/\\([\\n])/g, (_, escaped: string) => (escaped === 'n' ? '\n' : '\\'));
        facts.set(match[2], match[1] === '+' ? { ok: true, text } : { ok: false, reason: text });
      }
    }
    return new Facts(facts);
  }

  /** The script ran to its end. */
  get isComplete(): boolean {
    return this.facts.has('end');
  }

  has(name: string): boolean {
    return this.facts.get(name)?.ok === true;
  }

  text(name: string): string {
    const fact = this.facts.get(name);
    if (fact === undefined) {
      throw new MissingEvidence(name, 'was not reported by the host');
    }
    if (!fact.ok) {
      throw new MissingEvidence(name, fact.reason);
    }
    return fact.text.trim();
  }

  /** For facts that a host may rightly lack. */
  textOr(name: string, fallback: string): string {
    return this.has(name) ? this.text(name) : fallback;
  }

  /** Why it could not be read; undefined where it could, or was not asked. */
  reason(name: string): string | undefined {
    const fact = this.facts.get(name);
    return fact?.ok === false ? fact.reason : undefined;
  }

  lines(name: string): string[] {
    return this.text(name)
      .split('\n')
      .filter((line) => line.trim() !== '');
  }

  words(name: string): string[] {
    return this.text(name)
      .split(/\s+/)
      .filter((word) => word !== '');
  }

  number(name: string): number {
    const text = this.text(name);
    const value = Number(text);
    if (text === '' || !Number.isFinite(value)) {
      throw new MissingEvidence(name, `"${text}" is not a number`);
    }
    return value;
  }
}
