import { createHash } from "node:crypto";
import type { Answer } from "./llm_client.js";

const answers = new Map<string, Promise<Answer>>();

/** One call for all who ask the same at once; an answer that failed is forgotten. */
export function cached(key: unknown[], call: () => Promise<Answer>): Promise<Answer> {
  const name = createHash("sha256").update(JSON.stringify(key)).digest("hex");
  const known = answers.get(name);
  if (known) return known;
  const answer = call();
  answers.set(name, answer);
  answer.catch(() => answers.delete(name));
  return answer;
}
