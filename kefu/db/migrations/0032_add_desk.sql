create table customers (
    id         text primary key check (id <> ''),
    name       text not null default '',
    email      text not null default '',
    language   text not null default '' check (language in ('', 'zh', 'en')),
    is_vip     boolean not null default false,
    attributes jsonb not null default '{}',
    created_at timestamptz not null default clock_timestamp(),
    seen_at    timestamptz not null default clock_timestamp()
);

insert into customers (id, created_at, seen_at)
    select customer_id, min(created_at), max(created_at) from conversations
    where customer_id <> '' group by customer_id;
update conversations set customer_id = null where customer_id = '';

create table queues (
    id             bigint generated always as identity primary key,
    name           text not null unique,
    is_default     boolean not null default false,
    skills         text[] not null default '{}',
    languages      text[] not null default '{}',
    timezone       text not null default 'UTC',
    hours          jsonb not null default '[]',
    holidays       date[] not null default '{}',
    assignment     text not null default 'manual'
        check (assignment in ('manual', 'round_robin', 'least_busy')),
    target_seconds int not null default 120 check (target_seconds > 0),
    created_at     timestamptz not null default clock_timestamp()
);
create unique index queues_default on queues ((true)) where is_default;
insert into queues (name, is_default) values ('General', true);

create table desk_staff (
    staff_id    bigint primary key references staff on delete cascade,
    presence    text not null default 'offline' check (presence in ('online', 'away', 'offline')),
    seen_at     timestamptz not null default clock_timestamp(),
    capacity    int not null default 5 check (capacity > 0),
    skills      text[] not null default '{}',
    languages   text[] not null default '{}',
    assigned_at timestamptz
);

alter table conversations
    add foreign key (customer_id) references customers,
    add column follows_id           uuid references conversations on delete set null,
    add column channel              text not null default 'chat',
    add column status               text not null default 'open'
        check (status in ('open', 'pending', 'snoozed', 'resolved')),
    add column served_by            text not null default 'chatbot'
        check (served_by in ('chatbot', 'staff')),
    add column priority             text not null default 'normal'
        check (priority in ('low', 'normal', 'high', 'urgent')),
    add column queue_id             bigint references queues on delete set null,
    add column assignee_id          bigint references staff,
    add column labels               text[] not null default '{}',
    add column handed_over_at       timestamptz,
    add column hand_over_reason     text not null default '',
    add column hand_over_summary    text not null default '',
    add column waiting_since        timestamptz,
    add column first_staff_reply_at timestamptz,
    add column last_message_at      timestamptz,
    add column snoozed_until        timestamptz,
    add column resolved_at          timestamptz,
    add column disposition          text not null default '',
    add column reopened_count       int not null default 0,
    add column contact              text not null default '',
    add column version              int not null default 0,
    add check (served_by = 'staff' or assignee_id is null),
    add check ((status = 'resolved') = (resolved_at is not null)),
    add check ((status = 'snoozed') = (snoozed_until is not null));
update conversations c set last_message_at =
    (select max(m.created_at) from messages m where m.conversation_id = c.id);

create index conversations_by_customer on conversations (customer_id, created_at)
    where customer_id is not null;
create index conversations_by_follows on conversations (follows_id) where follows_id is not null;
create index conversations_waiting on conversations (queue_id, waiting_since)
    where served_by = 'staff' and assignee_id is null and status in ('open', 'pending');
create index conversations_by_assignee on conversations (assignee_id)
    where assignee_id is not null and status <> 'resolved';
create index conversations_by_last_message on conversations (last_message_at desc, id);
create index conversations_snoozed on conversations (snoozed_until) where status = 'snoozed';
create index conversations_resolved on conversations (queue_id, resolved_at)
    where status = 'resolved';

alter table messages
    drop constraint messages_role_check,
    add check (role in ('customer', 'chatbot', 'staff', 'system')),
    add column staff_id    bigint references staff,
    add column is_internal boolean not null default false,
    add column mentions    bigint[] not null default '{}',
    add column client_key  text,
    add column content     jsonb not null default '[]',
    add check (role in ('staff', 'system') or not is_internal),
    add unique (conversation_id, client_key);

create table attachments (
    id              uuid primary key,
    conversation_id uuid not null references conversations on delete cascade,
    message_id      uuid references messages on delete cascade,
    staff_id        bigint references staff,
    name            text not null,
    media_type      text not null,
    size            int not null,
    sha256          text not null,
    content         bytea not null,
    created_at      timestamptz not null default clock_timestamp()
);
create index attachments_by_message on attachments (message_id);
create index attachments_by_conversation on attachments (conversation_id);

create table canned_responses (
    id         bigint generated always as identity primary key,
    shortcut   text not null,
    text       text not null,
    language   text not null check (language in ('zh', 'en')),
    staff_id   bigint references staff on delete cascade,
    created_at timestamptz not null default clock_timestamp()
);
create unique index canned_responses_by_shortcut
    on canned_responses (shortcut, language, coalesce(staff_id, 0));

create table ratings (
    conversation_id uuid not null references conversations on delete cascade,
    episode         int not null,
    rating          smallint not null check (rating between 1 and 5),
    comment         text not null default '',
    created_at      timestamptz not null default clock_timestamp(),
    primary key (conversation_id, episode)
);

create table conversation_reads (
    conversation_id uuid not null references conversations on delete cascade,
    staff_id        bigint not null references staff on delete cascade,
    position        int not null,
    read_at         timestamptz not null default clock_timestamp(),
    primary key (conversation_id, staff_id)
);

create table conversation_events (
    id              bigint generated always as identity primary key,
    number          bigint unique,
    conversation_id uuid not null references conversations on delete cascade,
    kind            text not null,
    staff_id        bigint references staff,
    message_id      uuid references messages on delete cascade,
    data            jsonb not null default '{}',
    created_at      timestamptz not null default clock_timestamp()
);
create index conversation_events_by_conversation on conversation_events (conversation_id, number);
create index conversation_events_by_time on conversation_events (created_at);
create index conversation_events_by_message on conversation_events (message_id);

-- An event gets its number at the very end of its transaction, under a lock that is held until the
-- transaction is visible to everybody: so who has read up to a number has missed nothing below it,
-- however long other transactions run. (Notifying takes such a lock anyway.)
create sequence conversation_event_numbers;
create function number_conversation_event() returns trigger language plpgsql as $$
begin
    perform pg_advisory_xact_lock(1262831957, 1);
    update conversation_events set number = nextval('conversation_event_numbers')
        where id = new.id;
    perform pg_notify('kefu_conversations', '');
    return null;
end $$;
create constraint trigger conversation_events_are_numbered after insert on conversation_events
    deferrable initially deferred for each row execute function number_conversation_event();

create function refuse_change_of_event() returns trigger language plpgsql as $$
begin
    raise exception 'What happened in a conversation is only added to.';
end $$;
create trigger conversation_events_stay before update on conversation_events
    for each row when (old.number is not null) execute function refuse_change_of_event();
