create table releases (
    id         int generated always as identity primary key,
    content    jsonb not null,
    digest     text not null unique,
    knowledge  jsonb not null,
    note       text not null,
    author     text not null,
    created_at timestamptz not null default clock_timestamp()
);

-- The last row says what is live.
create table release_moves (
    id          bigint generated always as identity primary key,
    release_id  int not null references releases,
    replaced_id int references releases,
    kind        text not null check (kind in
        ('first', 'promoted', 'overridden', 'rolled_back', 'reverted', 'upgraded')),
    author      text not null,
    reason      text not null,
    verdict     jsonb,
    created_at  timestamptz not null default clock_timestamp(),
    check ((replaced_id is null) = (kind = 'first'))
);

create function refuse_change_of_release() returns trigger language plpgsql as $$
begin
    raise exception 'What was released and when is only added to.';
end $$;
create trigger releases_stay before update or delete or truncate on releases
    for each statement execute function refuse_change_of_release();
create trigger release_moves_stay before update or delete or truncate on release_moves
    for each statement execute function refuse_change_of_release();

-- What the settings of the server said when it last started.
create table release_settings (
    is_only  boolean primary key default true check (is_only),
    settings jsonb not null,
    endpoints jsonb not null
);

create table release_trials (
    id         int generated always as identity primary key,
    kind       text not null check (kind in ('canary', 'comparison', 'shadow')),
    release_id int not null references releases,
    live_id    int not null references releases,
    share      real not null check (share > 0 and share <= 1),
    author     text not null,
    started_at timestamptz not null default clock_timestamp(),
    ended_at   timestamptz,
    ended_by   text,
    reason     text,
    check (release_id <> live_id),
    check ((ended_at is null) = (ended_by is null))
);
create unique index release_trials_running on release_trials ((true)) where ended_at is null;

alter table evaluation_experiments add column release_id int references releases;
create index evaluation_experiments_by_release on evaluation_experiments (release_id, id);

alter table messages add column release_id int references releases;
create index messages_by_release on messages (release_id, created_at) where release_id is not null;

create table shadow_answers (
    message_id uuid not null references messages on delete cascade,
    release_id int not null references releases,
    trial_id   int not null references release_trials,
    trace_id   uuid,
    answer     jsonb not null,
    created_at timestamptz not null default clock_timestamp(),
    primary key (message_id, release_id)
);
create index shadow_answers_by_release on shadow_answers (release_id, created_at);
