import { createHash, randomUUID } from "node:crypto";
import type { Pool } from "../../db/pool.js";
import type { Job } from "../../queue/types.js";
import { Problem } from "../errors.js";

const INSERT = `
  insert into jobs (id, kind, payload, idempotency_key, request_hash) values ($1, $2, $3, $4, $5)
  on conflict (idempotency_key) where idempotency_key is not null do nothing
  returning *`;

export function requestHash(kind: string, payload: unknown): string {
  return createHash("sha256").update(JSON.stringify([kind, payload])).digest("hex");
}

/** A new job, or the one that the same key has made before. */
export async function createJob(pool: Pool, key: string | undefined, kind: string, payload: unknown) {
  if (!key) throw new Problem(400, "Idempotency-Key is missing");
  const hash = requestHash(kind, payload);
  const made = await pool.query<Job>(INSERT, [randomUUID(), kind, payload, key, hash]);
  if (made.rows[0]) return { status: 201, job: made.rows[0] };
  const { rows } = await pool.query("select * from jobs where idempotency_key = $1", [key]);
  if (rows[0].request_hash !== hash) throw new Problem(409, "This key was used for another request");
  return { status: 200, job: rows[0] as Job };
}
