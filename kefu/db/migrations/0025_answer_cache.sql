-- Another one whenever anything in the base changes that an answer may differ by, in the same
-- transaction. No number that is counted: one that comes back with a back-up stands for the same.
alter table knowledge_bases add column version uuid not null default gen_random_uuid();

-- Without an answer: somebody disliked it.
create table cached_answers (
    base_id   int not null references knowledge_bases on delete cascade,
    key       text not null,
    version   text not null,
    answer    jsonb,
    digest    text not null,
    stored_at timestamptz not null default clock_timestamp(),
    primary key (base_id, key)
);
create index cached_answers_by_age on cached_answers (stored_at);
create index cached_answers_by_digest on cached_answers (digest);
