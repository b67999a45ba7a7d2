create table evaluation_datasets (
    id         int generated always as identity primary key,
    name       text not null unique,
    base       text not null,
    created_at timestamptz not null default clock_timestamp()
);

create table evaluation_versions (
    id         int generated always as identity primary key,
    dataset_id int not null references evaluation_datasets on delete cascade,
    number     int not null check (number > 0),
    digest     text not null,
    author     text not null,
    note       text not null,
    created_at timestamptz not null default clock_timestamp(),
    unique (dataset_id, number)
);

create table evaluation_cases (
    version_id int not null references evaluation_versions on delete cascade,
    case_id    text not null,
    position   int not null,
    split      text not null check (split in ('train', 'validation', 'test')),
    content    jsonb not null,
    primary key (version_id, case_id)
);

create function refuse_change_of_dataset() returns trigger language plpgsql as $$
begin
    raise exception 'A version of a dataset never changes.';
end $$;
create trigger evaluation_versions_stay before update or delete or truncate on evaluation_versions
    for each statement execute function refuse_change_of_dataset();
create trigger evaluation_cases_stay before update or delete or truncate on evaluation_cases
    for each statement execute function refuse_change_of_dataset();

-- A version that stands here shows the single results of its test cases.
create table evaluation_unsealings (
    version_id int primary key references evaluation_versions on delete cascade,
    author     text not null,
    reason     text not null,
    created_at timestamptz not null default clock_timestamp()
);

create table evaluation_proposals (
    id          bigint generated always as identity primary key,
    dataset_id  int not null references evaluation_datasets on delete cascade,
    origin      text not null check (origin in ('conversation', 'feedback', 'knowledge')),
    origin_key  text not null,
    content     jsonb not null,
    status      text not null default 'proposed'
        check (status in ('proposed', 'accepted', 'rejected')),
    created_at  timestamptz not null default clock_timestamp(),
    reviewed_by text,
    reviewed_at timestamptz,
    unique (dataset_id, origin, origin_key),
    check ((status = 'proposed') = (reviewed_by is null))
);

create table evaluation_experiments (
    id               bigint generated always as identity primary key,
    name             text not null,
    version_id       int not null references evaluation_versions on delete cascade,
    base             text not null,
    splits           text[] not null,
    sample           int check (sample > 0),
    seed             bigint not null,
    judge            text,
    concurrency      int not null,
    candidate        jsonb not null,
    configuration    jsonb not null,
    fingerprint      text not null,
    knowledge_digest text not null,
    endpoint_checks  jsonb not null,
    case_count       int not null,
    author           text not null,
    started_at       timestamptz not null default clock_timestamp(),
    finished_at      timestamptz
);
create index evaluation_experiments_by_version on evaluation_experiments (version_id, id);

create table evaluation_results (
    experiment_id bigint not null references evaluation_experiments on delete cascade,
    case_id       text not null,
    case_digest   text not null,
    asked_digest  text not null,
    split         text not null,
    tags          text[] not null,
    language      text not null,
    expected      text not null,
    reply         jsonb not null,
    grades        jsonb not null,
    is_cached     boolean not null,
    replied_at    timestamptz not null,
    primary key (experiment_id, case_id)
);
create index evaluation_results_by_question on evaluation_results (asked_digest);

create table evaluation_labels (
    experiment_id bigint not null,
    case_id       text not null,
    author        text not null,
    is_good       boolean not null,
    created_at    timestamptz not null default clock_timestamp(),
    primary key (experiment_id, case_id, author),
    foreign key (experiment_id, case_id) references evaluation_results on delete cascade
);
