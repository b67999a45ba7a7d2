-- What the copilot showed to staff, and what became of it.
create table copilot_suggestions (
    id              uuid primary key,
    conversation_id uuid not null references conversations on delete cascade,
    position        int not null,
    aid             text not null check (aid in ('reply', 'summary', 'rewriting', 'next_step',
                                                 'closing', 'article', 'question')),
    staff_id        bigint references staff on delete set null,
    mode            text not null,
    language        text not null,
    text            text not null,
    content         jsonb not null,
    shown_at        timestamptz not null default clock_timestamp(),
    verdict         text check (verdict in ('accepted', 'edited', 'rejected')),
    sent            text,
    edit_share      real check (edit_share between 0 and 1),
    seconds         real,
    settled_at      timestamptz,
    check ((verdict is null) = (settled_at is null))
);
create index copilot_suggestions_by_conversation on copilot_suggestions (conversation_id, shown_at);
create index copilot_suggestions_by_time on copilot_suggestions (shown_at, id);

-- How conversations were closed, by what they are about, so that the like are proposed to be closed
-- so. Vectors of one embedder are compared with each other only.
create table copilot_closings (
    conversation_id uuid primary key references conversations on delete cascade,
    base            text not null,
    embedder        text not null,
    vector          halfvec not null,
    disposition     text not null,
    labels          text[] not null,
    closed_at       timestamptz not null default clock_timestamp()
);
create index copilot_closings_by_base on copilot_closings (base, embedder, closed_at desc);
