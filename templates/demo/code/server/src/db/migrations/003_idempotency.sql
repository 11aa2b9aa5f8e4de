alter table jobs add column if not exists idempotency_key text;
alter table jobs add column if not exists request_hash text;
create unique index concurrently if not exists jobs_idempotency_key
  on jobs (idempotency_key) where idempotency_key is not null;
