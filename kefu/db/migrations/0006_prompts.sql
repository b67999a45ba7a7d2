create table prompt_versions (
    name       text not null,
    language   text not null check (language in ('zh', 'en')),
    number     int not null check (number > 0),
    text       text not null,
    digest     text not null,
    author     text not null,
    note       text not null,
    created_at timestamptz not null default clock_timestamp(),
    primary key (name, language, number)
);

-- The last row of a label counts; number 0 is what Kefu ships.
create table prompt_labellings (
    id         bigint generated always as identity primary key,
    name       text not null,
    language   text not null check (language in ('zh', 'en')),
    label      text not null check (label in ('draft', 'candidate', 'live')),
    number     int not null check (number >= 0),
    version    int generated always as (nullif(number, 0)) stored,
    author     text not null,
    created_at timestamptz not null default clock_timestamp(),
    foreign key (name, language, version) references prompt_versions (name, language, number)
);
create index prompt_labellings_by_label on prompt_labellings (name, language, label, id desc);

create function refuse_prompt_change() returns trigger language plpgsql as $$
begin
    raise exception 'What prompts were and who labelled them is only added to.';
end $$;
create trigger prompt_versions_stay before update or delete or truncate on prompt_versions
    for each statement execute function refuse_prompt_change();
create trigger prompt_labellings_stay before update or delete or truncate on prompt_labellings
    for each statement execute function refuse_prompt_change();
