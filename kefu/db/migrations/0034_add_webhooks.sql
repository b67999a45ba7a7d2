-- Other systems hear of what happens in conversations, and messengers bring in what customers write.
create table webhooks (
    name            text primary key check (name ~ '^[a-z0-9][a-z0-9-]{0,39}$'),
    url             text not null,
    kinds           text[] not null default '{}',
    is_full         boolean not null default false,
    channel_base    text,
    allows_private  boolean not null default false,
    parallel        int not null default 4 check (parallel between 1 and 32),
    last_number     bigint not null default 0,
    disabled_at     timestamptz,
    disabled_reason text not null default '',
    changed_by      text not null,
    created_at      timestamptz not null default clock_timestamp()
);

create table webhook_secrets (
    id               bigint generated always as identity primary key,
    webhook          text not null references webhooks on delete cascade,
    encrypted_secret bytea not null,
    expires_at       timestamptz,
    created_at       timestamptz not null default clock_timestamp()
);
create index webhook_secrets_by_webhook on webhook_secrets (webhook);

create table webhook_deliveries (
    id              uuid primary key,
    webhook         text not null references webhooks on delete cascade,
    event_number    bigint references conversation_events (number) on delete cascade,
    attempt_count   int not null default 0,
    next_attempt_at timestamptz not null default clock_timestamp(),
    leased_until    timestamptz,
    delivered_at    timestamptz,
    given_up_at     timestamptz,
    last_status     int,
    last_problem    text not null default '',
    created_at      timestamptz not null default clock_timestamp(),
    unique (webhook, event_number),
    check (delivered_at is null or given_up_at is null)
);
create index webhook_deliveries_waiting on webhook_deliveries (webhook, next_attempt_at)
    where delivered_at is null and given_up_at is null;
create index webhook_deliveries_by_time on webhook_deliveries (webhook, created_at);
create index webhook_deliveries_by_event on webhook_deliveries (event_number);

create table webhook_threads (
    conversation_id uuid primary key references conversations on delete cascade,
    webhook         text not null references webhooks on delete cascade,
    thread          text not null,
    created_at      timestamptz not null default clock_timestamp()
);
create index webhook_threads_by_thread on webhook_threads (webhook, thread, created_at);

create table webhook_messages (
    webhook         text not null references webhooks on delete cascade,
    id              text not null,
    conversation_id uuid not null references conversations on delete cascade,
    message_id      uuid not null references messages on delete cascade,
    attempt_count   int not null default 0,
    next_attempt_at timestamptz not null default clock_timestamp(),
    answered_at     timestamptz,
    given_up_at     timestamptz,
    last_problem    text not null default '',
    received_at     timestamptz not null default clock_timestamp(),
    primary key (webhook, id)
);
create index webhook_messages_waiting on webhook_messages (next_attempt_at)
    where answered_at is null and given_up_at is null;
create index webhook_messages_by_conversation on webhook_messages (conversation_id);
create index webhook_messages_by_message on webhook_messages (message_id);
