create table if not exists jobs (
  id          uuid primary key,
  kind        text not null,
  payload     jsonb not null,
  state       text not null default 'ready' check (state in ('ready', 'running', 'done', 'dead', 'cancelled')),
  priority    smallint not null default 5,
  tries       smallint not null default 0,
  run_at      timestamptz not null default now(),
  worker      text,
  started_at  timestamptz,
  finished_at timestamptz
);
