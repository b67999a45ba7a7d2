create table conversations (
    id         uuid primary key,
    base       text not null,
    language   text not null check (language in ('zh', 'en')),
    created_at timestamptz not null default clock_timestamp()
);

create table messages (
    id              uuid primary key,
    conversation_id uuid not null references conversations on delete cascade,
    position        int not null check (position >= 0),
    role            text not null check (role in ('customer', 'chatbot')),
    text            text not null,
    answer          jsonb,
    created_at      timestamptz not null default clock_timestamp(),
    unique (conversation_id, position),
    check ((role = 'chatbot') = (answer is not null))
);

create table feedback (
    message_id uuid primary key references messages on delete cascade,
    rating     smallint not null check (rating in (-1, 1)),
    comment    text,
    created_at timestamptz not null default clock_timestamp(),
    updated_at timestamptz not null default clock_timestamp()
);
