-- The replies to cases from the knowledge as it is, so that a change of the knowledge is held against
-- them without asking again. One that was given before a change that does not touch its case is
-- carried over.
create table evaluation_kept_replies (
    base_id          bigint not null references knowledge_bases on delete cascade,
    fingerprint      text not null,
    knowledge_digest text not null,
    asked_digest     text not null,
    reply            jsonb not null,
    is_carried       boolean not null,
    primary key (base_id, fingerprint, knowledge_digest, asked_digest)
);
