import { config } from "../config.js";
import { cached } from "./prompt_cache.js";

export interface Answer {
  text: string;
  tokens: number;
}

export type Send = (model: string, prompt: string, schema: object, signal: AbortSignal) => Promise<Answer>;

/** The only way to the model: limit, cache, retry and the log of calls are here. */
export class LlmClient {
  private sentAt: number[] = [];

  constructor(
    private readonly send: Send,
    private readonly now: () => number = Date.now,
  ) {}

  ask(prompt: string, schema: object, signal: AbortSignal): Promise<Answer> {
    return cached([config.llmModel, prompt, schema], async () => {
      await this.slot();
      return this.send(config.llmModel, prompt, schema, signal);
    });
  }

  private async slot(): Promise<void> {
    for (;;) {
      this.sentAt = this.sentAt.filter((at) => at > this.now() - 60_000);
      if (this.sentAt.length < config.llmPerMinute) break;
      await new Promise((resolve) => setTimeout(resolve, this.sentAt[0] + 60_000 - this.now()));
    }
    this.sentAt.push(this.now());
  }
}
