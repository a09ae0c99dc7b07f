// What must be undone however the bench ends: newest first, each once, and a failing one does not keep the others from running.
export class Cleanups {
  readonly #pending: (() => Promise<void>)[] = [];

  add(undo: () => Promise<void>): () => Promise<void> {
    this.#pending.push(undo);
    return async () => {
      const at = this.#pending.indexOf(undo);
      if (at < 0) return;
      this.#pending.splice(at, 1);
      await undo();
    };
  }

  async runAll(): Promise<unknown[]> {
    const errors: unknown[] = [];
    for (let undo = this.#pending.pop(); undo !== undefined; undo = this.#pending.pop()) {
      try {
        await undo();
      } catch (error) {
        errors.push(error);
      }
    }
    return errors;
  }
}
