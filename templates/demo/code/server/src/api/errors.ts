import type { FastifyReply } from "fastify";

export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail?: string,
  ) {
    super(title);
  }
}

/** The one place where an error becomes an answer. */
export function sendProblem(reply: FastifyReply, error: unknown): FastifyReply {
  const problem = error instanceof Problem ? error : new Problem(500, "Something broke");
  return reply
    .status(problem.status)
    .type("application/problem+json")
    .send({ type: "about:blank", title: problem.title, status: problem.status, detail: problem.detail });
}
