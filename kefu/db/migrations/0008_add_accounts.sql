create table staff (
    id            bigint generated always as identity primary key,
    email         text not null unique,
    name          text not null,
    role          text not null check (role in ('staff', 'editor', 'manager', 'admin')),
    audiences     text[] not null default '{}',
    password_hash text,
    created_at    timestamptz not null default clock_timestamp(),
    disabled_at   timestamptz
);

create table sessions (
    id         bigint generated always as identity primary key,
    token_hash bytea not null unique,
    staff_id   bigint not null references staff on delete cascade,
    browser    text not null,
    created_at timestamptz not null default clock_timestamp(),
    seen_at    timestamptz not null default clock_timestamp(),
    expires_at timestamptz not null
);

create index on sessions (staff_id);

create table api_keys (
    id          bigint generated always as identity primary key,
    staff_id    bigint not null references staff on delete cascade,
    name        text not null,
    prefix      text not null unique,
    secret_hash bytea not null,
    scopes      text[] not null,
    created_at  timestamptz not null default clock_timestamp(),
    expires_at  timestamptz not null,
    used_at     timestamptz
);

create index on api_keys (staff_id);

create table links (
    token_hash bytea primary key,
    staff_id   bigint references staff on delete cascade,
    created_at timestamptz not null default clock_timestamp(),
    expires_at timestamptz not null
);

create index on links (staff_id);

create table attempts (
    key           text primary key,
    failure_count int not null,
    began_at      timestamptz not null default clock_timestamp()
);

alter table conversations add column customer_id text;
