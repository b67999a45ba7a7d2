create table monitor_alerts (
    id           bigint generated always as identity primary key,
    monitor      text not null,
    release_id   int not null references releases,
    value        double precision not null,
    threshold    double precision not null,
    sample_count int not null,
    detail       text not null,
    reaction     text not null check (reaction in ('none', 'trial_ended', 'rolled_back')),
    raised_at    timestamptz not null default clock_timestamp(),
    cleared_at   timestamptz
);
create unique index monitor_alerts_open on monitor_alerts (monitor, release_id)
    where cleared_at is null;

create table alert_deliveries (
    alert_id        bigint primary key references monitor_alerts on delete cascade,
    attempt_count   int not null default 0,
    next_attempt_at timestamptz default clock_timestamp(),
    delivered_at    timestamptz,
    problem         text not null default ''
);

create table question_vectors (
    message_id uuid primary key references messages on delete cascade,
    embedder   text not null,
    vector     real[] not null
);
