-- How sensitive what comes from a source is; decides which model endpoints may see it.
alter table sources add column data_class text not null default 'internal'
    check (data_class in ('public', 'internal', 'confidential', 'restricted'));
update sources set data_class = 'public' where audience = 'public';

create table llm_endpoints (
    name text primary key,
    settings jsonb not null,
    encrypted_key bytea,
    position int not null,
    changed_by text not null,
    changed_at timestamptz not null default now()
);

-- What calls of a day (UTC) cost, with what calls in flight may still cost.
create table llm_spending (
    endpoint text not null,
    day date not null,
    reserved_micros bigint not null default 0,
    spent_micros bigint not null default 0,
    primary key (endpoint, day)
);

create table llm_checks (
    id bigint generated always as identity primary key,
    endpoint text not null,
    checked_at timestamptz not null default now(),
    findings jsonb not null
);
create index llm_checks_by_endpoint on llm_checks (endpoint, checked_at desc);
