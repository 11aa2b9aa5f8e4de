import pg from "pg";
import { config } from "../config.js";

export type Pool = Pick<pg.Pool, "query" | "connect" | "end">;

/** Connections to pgbouncer (transaction mode), not to Postgres: nothing of a session outlives a transaction. */
export function makePool(): pg.Pool {
  return new pg.Pool({
    connectionString: config.databaseUrl,
    max: 20,
    idleTimeoutMillis: 30_000,
    statement_timeout: 10_000,
  });
}

export async function inTransaction<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query("begin");
    const result = await work(client);
    await client.query("commit");
    return result;
  } catch (error) {
    await client.query("rollback");
    throw error;
  } finally {
    client.release();
  }
}
