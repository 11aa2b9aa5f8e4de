import { z } from "zod";

const Config = z.object({
  databaseUrl: z.string().url(),
  port: z.coerce.number().int().default(8080),
  llmModel: z.string().default("small"),
  llmPerMinute: z.coerce.number().int().default(60),
});

/** Read once, at start: a missing setting stops the process here and not at three in the morning. */
export const config = Config.parse({
  databaseUrl: process.env.DATABASE_URL,
  port: process.env.PORT,
  llmModel: process.env.LLM_MODEL,
  llmPerMinute: process.env.LLM_PER_MINUTE,
});
