-- Where customers meet the chatbot outside of its own page.
create table channels (
    name             text primary key check (name ~ '^[a-z0-9][a-z0-9-]{0,39}$'),
    base             text not null,
    title            text not null,
    allowed_origins  text[] not null default '{}',
    accent           text not null default '#3451d1' check (accent ~ '^#[0-9a-f]{6}$'),
    greetings        jsonb not null default '{}',
    starters         text[] not null default '{}',
    proactive_rules  jsonb not null default '[]',
    encrypted_secret bytea not null,
    changed_by       text not null,
    changed_at       timestamptz not null default clock_timestamp(),
    created_at       timestamptz not null default clock_timestamp()
);
